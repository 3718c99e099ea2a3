import { describe, expect, test } from 'vitest';
import { runPathCase, type PathCase } from './path-case.ts';
import { PATH_CASES } from './path-cases.ts';

const short: PathCase = {
  name: 'short',
  rate: 10e6,
  rtt: 40,
  size: 300_000,
  pictures: 2,
  seeds: 1,
  reach: {},
};

describe('a case of the scoreboard', () => {
  test('has a name of its own and something to reach', () => {
    expect(new Set(PATH_CASES.map(({ name }) => name)).size).toBe(PATH_CASES.length);
    for (const { reach } of PATH_CASES) expect(Object.keys(reach).length).toBeGreaterThan(0);
  });

  test('measures each picture of a session, never below the limit, and the same again', () => {
    const figures = runPathCase(short, 1);
    expect(figures.length).toBe(2);
    for (const { ratio, sent, dropped } of figures) {
      expect(ratio).toBeGreaterThan(1);
      expect(ratio).toBeLessThan(3);
      expect(sent).toBeGreaterThanOrEqual(1);
      expect(dropped).toBeLessThan(0.5);
    }
    expect(runPathCase(short, 1)).toEqual(figures);
  });

  test('counts only the picture in which the path changes, against what the path then carried', () => {
    const slower = runPathCase({ ...short, changes: [{ after: 100, rate: 5e6 }] }, 1);
    expect(slower.length).toBe(1);
    expect(slower[0]?.ratio).toBeGreaterThan(1);
    expect(slower[0]?.ratio).toBeLessThan(3);
  });
});
