import { assert, boolean, double, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeScale } from './scale.ts';

describe('a scale', () => {
  test('has round steps that reach beyond its values', () => {
    expect(makeScale({ from: 0, to: 47, start: 0, end: 100 }).ticks).toEqual([0, 10, 20, 30, 40, 50]);
    expect(makeScale({ from: 0.9, to: 60, start: 0, end: 100, log: true }).ticks).toEqual([
      0.5, 1, 2, 5, 10, 20, 50, 100,
    ]);
  });

  test('may run backwards, as the vertical axis of a page does', () => {
    const scale = makeScale({ from: 0, to: 50, start: 100, end: 0 });
    expect([scale(0), scale(25), scale(50)]).toEqual([100, 50, 0]);
  });

  test('gives each power of ten the same room when logarithmic', () => {
    const scale = makeScale({ from: 1, to: 100, start: 0, end: 100, log: true });
    expect(scale(10) - scale(1)).toBeCloseTo(scale(100) - scale(10));
  });

  test('keeps all values between its ends, and a single value too', () => {
    assert(
      property(
        double({ min: 1e-3, max: 1e6, noNaN: true }),
        double({ min: 1, max: 1e4, noNaN: true }),
        boolean(),
        (from, factor, log) => {
          const scale = makeScale({ from, to: from * factor, start: 0, end: 100, log });
          for (const value of [from, from * factor]) {
            expect(scale(value)).toBeGreaterThanOrEqual(-1e-6);
            expect(scale(value)).toBeLessThanOrEqual(100 + 1e-6);
          }
        },
      ),
    );
  });
});
