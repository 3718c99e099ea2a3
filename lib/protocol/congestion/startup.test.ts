import { expect, test } from 'vitest';
import { Startup, STARTUP_GAIN } from './startup.ts';

const ROUND_TRIP = 100;
const input = {
  queue: 0,
  roundTrip: ROUND_TRIP,
  deliveryRate: 100,
  measured: true,
  limited: false,
  exhausted: false,
  overflowing: false,
};

/** Feedback every 10 ms: how the search ends, and when. */
function search(at: (now: number) => Partial<typeof input>, startup = new Startup(STARTUP_GAIN, 0)) {
  for (let now = 0; now <= 3000; now += 10) {
    const end = startup.update({ ...input, ...at(now) }, now);
    if (end !== undefined) return { end, now, startup };
  }
  return { end: undefined, now: Infinity, startup };
}

test('the rate is held until the first measurement and while a queue shows, and grows otherwise', () => {
  const startup = new Startup(STARTUP_GAIN, 0);
  expect(startup.gain(false)).toBe(1);
  startup.update(input, 0);
  expect(startup.gain(true)).toBe(STARTUP_GAIN);
  startup.update({ ...input, queue: 40 }, 10);
  expect(startup.gain(true)).toBe(1);
});

test('a queue of half a round trip ends it; one that drains before was an event loop’s', () => {
  const queued = search((now) => ({ queue: now >= 200 ? 40 : 0, deliveryRate: 100 + now }));
  expect([queued.end, queued.now]).toEqual(['queue', 250]);
  const stalls = search((now) => ({ queue: now % 100 < 40 ? 40 : 0, deliveryRate: 2 ** (now / 100) }));
  expect(stalls.end).toBeUndefined();
});

test('a delivery rate that grows by less than a fifth in three round trips ends it', () => {
  const { end, now, startup } = search((at) => ({ deliveryRate: Math.min(800, 100 * 2 ** (at / 100)) }));
  expect(end).toBe('plateau');
  expect(now).toBeGreaterThan(280 + 3 * ROUND_TRIP);
  expect(now).toBeLessThan(1000);
  expect(startup.plateauRate).toBeGreaterThan(700);
});

test('a limited sender cannot find a plateau, nor one that has measured nothing', () => {
  expect(search(() => ({ limited: true })).end).toBeUndefined();
  expect(search(() => ({ measured: false })).end).toBeUndefined();
});

test('losses that the path does not explain end it once nothing grows for a round trip, limited or not', () => {
  const { end, now } = search(() => ({ overflowing: true, limited: true }));
  expect(end).toBe('overflow');
  expect(now).toBeGreaterThan(ROUND_TRIP);
  expect(now).toBeLessThan(2 * ROUND_TRIP);
});

test('… but not while a small picture’s last packets arrive', () => {
  expect(search(() => ({ overflowing: true, limited: true, exhausted: true })).end).toBeUndefined();
});
