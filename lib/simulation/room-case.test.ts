import { describe, expect, test } from 'vitest';
import { runRoomCase } from './room-case.ts';

/** Slow, so that a run is short: there are fewer packets. */
const EIGHT = { name: 'eight', rate: 5e6, rtt: 20, sessions: 8, settled: 2000, measured: 3000 } as const;

const sumOf = (parts: readonly number[]): number => parts.reduce((sum, part) => sum + part, 0);

describe('the sessions of one page share its uplink', () => {
  test('[P-138] eight get the same, together nearly what one gets, and the queue never overflows', () => {
    const one = runRoomCase({ ...EIGHT, sessions: 1 }, 1);
    const { parts, used, dropped } = runRoomCase(EIGHT, 1);
    expect(used).toBeGreaterThan(0.9 * one.used);
    expect(Math.min(...parts)).toBeGreaterThan((0.8 * used) / 8);
    expect(Math.max(...parts)).toBeLessThan((1.25 * used) / 8);
    expect(dropped).toBeLessThan(0.005);
  });

  test('[P-138] one at 20 % loss and 200 ms takes no more of it than the others, and slows none by a tenth', () => {
    const all = runRoomCase(EIGHT, 2);
    const far = { rate: Infinity, delay: 90, loss: { kind: 'independent', p: 0.2 }, at: 7 } as const;
    const { parts } = runRoomCase({ ...EIGHT, other: far }, 2);
    expect(sumOf(parts.slice(0, 7))).toBeGreaterThan(0.9 * sumOf(all.parts.slice(0, 7)));
    expect(Math.min(...parts.slice(0, 7))).toBeGreaterThan(0.8 * Math.min(...all.parts));
  });

  test.each([0, 7])(
    '[P-138] a receiver with a slow path of its own, number %i, holds back no other',
    (at) => {
      const { parts } = runRoomCase({ ...EIGHT, other: { rate: 0.25e6, delay: 5, at } }, 3);
      const others = parts.filter((_, i) => i !== at);
      expect(parts[at]).toBeGreaterThan(0.025);
      expect(sumOf(others)).toBeGreaterThan(0.72);
    },
  );
});
