import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WindowedExtreme } from './windowed-extreme.ts';

describe('windowed extreme', () => {
  test('is the extreme of the values within the window, whatever was before', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('max' as const, 'min' as const),
        fc.integer({ min: 0, max: 50 }),
        fc.array(fc.tuple(fc.nat({ max: 20 }), fc.integer({ min: -100, max: 100 })), { minLength: 1 }),
        (kind, window, steps) => {
          const filter = new WindowedExtreme(kind);
          const seen: { at: number; value: number }[] = [];
          let now = 0;
          for (const [passed, value] of steps) {
            now += passed;
            const extreme = filter.add(value, now, window);
            seen.push({ at: now, value });
            const values = seen.filter(({ at }) => at >= now - window).map((entry) => entry.value);
            expect(filter.get()).toBe(extreme);
            expect(extreme).toBe(kind === 'max' ? Math.max(...values) : Math.min(...values));
          }
        },
      ),
    );
  });

  test('keeps its last value however long ago, and none after a reset', () => {
    const filter = new WindowedExtreme('max');
    filter.add(5, 0, 10);
    expect(filter.get()).toBe(5);
    filter.add(3, 1000, 10);
    expect(filter.get()).toBe(3);
    filter.reset();
    expect(filter.get()).toBeUndefined();
  });
});
