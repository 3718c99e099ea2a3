import { expect, test } from 'vitest';
import { DEFAULT_CONDITIONS } from './conditions.ts';
import { plotData } from './plot-data.ts';
import { simulateRival } from './simulate.ts';

const BYTES = 200_000;
const timelines = (['newreno', 'bbr'] as const).map((rival) =>
  simulateRival(rival, DEFAULT_CONDITIONS, BYTES),
);

test('gives every curve a value at every time, up to the end of the slowest', () => {
  const { front } = plotData(timelines, [undefined, undefined]);
  const [seconds, ...curves] = front;
  const end = Math.max(...timelines.map(({ completeAt }) => completeAt ?? 0));
  expect(seconds.at(-1)).toBeCloseTo(end / 1000);
  expect(seconds.every((at, i) => at > (seconds[i - 1] ?? 0))).toBe(true);
  for (const curve of curves) {
    expect(curve.length).toBe(seconds.length);
    expect(curve.at(-1)).toBeCloseTo(100);
  }
});

test('has rates whose area is what arrived', () => {
  const { rate } = plotData(timelines, [undefined, undefined]);
  const [seconds, ...curves] = rate;
  for (const curve of curves) {
    const byteLength = curve.reduce<number>(
      (sum, megabits, i) =>
        sum + ((megabits ?? 0) / 8) * 1e6 * ((seconds[i] ?? 0) - (seconds[i - 1] ?? 0.01)),
      0,
    );
    expect(byteLength).toBeGreaterThan(0.99 * BYTES);
    expect(byteLength).toBeLessThan(1.01 * BYTES);
  }
});

test('leaves the quality open where nothing is to be seen yet', () => {
  const steps = { at: Float64Array.of(500), value: Float64Array.of(30) };
  const [seconds, curve] = plotData(timelines.slice(0, 1), [steps]).quality;
  for (const [i, at] of seconds.entries()) expect(curve?.[i]).toBe(at < 0.5 ? null : 30);
});
