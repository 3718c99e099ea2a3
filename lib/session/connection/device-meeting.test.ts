import { expect, test } from 'vitest';
import type { BondPlace } from '../pairing/bond.ts';
import { KEY_BYTES } from '../pairing/limits.ts';
import { sessionKeys } from '../pairing/session-keys.ts';
import { DeviceMeeting } from './device-meeting.ts';

const secret = (byte: number) => new Uint8Array(KEY_BYTES).fill(byte);
const known = { device: 'phone', bond: { party: 'host' as const, current: secret(1) } };
const place = (window: number, generation: BondPlace['generation'] = 'current') => ({ generation, window });

function calling(caller: 'host' | 'guest' = 'guest'): DeviceMeeting {
  const meeting = new DeviceMeeting();
  const before = { stage: { at: 'idle' } as const, lost: undefined, problem: undefined };
  meeting.begin(known, { ...place(7), rung: 'here', caller, before });
  return meeting;
}

test('of two that ring at each other the later window counts, and in one window the host', () => {
  expect(calling('guest').givesWayTo('phone', place(8), 'guest')).toBe(true);
  expect(calling('host').givesWayTo('phone', place(6), 'host')).toBe(false);
  expect(calling('guest').givesWayTo('phone', place(7), 'host')).toBe(true);
  expect(calling('host').givesWayTo('phone', place(7), 'guest')).toBe(false);
});

test('a call gives way to no other device, to no retired secret, and not after it was answered', () => {
  expect(calling().givesWayTo('tablet', place(8), 'host')).toBe(false);
  expect(calling().givesWayTo('phone', place(8, 'retired'), 'host')).toBe(false);
  const met = calling();
  met.confirm(sessionKeys(secret(9)));
  expect(met.givesWayTo('phone', place(8), 'host')).toBe(false);
});

test('a call that is confirmed uses the secret up, and the first sealed message settles it once', () => {
  const meeting = calling();
  const next = meeting.confirm(sessionKeys(secret(9)))!;
  expect(next.bond.previous).toEqual(secret(1));
  expect(meeting.call).toBeUndefined();
  expect(meeting.confirm(sessionKeys(secret(8)))).toBeUndefined();
  expect(meeting.settle()?.bond).toEqual({ party: 'host', current: next.bond.current, retired: secret(1) });
  expect(meeting.settle()).toBeUndefined();
});

test('a call in vain is explained as one, and other ends are left as they are', () => {
  expect(calling().explain('same-role')).toBe('device-same-page');
  expect(calling().explain('code-unknown')).toBe('device-silent');
  expect(calling().explain('server-busy')).toBe('server-busy');
  expect(new DeviceMeeting().explain('same-role')).toBe('same-role');
});
