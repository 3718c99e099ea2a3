/** One address sends what it can, of each kind, and people pair meanwhile as if it did not. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { floods } from '../testbed/load/flood.ts';
import { FloodedServer, type FloodTimes } from '../testbed/load/measure-flood.ts';
import { percentile } from '../testbed/load/people.ts';

const LONG = process.env['TESSERA_LONG'] === '1';
const times: FloodTimes = LONG
  ? { calmMs: 5000, floodMs: 60_000, perSecond: 10 }
  : { calmMs: 1000, floodMs: 3000, perSecond: 10 };

const MAX_JOIN_MS = 500;
/** A minute of flood grows the heap for longer: by up to 81 MB as measured (bench/results/floods.md). */
const MAX_GROWTH_MEGABYTES = LONG ? 128 : 64;
/** Where something else keeps the processor, all takes longer: then so much longer than it does without. */
const BUSY_FACTOR = 10;

describe.each([
  { proxies: 0, names: floods.filter((name) => name !== 'addresses') },
  { proxies: 1, names: ['addresses' as const] },
])('behind $proxies proxies', ({ proxies, names }) => {
  let server: FloodedServer;
  beforeAll(async () => {
    server = await FloodedServer.start(times, proxies > 0);
  }, 60_000);
  afterAll(() => server.stop());

  test.each(names)(
    'people pair during a flood of one address: %s',
    // Once more where other work had the processor.
    { retry: LONG ? 0 : 2, timeout: times.calmMs + times.floodMs + 60_000 },
    async (name) => {
      const { calm, flooded, count, before, peak } = await server.flood(name);
      expect(count.tried).toBeGreaterThan(50);
      const { slow = 0, ...failed } = flooded.failed;
      expect(failed).toEqual({});
      const joins = [...flooded.joins, ...Array<number>(slow).fill(Infinity)];
      const limit = Math.max(MAX_JOIN_MS, BUSY_FACTOR * (percentile(calm.joins, 0.5) ?? 0));
      expect(percentile(joins, LONG ? 0.99 : 0.95)).toBeLessThan(limit);
      expect(peak - before).toBeLessThan(MAX_GROWTH_MEGABYTES);
    },
  );
});
