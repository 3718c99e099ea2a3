import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RoundTrip } from './round-trip.ts';

describe('round trip', () => {
  test('[P-41] follows RFC 6298 and remembers the minimum', () => {
    const roundTrip = new RoundTrip();
    roundTrip.add(100);
    expect([roundTrip.smoothed, roundTrip.variation, roundTrip.minimum]).toEqual([100, 50, 100]);
    roundTrip.add(180);
    expect([roundTrip.smoothed, roundTrip.variation, roundTrip.minimum]).toEqual([110, 57.5, 100]);
    roundTrip.add(60);
    expect(roundTrip.minimum).toBe(60);
  });

  test('stays between the smallest and the largest sample', () => {
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
