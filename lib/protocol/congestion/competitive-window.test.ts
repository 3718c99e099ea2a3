import { expect, test } from 'vitest';
import { DATA_PACKET } from '../wire/lane-packet.ts';
import { CompetitiveWindow } from './competitive-window.ts';

const ROUND_TRIP = 50;
const QUEUE = 50;
const ROUND = ROUND_TRIP + QUEUE;
const START = 100 * DATA_PACKET;

const input = {
  resolved: 10,
  lost: 0,
  late: 0,
  queue: QUEUE,
  roundTrip: ROUND_TRIP,
  baseLoss: 0,
  limited: false,
  emptyQueue: 4,
  fates: [],
};

/** Feedback every 10 ms in `[from, to)`, of packets sent a round trip before or at `sentAt`. */
function run(
  window: CompetitiveWindow,
  from: number,
  to: number,
  { sentAt, ...change }: Partial<typeof input> & { sentAt?: number } = {},
): boolean {
  let alone = false;
  for (let now = from; now < to; now += 10) {
    const all = { ...input, ...change };
    const fates = [{ sentAt: sentAt ?? now - ROUND, resolved: all.resolved, lost: all.lost }];
    alone = window.update({ ...all, fates }, now) === 'alone';
  }
  return alone;
}
const bytes = (window: CompetitiveWindow) => window.rateAlone(1);

test('it probes first: at half a window a round trip for one and a half of them, and not again for 25', () => {
  const window = new CompetitiveWindow(START, 0);
  const share = () => window.rate(ROUND_TRIP, QUEUE) / (bytes(window) / ROUND);
  run(window, 0, 100);
  expect(share()).toBeCloseTo(0.5);
  run(window, 100, 300);
  expect(share()).toBeCloseTo(1);
  run(window, 300, 2500);
  expect(share()).toBeCloseTo(1);
  const probed = [];
  for (let now = 2500; now < 3000; now += 10) {
    run(window, now, now + 10);
    probed.push(share() < 0.6);
  }
  expect(probed).toContain(true);
});

test('without loss it grows by half a packet a round trip, and not while the sender is limited', () => {
  const window = new CompetitiveWindow(START, 0);
  run(window, 0, 10 * ROUND);
  // Ten packets of a hundred in flight each 10 ms: all of them in one round trip.
  expect((bytes(window) - START) / DATA_PACKET).toBeCloseTo(10 * 0.53, 0);
  const before = bytes(window);
  run(window, 10 * ROUND, 20 * ROUND, { limited: true });
  expect(bytes(window)).toBe(before);
});

test('loss beyond the path’s own cuts it once a round trip to 0.7; the path’s own does not', () => {
  const own = new CompetitiveWindow(START, 0);
  run(own, 0, 5 * ROUND, { baseLoss: 0.1, lost: 1 });
  expect(bytes(own)).toBeGreaterThan(START);
  const congested = new CompetitiveWindow(START, 0);
  run(congested, 0, 3 * ROUND, { lost: 3 });
  expect(bytes(congested) / START).toBeGreaterThan(0.65);
  expect(bytes(congested) / START).toBeLessThan(0.75);
  const least = new CompetitiveWindow(5 * DATA_PACKET, 0);
  run(least, 200, 210, { lost: 3, sentAt: 190 });
  expect(bytes(least)).toBe(4 * DATA_PACKET);
});

// A rival's long queue overflows for a round trip, and its losses show for another: they cut it three times.
test('one overflow cuts it once, however late its losses show', () => {
  const window = new CompetitiveWindow(START, 0);
  run(window, 200, 210, { lost: 1, sentAt: 150 });
  run(window, 210, 210 + 5 * ROUND, { lost: 1, sentAt: 190 });
  expect(bytes(window) / START).toBeGreaterThan(0.65);
});

test('a queue that drains in a probe means that we are alone', () => {
  const probing = new CompetitiveWindow(START, 0);
  expect(run(probing, 0, 50)).toBe(false);
  expect(run(probing, 50, 60, { queue: 2 })).toBe(true);
});

test('a window that begins with nothing in flight is the least one, and gives a rate', () => {
  const window = new CompetitiveWindow(0, 0);
  expect(bytes(window)).toBe(4 * DATA_PACKET);
  run(window, 0, 300);
  expect(window.rate(ROUND_TRIP, QUEUE)).toBeGreaterThan(0);
});
