import { expect, test } from 'vitest';
import { freePort } from '../free-port.ts';
import { soak } from './soak.ts';

const LONG = process.env['TESSERA_LONG'] === '1';
const seconds = LONG ? 60 : 16;

/** Bytes of the heap for each pairing: what rests and what is counted for ten minutes, about 700. */
const MAX_KEPT_BYTES = 4096;
/** A slot that rests, and two addresses in the tables of limits. */
const MAX_KEPT_ENTRIES = 8;
/** Compiled code and caches that still settle. */
const SETTLING_MEGABYTES = 2;

test(
  'people who paired and left leave no socket, room, pair or timer behind, and of memory only what limits count',
  async () => {
    const samples = await soak({ perSecond: 10, every: seconds / 2, seconds }, await freePort());
    const first = samples[0]!;
    const last = samples.at(-1)!;
    const pairings = last.pairings - first.pairings;
    expect(pairings).toBeGreaterThan(5 * seconds);
    for (const { sockets, rooms, pairs } of samples)
      expect({ sockets, rooms, pairs }).toEqual({ sockets: 0, rooms: 0, pairs: 0 });
    expect(last.timers).toBeLessThanOrEqual(first.timers + 1);
    expect(last.entries - first.entries).toBeLessThan(MAX_KEPT_ENTRIES * pairings);
    const megabytes = (MAX_KEPT_BYTES * pairings) / 2 ** 20;
    expect(last.heapMegabytes - first.heapMegabytes).toBeLessThan(SETTLING_MEGABYTES + megabytes);
  },
  1000 * seconds + 60_000,
);
