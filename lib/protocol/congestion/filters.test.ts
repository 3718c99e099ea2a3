import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RoundTrip, WindowedExtreme } from './filters.ts';

describe('windowed extreme', () => {
  it('is the extreme of the values within the window, whatever came before', () => {
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
            filter.add(value, now, window);
            seen.push({ at: now, value });
            const values = seen.filter(({ at }) => at >= now - window).map((entry) => entry.value);
            expect(filter.get()).toBe(kind === 'max' ? Math.max(...values) : Math.min(...values));
          }
        },
      ),
    );
  });

  it('keeps its last value however long ago, and none after a reset', () => {
    const filter = new WindowedExtreme('max');
    filter.add(5, 0, 10);
    expect(filter.get()).toBe(5);
    filter.add(3, 1000, 10);
    expect(filter.get()).toBe(3);
    filter.reset();
    expect(filter.get()).toBeUndefined();
  });
});

describe('round trip', () => {
  it('[P-41] follows RFC 6298 and remembers the least', () => {
    const roundTrip = new RoundTrip();
    roundTrip.add(100);
    expect([roundTrip.smoothed, roundTrip.variation, roundTrip.least]).toEqual([100, 50, 100]);
    roundTrip.add(180);
    expect([roundTrip.smoothed, roundTrip.variation, roundTrip.least]).toEqual([110, 57.5, 100]);
    roundTrip.add(60);
    expect(roundTrip.least).toBe(60);
  });

  it('stays between the least and the greatest sample', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1 }), (samples) => {
        const roundTrip = new RoundTrip();
        for (const sample of samples) roundTrip.add(sample);
        expect(roundTrip.smoothed).toBeGreaterThanOrEqual(Math.min(...samples) - 1e-9);
        expect(roundTrip.smoothed).toBeLessThanOrEqual(Math.max(...samples) + 1e-9);
      }),
    );
  });
});
