import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RoundTrip } from './round-trip.ts';

describe('round trip', () => {
  test('[P-41] follows RFC 6298 and remembers the minimum', () => {
    const roundTrip = new RoundTrip();
    roundTrip.add(100, 0);
    expect([roundTrip.smoothed, roundTrip.variation, roundTrip.minimum]).toEqual([100, 50, 100]);
    roundTrip.add(180, 10);
    expect([roundTrip.smoothed, roundTrip.variation, roundTrip.minimum]).toEqual([110, 57.5, 100]);
    roundTrip.add(60, 20);
    expect(roundTrip.minimum).toBe(60);
  });

  test('forgets a minimum after ten seconds, and at once where the path has become longer', () => {
    const roundTrip = new RoundTrip();
    roundTrip.add(20, 0);
    roundTrip.add(200, 5000);
    expect(roundTrip.minimum).toBe(20);
    roundTrip.add(210, 10_001);
    expect(roundTrip.minimum).toBe(200);
    roundTrip.rebase();
    roundTrip.add(250, 10_100);
    expect(roundTrip.minimum).toBe(250);
  });

  test('stays between the smallest and the largest sample', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1 }), (samples) => {
        const roundTrip = new RoundTrip();
        for (const [at, sample] of samples.entries()) roundTrip.add(sample, at);
        expect(roundTrip.smoothed).toBeGreaterThanOrEqual(Math.min(...samples) - 1e-9);
        expect(roundTrip.smoothed).toBeLessThanOrEqual(Math.max(...samples) + 1e-9);
      }),
    );
  });
});
