import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Arrivals } from './lane-arrivals.ts';
import { MAX_FEEDBACK_LANES } from '../limits.ts';

describe('arrivals', () => {
  test('[P-29] take every packet once, in any order within the window', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 400 })), (numbers) => {
        const arrivals = new Arrivals();
        arrivals.open(3);
        const seen = new Set<number>();
        for (const number of numbers) {
          expect(arrivals.add(3, number)).toBe(!seen.has(number));
          seen.add(number);
        }
        expect(arrivals.missing).toBe(numbers.length === 0 ? 0 : Math.max(...numbers) + 1 - seen.size);
      }),
    );
  });

  test('[P-29, P-101] take what is older than the window for a replay, and stay bounded when a number jumps', () => {
    const arrivals = new Arrivals();
    arrivals.open(1);
    expect(arrivals.add(1, 5)).toBe(true);
    expect(arrivals.add(1, 0xffff_ffff)).toBe(true);
    expect(arrivals.add(1, 5)).toBe(false);
    expect(arrivals.add(1, 0xffff_ffff - 511)).toBe(true);
    expect(arrivals.add(1, 0xffff_ffff - 512)).toBe(false);
    expect(arrivals.add(1, 0xffff_ffff)).toBe(false);
  });

  test('take nothing from a lane that is not open', () => {
    const arrivals = new Arrivals();
    expect(arrivals.add(1, 0)).toBe(false);
    arrivals.open(1);
    expect(arrivals.add(1, 0)).toBe(true);
    arrivals.close(1);
    expect(arrivals.add(1, 1)).toBe(false);
    expect(arrivals.size).toBe(0);
  });

  test('still count what a closed lane missed', () => {
    const arrivals = new Arrivals();
    arrivals.open(1);
    arrivals.add(1, 9);
    arrivals.close(1);
    arrivals.close(1);
    expect(arrivals.missing).toBe(9);
  });

  test('[P-34] tell each change four times, as counters of 16 bits that begin again', () => {
    const arrivals = new Arrivals();
    arrivals.open(7);
    for (let number = 0; number < 65_537; number++) if (number !== 3) arrivals.add(7, number);
    for (let told = 0; told < 4; told++)
      expect(arrivals.report()).toEqual([{ lane: 7, highest: 0, received: 0 }]);
    expect(arrivals.report()).toEqual([]);
  });

  test('[P-34] tell of every lane in turn when there are more than one feedback takes', () => {
    const arrivals = new Arrivals();
    const lanes = Array.from({ length: 190 }, (_, i) => i + 1);
    for (const lane of lanes) {
      arrivals.open(lane);
      arrivals.add(lane, 0);
    }
    const told = new Set<number>();
    for (let feedback = 0; feedback < 2; feedback++) {
      const report = arrivals.report();
      expect(report.length).toBeLessThanOrEqual(MAX_FEEDBACK_LANES);
      for (const { lane } of report) told.add(lane);
    }
    expect(told.size).toBe(lanes.length);
  });
});
