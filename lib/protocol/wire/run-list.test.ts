import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Run } from './run-list.ts';
import { takeRuns } from './run-list.ts';

const numbers = fc.array(fc.nat({ max: 300 }), { maxLength: 200 });
const spread = (runs: readonly Run[]): number[] =>
  runs.flatMap(({ first, count }) => Array.from({ length: count }, (_, i) => first + i));
const distinct = (list: readonly number[]): number[] => [...new Set(list)].toSorted((a, b) => a - b);

test('[P-17] runs name each number once, in ascending order, and what did not fit is left', () => {
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 20 }), (list, most) => {
      const { runs, rest } = takeRuns([...list], most);
      expect(runs.length).toBeLessThanOrEqual(most);
      const told = spread(runs);
      expect(told).toEqual(distinct(told));
      expect(distinct([...told, ...rest])).toEqual(distinct(list));
      expect(rest.filter((number) => told.includes(number))).toEqual([]);
    }),
  );
});

test('a run names a block of chunks at most, so that no short message names many', () => {
  const { runs } = takeRuns(
    Array.from({ length: 65 }, (_, i) => i),
    9,
  );
  expect(runs).toEqual([
    { first: 0, count: 64 },
    { first: 64, count: 1 },
  ]);
});
