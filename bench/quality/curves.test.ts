import { describe, expect, test } from 'vitest';
import { decibelsAt, firstPicture, secondsTo, stepsOfFronts, stepsSeen } from './curves.ts';

const fronts = { width: 4, height: 3, bytes: [100, 200, 300], decibels: [Number.NaN, 21, 60] };

describe('quality over time', () => {
  test('of a page counts from accepting, and what stood there before stands there then', () => {
    const steps = stepsSeen(
      [
        { at: 900, stage: 'thumb', decibels: 15 },
        { at: 1200, stage: 'preview', decibels: 25 },
        { at: 2000, stage: 'full', decibels: 60 },
      ],
      1000,
    );
    expect(decibelsAt(steps, 0)).toBe(15);
    expect(decibelsAt(steps, 0.5)).toBe(25);
    expect(firstPicture(steps)).toBe(0.2);
    expect(secondsTo(steps, 40)).toBe(1);
    expect(secondsTo(steps, 61)).toBeUndefined();
  });

  test('of a stream follows its front, and begins with the first front that shows something', () => {
    const steps = stepsOfFronts(
      [
        [10, 100],
        [20, 150],
        [30, 299],
        [40, 300],
      ],
      fronts,
    );
    expect(steps).toEqual([
      { seconds: 0.03, decibels: 21 },
      { seconds: 0.04, decibels: 60 },
    ]);
    expect(decibelsAt(steps, 0.02)).toBeUndefined();
  });

  test('of a stream that comes at once is that of the whole', () => {
    expect(stepsOfFronts([[5, 300]], fronts)).toEqual([{ seconds: 0.005, decibels: 60 }]);
  });
});
