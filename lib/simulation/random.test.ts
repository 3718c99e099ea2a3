import { expect, test } from 'vitest';
import { seededRandom } from './random.ts';

const take = (count: number, seed: number, stream?: number): number[] => {
  const random = seededRandom(seed, stream);
  return Array.from({ length: count }, random);
};

test('repeats itself for a seed and differs between seeds and streams', () => {
  expect(take(50, 7)).toEqual(take(50, 7));
  expect(take(50, 7)).not.toEqual(take(50, 8));
  expect(take(50, 7, 1)).not.toEqual(take(50, 7, 0));
});

test('keeps giving the numbers it always gave, so that pinned seeds stay meaningful', () => {
  expect(take(3, 1).map((value) => Math.round(value * 1e9))).toMatchInlineSnapshot(`
    [
      872666618,
      465365337,
      118424589,
    ]
  `);
});

test('spreads evenly over [0, 1)', () => {
  const buckets = Array.from({ length: 20 }, () => 0);
  for (const value of take(100_000, 42)) {
    const bucket = Math.floor(value * 20); // outside [0, 1) it falls into none, and chi squared shows it
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  // 19 degrees of freedom: 43.8 is the 0.1 % point of chi squared.
  const chi = buckets.reduce((sum, n) => sum + (n - 5000) ** 2 / 5000, 0);
  expect(chi).toBeLessThan(43.8);
});
