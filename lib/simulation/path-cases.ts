/** The paths of the scoreboard (`npm run bench -- paths`): what people have, kind and unkind. */
import type { PathCase, PathChange } from './path-case.ts';

const MB = 1_000_000;

/** 5 MB over 20 Mbit/s and 60 ms: where not the processor but the path is the limit. */
const USUAL = { rate: 20e6, rtt: 60, size: 5 * MB, pictures: 3, seeds: 2 } as const;
/** 200 KB, as a phone's picture that was sent on; many, since their worst counts. */
const SMALL = { rate: 20e6, rtt: 100, size: 200_000, pictures: 6, seeds: 6 } as const;
/** Only the first picture of a session. */
const FIRST = { pictures: 1, seeds: 6 } as const;

/** A rate that is another each `every` ms, over and over. */
function trace(rates: readonly number[], every: number): readonly PathChange[] {
  return Array.from({ length: Math.ceil(20_000 / every) }, (_, i) => ({
    after: i * every,
    rate: rates[i % rates.length] as number,
  }));
}

/** What people have, kind and unkind; `npm run bench -- paths` prints them. */
export const PATH_CASES: readonly PathCase[] = [
  { ...USUAL, name: 'steady, no loss', reach: { first: 1.1, later: 1.06 } },
  { ...USUAL, name: 'steady, 1 %', loss: 0.01, reach: { first: 1.15, later: 1.06 } },
  { ...USUAL, name: 'steady, 5 %', loss: 0.05, reach: { first: 1.15, later: 1.06 } },
  { ...USUAL, name: 'steady, 10 %', loss: 0.1, reach: { later: 1.12 } },
  { ...USUAL, name: 'steady, 20 %', loss: 0.2, reach: { later: 1.25 } },
  { ...USUAL, name: 'bursts of 5, 5 %', loss: 0.05, burst: 5, reach: { later: 1.15 } },
  { ...USUAL, name: '2 Mbit/s, 2 %', rate: 2e6, loss: 0.02, size: MB, reach: { later: 1.1 } },
  {
    ...USUAL,
    name: '20 MB, 100 ms, 1 %',
    rtt: 100,
    loss: 0.01,
    size: 20 * MB,
    pictures: 2,
    seeds: 1,
    reach: { later: 1.06 },
  },
  { ...USUAL, name: '100 ms, no loss', rtt: 100, reach: { first: 1.1, later: 1.06, dropped: 0.03 } },
  { ...USUAL, name: '100 ms, 5 %', rtt: 100, loss: 0.05, reach: { first: 1.15, later: 1.08, dropped: 0.03 } },
  { ...USUAL, name: '50 Mbit/s, 100 ms, no loss', rate: 50e6, rtt: 100, reach: { later: 1.06 } },
  { ...USUAL, name: '50 Mbit/s, 100 ms, 5 %', rate: 50e6, rtt: 100, loss: 0.05, reach: { later: 1.1 } },
  {
    ...USUAL,
    name: '50 Mbit/s, 300 ms, no loss',
    rate: 50e6,
    rtt: 300,
    reach: { later: 1.15, dropped: 0.03 },
  },

  { ...SMALL, name: '200 KB, no loss', reach: { first: 1.25, later: 1.05 } },
  { ...SMALL, name: '200 KB, 5 %', loss: 0.05, reach: { first: 1.25, later: 1.2, worst: 2 } },
  { ...SMALL, name: '200 KB, 10 %', loss: 0.1, reach: { first: 1.4, later: 1.2, worst: 2 } },
  { ...SMALL, name: '200 KB, 20 %', loss: 0.2, reach: { later: 1.4, worst: 2.5 } },
  {
    ...SMALL,
    name: '200 KB, 200 ms, 5 %',
    rtt: 200,
    loss: 0.05,
    reach: { first: 1.25, later: 1.2, worst: 2 },
  },
  {
    ...SMALL,
    name: '200 KB, 200 ms, 10 %',
    rtt: 200,
    loss: 0.1,
    reach: { first: 1.4, later: 1.2, worst: 2 },
  },
  {
    ...SMALL,
    name: '200 KB, 300 ms, 10 %',
    rtt: 300,
    loss: 0.1,
    reach: { first: 1.4, later: 1.2, worst: 2 },
  },
  {
    ...SMALL,
    name: '200 KB, 1 Mbit/s',
    rate: 1e6,
    pictures: 3,
    seeds: 3,
    reach: { first: 1.15, dropped: 0.03 },
  },
  {
    ...SMALL,
    name: '200 KB, 2 Mbit/s, 2 %',
    rate: 2e6,
    loss: 0.02,
    pictures: 3,
    seeds: 3,
    reach: { first: 1.15, dropped: 0.03 },
  },
  { ...SMALL, ...FIRST, name: '200 KB, 50 Mbit/s', rate: 50e6, reach: { first: 1.25, dropped: 0.03 } },

  { ...USUAL, name: 'queue 20 ms', link: { queueMs: 20 }, reach: { later: 1.1, dropped: 0.05 } },
  { ...USUAL, name: 'queue 10 ms', link: { queueMs: 10 }, reach: { later: 1.1, dropped: 0.05 } },
  { ...USUAL, name: 'queue 5 ms', link: { queueMs: 5 }, reach: { later: 1.1, dropped: 0.05 } },
  { ...USUAL, name: 'queue 2 ms', link: { queueMs: 2 }, reach: { later: 1.1, dropped: 0.05 } },
  {
    ...USUAL,
    name: 'queue 20 ms, 2 %',
    link: { queueMs: 20 },
    loss: 0.02,
    reach: { later: 1.1, dropped: 0.05 },
  },
  {
    ...USUAL,
    name: 'queue 10 ms, 10 %',
    link: { queueMs: 10 },
    loss: 0.1,
    reach: { later: 1.2, dropped: 0.05 },
  },
  {
    ...USUAL,
    name: 'policer 60 KB',
    rate: 100e6,
    link: { policer: { rate: 20e6, burst: 60_000 } },
    reach: { later: 1.25, dropped: 0.05 },
  },
  {
    ...USUAL,
    name: 'policer 250 KB',
    rate: 100e6,
    link: { policer: { rate: 20e6, burst: 250_000 } },
    reach: { later: 1.25, dropped: 0.05 },
  },
  { ...USUAL, name: 'queue 1 s', link: { queueMs: 1000 }, reach: { later: 1.06 } },

  { ...USUAL, name: 'jitter 20 ms', link: { jitter: 20 }, reach: { later: 1.1 } },
  { ...USUAL, name: 'jitter 50 ms', link: { jitter: 50 }, reach: { later: 1.3 } },
  { ...USUAL, name: 'jitter 50 ms, 2 %', link: { jitter: 50 }, loss: 0.02, reach: { later: 1.3 } },
  { ...USUAL, name: 'jitter 80 ms, 2 %', link: { jitter: 80 }, loss: 0.02, reach: { later: 1.3 } },
  {
    ...USUAL,
    name: 'delay wanders 80 ms in 15 s, 2 %',
    link: { wander: { by: 40, period: 15_000 } },
    loss: 0.02,
    reach: { later: 1.3 },
  },
  {
    ...USUAL,
    name: 'delay wanders 40 ms in 1 s, 2 %',
    link: { wander: { by: 20, period: 1000 } },
    loss: 0.02,
    reach: { later: 1.3 },
  },
  { ...USUAL, name: 'reordering of 3 %', link: { reorder: { p: 0.03, by: 20 } }, reach: { later: 1.08 } },
  { ...USUAL, name: 'duplicates of 5 %', link: { duplicate: 0.05 }, reach: { later: 1.08 } },

  {
    ...USUAL,
    name: 'round trip 20 → 200 ms',
    rtt: 20,
    changes: [{ after: 600, delay: 100 }],
    reach: { later: 1.4 },
  },
  {
    ...USUAL,
    name: '50 → 12.5 Mbit/s',
    rate: 50e6,
    changes: [{ after: 400, rate: 12.5e6 }],
    reach: { later: 1.25, dropped: 0.03 },
  },
  {
    ...USUAL,
    name: '50 → 12.5 Mbit/s, queue 500 ms',
    rate: 50e6,
    link: { queueMs: 500 },
    changes: [{ after: 400, rate: 12.5e6 }],
    reach: { later: 1.25, dropped: 0.03 },
  },
  {
    ...USUAL,
    name: '20 → 5 Mbit/s, queue 500 ms',
    link: { queueMs: 500 },
    changes: [{ after: 400, rate: 5e6 }],
    reach: { later: 1.25, dropped: 0.03 },
  },
  {
    ...USUAL,
    name: '5 → 20 Mbit/s',
    rate: 5e6,
    changes: [{ after: 1000, rate: 20e6 }],
    reach: { later: 1.2 },
  },
  {
    ...USUAL,
    name: 'Wi-Fi, 8–40 Mbit/s each 50 ms',
    changes: trace([20e6, 40e6, 12e6, 30e6, 8e6, 25e6, 40e6, 16e6], 50),
    reach: { later: 1.25, dropped: 0.03 },
  },
  {
    ...USUAL,
    name: 'LTE, 3–30 Mbit/s each 200 ms',
    changes: trace([20e6, 30e6, 12e6, 5e6, 3e6, 9e6, 22e6, 15e6], 200),
    reach: { later: 1.25, dropped: 0.03 },
  },

  { ...USUAL, name: 'up 1 Mbit/s, 2 %', rateBack: 1e6, loss: 0.02, reach: { later: 1.25 } },
  { ...USUAL, name: 'up 0.5 Mbit/s', rateBack: 0.5e6, reach: { later: 1.4 } },
  { ...USUAL, name: '8 lanes, no loss', maxLanes: 8, reach: { later: 1.06 } },
  { ...USUAL, name: '32 lanes, 2 %', maxLanes: 32, loss: 0.02, reach: { later: 1.2 } },
];
