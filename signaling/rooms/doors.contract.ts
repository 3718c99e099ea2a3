/** What doors do, wherever they are kept: run against memory and against a real Redis. */
import { expect, test } from 'vitest';
import { KNOCK_MS, MAX_KNOCKS } from '../wire/limits.ts';
import type { Doors } from './doors.ts';

export function doorsContract(makeDoors: () => Doors): void {
  test('[P-135] a door is knocked at again and again, and tells who waits to the host that returns', async () => {
    const doors = makeDoors();
    expect(await doors.knock('d', 'm0', 0)).toBeUndefined();
    expect(await doors.open('d', 'token', 's', 0)).toEqual([]);
    for (const meeting of ['m1', 'm2']) expect(await doors.knock('d', meeting, 1000)).toBe('s');
    expect(await doors.open('d', 'token', 's2', 2000)).toEqual(['m1', 'm2']);
    expect(await doors.knock('d', 'm3', 2000 + KNOCK_MS)).toBe('s2');
    // Who knocked long ago has given up.
    expect(await doors.open('d', 'token', 's2', 2001 + KNOCK_MS)).toEqual(['m3']);
  });

  test('[P-135] a door is taken, and closed, with its token only, and by nothing that a page said before', async () => {
    const doors = makeDoors();
    await doors.open('d', 'token', 's', 0);
    expect(await doors.open('d', 'another', 'thief', 1)).toBeUndefined();
    await doors.close('d', 'another', 's', 2);
    expect(await doors.knock('d', 'm', 3)).toBe('s');
    await doors.open('d', 'token', 'loaded anew', 4);
    await doors.close('d', 'token', 's', 5);
    expect(await doors.knock('d', 'm', 6)).toBe('loaded anew');
    await doors.close('d', 'token', 'loaded anew', 7);
    expect(await doors.knock('d', 'm', 8)).toBeUndefined();
  });

  test('[P-135] a flood of knocks takes no more memory than the newest few', async () => {
    const doors = makeDoors();
    await doors.open('d', 'token', 's', 0);
    for (let i = 0; i < 3 * MAX_KNOCKS; i++) await doors.knock('d', `m${i}`, 1);
    const waiting = await doors.open('d', 'token', 's', 2);
    expect(waiting).toHaveLength(MAX_KNOCKS);
    expect(waiting?.at(-1)).toBe(`m${3 * MAX_KNOCKS - 1}`);
  });
}
