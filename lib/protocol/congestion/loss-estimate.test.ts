import { expect, test } from 'vitest';
import { LossEstimate } from './loss-estimate.ts';

/** `packets` in samples of ten, of which every `every`-th is lost. */
function feed(estimate: LossEstimate, packets: number, every = Infinity, queue = 0, late = 0): LossEstimate {
  let before = 0;
  for (let sent = 10; sent <= packets; sent += 10) {
    const lost = Math.floor(sent / every);
    estimate.update({ resolved: 10, lost: lost - before, late: lost - before + late }, queue);
    before = lost;
  }
  return estimate;
}

test('the share of the last few hundred packets: it follows a path that begins and ends to lose', () => {
  const estimate = feed(new LossEstimate(), 2000, 10);
  expect(estimate.share).toBeGreaterThan(0.08);
  expect(estimate.share).toBeLessThan(0.12);
  feed(estimate, 2000);
  expect(estimate.share).toBeLessThan(0.001);
});

test('loss under a long queue is not the path’s own', () => {
  expect(feed(new LossEstimate(), 2000, 10, 100).baseline).toBeUndefined();
  const estimate = feed(new LossEstimate(), 2000, 10, 10);
  expect(estimate.baseline).toBeCloseTo(0.1, 1);
  feed(estimate, 2000, 2, 100);
  expect(estimate.baseline).toBeCloseTo(0.1, 1);
  estimate.rebase(0.02);
  expect(estimate.baseline).toBe(0.02);
});

test('a share of losses above one, as a stall may count it, is no baseline', () => {
  const estimate = feed(new LossEstimate(), 2000, 10, 10);
  estimate.rebase(1.4);
  expect(estimate.baseline).toBe(0.9);
});

test('low-loss takes a thousand packets below 0.2 %, and ends above 2 %', () => {
  const estimate = feed(new LossEstimate(), 900);
  expect(estimate.lowLoss).toBe(false);
  feed(estimate, 400);
  expect(estimate.lowLoss).toBe(true);
  // Ten lost together are below it.
  estimate.update({ resolved: 10, lost: 10, late: 10 }, 0);
  expect(estimate.lowLoss).toBe(true);
  feed(estimate, 300, 5);
  expect(estimate.lowLoss).toBe(false);
});

test('the upper bound is above the share, the nearer the more packets, and below 0.9', () => {
  const few = feed(new LossEstimate(), 50, 10);
  const many = feed(new LossEstimate(), 3000, 10);
  expect(few.upperBound(0) - few.share).toBeGreaterThan(many.upperBound(0) - many.share);
  expect(many.upperBound(0)).toBeGreaterThan(many.share);
  expect(feed(new LossEstimate(), 300, 1).upperBound(0)).toBe(0.9);
  expect(new LossEstimate().upperBound(0)).toBe(0);
});

test('packets that are only late count in it, up to three per cent beyond the lost', () => {
  const stalled = feed(new LossEstimate(), 1000, Infinity, 0, 10);
  expect(stalled.share).toBe(0);
  expect(stalled.upperBound(0)).toBeGreaterThan(0.03);
  expect(stalled.upperBound(0)).toBeLessThan(0.06);
});

test('news that a late packet arrived after all never makes a count negative', () => {
  const estimate = new LossEstimate();
  estimate.update({ resolved: 10, lost: 0, late: -50 }, 0);
  expect(estimate.upperBound(0)).toBeGreaterThan(0);
  expect(estimate.share).toBe(0);
});

test('a round that loses far more than the path does is suspicious, and does not count as the path’s own', () => {
  const estimate = feed(new LossEstimate(), 2000, 100, 0);
  expect(estimate.suspicious).toBe(false);
  const own = estimate.baseline ?? 1;
  feed(estimate, 240, 5);
  expect(estimate.suspicious).toBe(true);
  expect(estimate.excess).toBeGreaterThan(0.1);
  expect(estimate.baseline).toBe(own);
  feed(estimate, 240, 100);
  expect(estimate.suspicious).toBe(false);
});
