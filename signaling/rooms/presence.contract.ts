/** What presence does, wherever it is kept: run against memory and against a real Redis. */
import { expect, test } from 'vitest';
import type { Presence } from './presence.ts';

export function presenceContract(makePresence: () => Presence): void {
  test('[P-142] a page is found at each of its ids, and at none once it has others or is gone', async () => {
    const presence = makePresence();
    expect(await presence.find(['a'])).toBeUndefined();
    expect(await presence.announce('s', ['a', 'b'])).toBe(true);
    await presence.announce('t', ['c']);
    expect(await presence.find(['x', 'b', 'a'])).toEqual({ at: 1, socket: 's' });
    expect(await presence.find(['c'])).toEqual({ at: 0, socket: 't' });
    await presence.announce('s', ['b', 'd']);
    expect(await presence.find(['a'])).toBeUndefined();
    expect(await presence.find(['d'])).toEqual({ at: 0, socket: 's' });
    await presence.announce('s', []);
    expect(await presence.find(['b', 'd'])).toBeUndefined();
    expect(await presence.find(['c'])).toEqual({ at: 0, socket: 't' });
  });

  test('[P-142] of two pages with one id the newer is rung, and the end of the older changes nothing', async () => {
    const presence = makePresence();
    await presence.announce('old', ['a']);
    await presence.announce('new', ['a']);
    expect(await presence.find(['a'])).toEqual({ at: 0, socket: 'new' });
    await presence.announce('old', []);
    expect(await presence.find(['a'])).toEqual({ at: 0, socket: 'new' });
    await presence.announce('new', []);
    expect(await presence.find(['a'])).toBeUndefined();
  });
}
