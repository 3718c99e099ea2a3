import { describe, expect, test } from 'vitest';
import { mapSpread, spreadOf } from './statistics.ts';

describe('spread', () => {
  test('has the middle value of an odd number of runs, whatever their order', () => {
    expect(spreadOf([3, 1, 20])).toEqual({ median: 3, min: 1, max: 20, count: 3 });
  });

  test('has the mean of the two middle values of an even number', () => {
    expect(spreadOf([4, 1, 2, 10])).toEqual({ median: 3, min: 1, max: 10, count: 4 });
  });

  test('compares numbers, not their digits', () => {
    expect(spreadOf([10, 9, 100])?.median).toBe(10);
  });

  test('is nothing of nothing', () => {
    expect(spreadOf([])).toBeUndefined();
  });

  test('changes its unit and keeps its count', () => {
    expect(mapSpread({ median: 2, min: 1, max: 4, count: 5 }, (value) => value / 2)).toEqual({
      median: 1,
      min: 0.5,
      max: 2,
      count: 5,
    });
  });
});
