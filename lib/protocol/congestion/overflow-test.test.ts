import { expect, test } from 'vitest';
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
  tested.postpone(20_000);
  for (let now = 20_010; now < 20_000 + 2 * ROUND_TRIP; now += 10)
    expect(tested.update(input, now)).toBeUndefined();
  expect(tested.update({ ...input, deliveryRate: RATE }, 20_000 + 4 * ROUND_TRIP)?.rate).toBe(RATE);
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
