import { describe, expect, test } from 'vitest';
import { axes, conditions } from './grid.ts';
import { runCell } from './run-cell.ts';

describe('the sweep', () => {
  test('is thousands of cells, each of them once', () => {
    const cells = conditions(false);
    expect(cells.length).toBeGreaterThan(2000);
    expect(new Set(cells.map((cell) => JSON.stringify(cell))).size).toBe(cells.length);
    expect(conditions(true).length).toBe(cells.length / axes.seeds.length);
  });

  test('measures a picture in virtual time: never below what the line can carry, and the same again with the same seed', () => {
    const cell = { loss: 0.05, rtt: 100, rate: 50e6, burst: 1, seed: 3 };
    const result = runCell(cell);
    expect(result.time).toBeGreaterThan(100 + (200_000 * 8) / 50e3 / 1.2);
    expect(result.ratio).toBeLessThan(5);
    expect(result.sentPerChunk).toBeGreaterThanOrEqual(1);
    expect(runCell(cell)).toEqual(result);
  });

  test('says that nothing arrives where nothing does', () => {
    expect(runCell({ loss: 1, rtt: 20, rate: 10e6, burst: 1, seed: 1 }).ratio).toBe(Infinity);
  });
});
