import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { symbolsToSend } from './symbol-budget.ts';

/** P(at least `need` of `n` arrive), summed the plain way. */
function arrival(n: number, need: number, loss: number): number {
  let sum = 0;
  let term = loss ** n; // P(none arrives)
  for (let arrived = 0; arrived <= n; arrived++) {
    if (arrived >= need) sum += term;
    term *= ((n - arrived) / (arrived + 1)) * ((1 - loss) / loss);
  }
  return sum;
}

describe('symbols to send', () => {
  test('[P-44] are the least number that arrives with the confidence asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 120 }).map((half) => half / 200),
        fc.constantFrom(0.5, 0.9, 0.995),
        (need, loss, confidence) => {
          const n = symbolsToSend(need, loss, confidence);
          expect(arrival(n, need, loss)).toBeGreaterThanOrEqual(confidence - 1e-6);
          if (n > need) expect(arrival(n - 1, need, loss)).toBeLessThan(confidence + 1e-6);
        },
      ),
    );
  });

  test('are what is needed on a path without loss, and none when nothing is', () => {
    expect(symbolsToSend(64, 0, 0.995)).toBe(64);
    expect(symbolsToSend(0, 0.5, 0.995)).toBe(0);
    expect(symbolsToSend(-3, 0.5, 0.995)).toBe(0);
  });

  test('[P-44] grow with loss, with need and with confidence, and are bounded for any loss', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 63 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (need, loss) => {
          const n = symbolsToSend(need, loss, 0.9);
          expect(n).toBeGreaterThanOrEqual(need);
          expect(n).toBeLessThanOrEqual(need * 12 + 64);
          expect(symbolsToSend(need + 1, loss, 0.9)).toBeGreaterThanOrEqual(n);
          expect(symbolsToSend(need, Math.min(1, loss + 0.05), 0.9)).toBeGreaterThanOrEqual(n);
          expect(symbolsToSend(need, loss, 0.99)).toBeGreaterThanOrEqual(n);
        },
      ),
    );
  });
});
