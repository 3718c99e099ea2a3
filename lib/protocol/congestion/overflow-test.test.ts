import { describe, expect, test } from 'vitest';
import { OverflowTest, type TestResult } from './overflow-test.ts';

const ROUND_TRIP = 60;
const RATE = 2000;

interface Losses {
  usual: number;
  held: number;
}

/** Feedback every 10 ms, of packets sent a round trip ago; losses by whether a test was under way then. */
function run(tested: OverflowTest, losses: Losses, until: number, deliveryRate = RATE): TestResult[] {
  const results: TestResult[] = [];
  const holding: boolean[] = [];
  for (let now = 0; now < until; now += 10) {
    holding.push(tested.gain(RATE, now) !== undefined);
    const sentAt = now - ROUND_TRIP;
    const held = holding[holding.length - 1 - ROUND_TRIP / 10] === true;
    const resolved = 20;
    tested.count({ sentAt, resolved, lost: resolved * (held ? losses.held : losses.usual) }, ROUND_TRIP);
    const input = {
      queue: 0,
      roundTrip: ROUND_TRIP,
      baseline: losses.usual,
      suspicious: true,
      deliveryRate,
    };
    const result = tested.update(input, now);
    if (result !== undefined) results.push(result);
  }
  return results;
}

test('loss that goes away while the sender holds back was its own overflow, and the rate is what came through', () => {
  const tested = new OverflowTest();
  const [result] = run(tested, { usual: 0.25, held: 0 }, 5000);
  // A few packets of the time before count as held back.
  expect(result?.loss).toBeLessThan(0.05);
  expect(result?.rate).toBeGreaterThanOrEqual(RATE);
  expect(result?.rate).toBeLessThan(1.05 * RATE);
  expect(tested.shallow).toBe(true);
  expect(tested.baseLoss(0.25)).toBeLessThan(0.05);
});

test('an overflow of a few per cent, which one test cannot show, shows in several together', () => {
  const tested = new OverflowTest();
  const results = run(tested, { usual: 0.04, held: 0 }, 20_000);
  expect(results.at(0)?.rate).toBeUndefined();
  expect(results.some(({ rate }) => rate !== undefined)).toBe(true);
});

test('what a picture’s first burst loses says nothing of the rate: little is delivered yet', () => {
  const tested = new OverflowTest();
  run(tested, { usual: 0.25, held: 0 }, 3000);
  expect(tested.shallow).toBe(true);
  const input = { queue: 0, roundTrip: ROUND_TRIP, baseline: 0, suspicious: true, deliveryRate: RATE / 2 };
  tested.postpone(ROUND_TRIP, 20_000);
  for (let now = 20_010; now < 20_000 + 2 * ROUND_TRIP; now += 10)
    expect(tested.update(input, now)).toBeUndefined();
  expect(tested.update({ ...input, deliveryRate: RATE }, 20_000 + 4 * ROUND_TRIP)?.rate).toBe(RATE);
});

describe('after a search that has lost much', () => {
  const input = { queue: 0, roundTrip: ROUND_TRIP, baseline: 0, suspicious: false, deliveryRate: RATE };
  const loseMuch = (tested: OverflowTest, from: number): void => {
    for (let sentAt = from; sentAt < from + 200; sentAt += 10)
      tested.count({ sentAt, resolved: 20, lost: 3 }, ROUND_TRIP);
    tested.settle(ROUND_TRIP, from + 200);
  };
  /** Nothing is lost any more. Returns what is found first. */
  const calm = (tested: OverflowTest, from: number, until: number): TestResult | undefined => {
    for (let now = from; now < until; now += 10) {
      tested.count({ sentAt: now - ROUND_TRIP, resolved: 20, lost: 0 }, ROUND_TRIP);
      const result = tested.update(input, now);
      if (result !== undefined) return result;
    }
    return undefined;
  };

  test('a test follows as soon as the lanes have recovered, before any probe, and proves the overflow', () => {
    const tested = new OverflowTest();
    loseMuch(tested, 1000);
    expect(calm(tested, 1200, 1200 + 7 * (ROUND_TRIP + 20))).toBeUndefined();
    expect(tested.gain(RATE, 1760)).toBeUndefined();
    expect(calm(tested, 1760, 1780)).toBeUndefined();
    expect(tested.gain(RATE, 1780)).toBeLessThan(0.9);
    expect(calm(tested, 1780, 2500)).toEqual({ rate: RATE, loss: 0 });
    expect(tested.shallow).toBe(true);
  });

  test('the next picture begins with it where this one has ended before', () => {
    const tested = new OverflowTest();
    loseMuch(tested, 1000);
    calm(tested, 1200, 1300);
    tested.postpone(ROUND_TRIP, 5000);
    expect(tested.capped(5100)).toBe(true);
    expect(calm(tested, 5010, 6000)).toEqual({ rate: RATE, loss: 0 });
  });

  test('one that nearly proves it is followed by another, and the rate is kept until then', () => {
    const tested = new OverflowTest();
    loseMuch(tested, 1000);
    const found: TestResult[] = [];
    const losing = (now: number): number => (now < 2000 ? 1.5 : 0);
    let unprobed = true;
    for (let now = 1200; now < 4000; now += 10) {
      tested.count({ sentAt: now - ROUND_TRIP, resolved: 20, lost: losing(now) }, ROUND_TRIP);
      const result = tested.update(input, now);
      if (result !== undefined) found.push(result);
      if (now > 2100 && now < 2300) unprobed &&= tested.capped(now);
    }
    expect(unprobed).toBe(true);
    expect(found.length).toBe(1);
    expect(found[0]?.rate).toBeGreaterThanOrEqual(RATE);
  });
});

test('a test while nothing overflows shows that the path loses more, and no longer queue', () => {
  const tested = new OverflowTest();
  const [result] = run(tested, { usual: 0.25, held: 0 }, 2000);
  expect(result?.loss).toBeLessThan(0.05);
  const later: TestResult[] = [];
  for (let now = 2000; now < 4000; now += 10) {
    tested.count({ sentAt: now - ROUND_TRIP, resolved: 20, lost: 2 }, ROUND_TRIP);
    const input = { queue: 0, roundTrip: ROUND_TRIP, baseline: 0.1, suspicious: true, deliveryRate: RATE };
    const found = tested.update(input, now);
    if (found !== undefined) later.push(found);
  }
  expect(later[0]?.rate).toBeUndefined();
  expect(later[0]?.loss).toBeGreaterThan(0.08);
  expect(tested.shallow).toBe(true);
  expect(tested.capped(4000)).toBe(true);
  expect(tested.baseLoss(0.1)).toBeGreaterThan(0.08);
});

test('loss that stays is the path’s', () => {
  const tested = new OverflowTest();
  const [result] = run(tested, { usual: 0.2, held: 0.2 }, 5000);
  expect(result?.rate).toBeUndefined();
  expect(result?.loss).toBeCloseTo(0.2);
  expect(tested.shallow).toBe(false);
});

test('no loss that is counted makes a rate that is no number', () => {
  for (const losses of [
    { usual: 1, held: 1 },
    { usual: 3, held: 1 },
    { usual: 1, held: 0 },
  ])
    for (const { rate = 0 } of run(new OverflowTest(), losses, 20_000)) expect(rate).toBeLessThan(11 * RATE);
});

test('while nothing is delivered nothing is found', () => {
  const tested = new OverflowTest();
  expect(run(tested, { usual: 0.25, held: 0 }, 5000, 0)).toEqual([]);
  run(tested, { usual: 0.25, held: 0 }, 5000);
  expect(run(tested, { usual: 0.25, held: 0 }, 20_000, 0).every(({ rate }) => rate !== 0)).toBe(true);
});
