import { expect, test } from 'vitest';
import { DOOR_LIFETIME_MS, MAX_DOORS } from '../wire/limits.ts';
import { doorsContract } from './doors.contract.ts';
import { MemoryDoors } from './doors.ts';

doorsContract(() => new MemoryDoors());

test('[P-135] a door that is not opened anew is gone after its time, and many make the oldest forgotten', () => {
  const doors = new MemoryDoors();
  doors.open('d', 'token', 's', 0);
  expect(doors.knock('d', 'm', DOOR_LIFETIME_MS - 1)).toBe('s');
  expect(doors.knock('d', 'm', DOOR_LIFETIME_MS)).toBeUndefined();
  for (let i = 0; i <= MAX_DOORS; i++) doors.open(`d${i}`, 'token', 's', DOOR_LIFETIME_MS);
  expect(doors.knock('d0', 'm', DOOR_LIFETIME_MS)).toBeUndefined();
  expect(doors.knock('d1', 'm', DOOR_LIFETIME_MS)).toBe('s');
});
