import { describe, expect, test } from 'vitest';
import { limitSeconds, sentLimit } from './limit.ts';

const link = { rateMbit: 50, delayMs: 50, loss: 0 };

describe('limit', () => {
  test('is the one of the table of targets', () => {
    const seconds = (bytes: number, change: Partial<typeof link>) =>
      limitSeconds(bytes, { ...link, ...change });
    expect(seconds(5e6, {})).toBeCloseTo(0.96, 2);
    expect(seconds(5e6, { loss: 0.05 })).toBeCloseTo(1.01, 2);
    expect(seconds(5e6, { loss: 0.2 })).toBeCloseTo(1.18, 2);
    expect(seconds(5e6, { loss: 0.05, delayMs: 10 })).toBeCloseTo(0.93, 2);
    expect(seconds(2e5, { loss: 0.05, delayMs: 100 })).toBeCloseTo(0.24, 2);
    expect(seconds(5e6, { rateMbit: 2, loss: 0.02, delayMs: 30 })).toBeCloseTo(22.1, 1);
  });

  test('is unknown where the link has no rate', () => {
    expect(limitSeconds(5e6, { ...link, rateMbit: 0 })).toBeUndefined();
  });
});

describe('packets sent for each needed one', () => {
  test('may be 5 % without loss and twice the loss with it', () => {
    expect(sentLimit(0)).toBeCloseTo(1.05);
    expect(sentLimit(0.05)).toBeCloseTo(1.155, 3);
    expect(sentLimit(0.2)).toBeCloseTo(1.55);
  });
});
