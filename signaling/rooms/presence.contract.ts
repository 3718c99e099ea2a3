/** What presence does, wherever it is kept: run against memory and against a real Redis. */
import { expect, test } from 'vitest';
import { MAX_PAGES_AT_ID } from '../wire/limits.ts';
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

  test('[P-142] of two pages with one id the newer is rung, and when it goes the older', async () => {
    const presence = makePresence();
    const rung = async () => (await presence.find(['a']))?.socket;
    await presence.announce('old', ['a']);
    await presence.announce('new', ['a', 'b']);
    expect(await rung()).toBe('new');
    await presence.announce('new', ['b']);
    expect(await rung()).toBe('old');
    await presence.announce('new', ['a']);
    // Looked at again.
    await presence.announce('old', ['a']);
    expect(await rung()).toBe('old');
    await presence.announce('old', []);
    expect(await rung()).toBe('new');
    await presence.announce('new', []);
    expect(await rung()).toBeUndefined();
  });

  test('[P-142] of many pages with one id the newest few are kept', async () => {
    const presence = makePresence();
    const sockets = Array.from({ length: MAX_PAGES_AT_ID + 1 }, (_, at) => `s${at}`);
    for (const socket of sockets) await presence.announce(socket, ['a']);
    for (const socket of sockets.toReversed().slice(0, -1)) {
      expect(await presence.find(['a'])).toEqual({ at: 0, socket });
      await presence.announce(socket, []);
    }
    expect(await presence.find(['a'])).toBeUndefined();
    await presence.announce(sockets[0]!, []);
  });
}
