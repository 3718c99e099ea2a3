import { describe, expect, test } from 'vitest';
import { runRoomCase } from './room-case.ts';

/** Slow, so that a run is short: there are fewer packets. */
const EIGHT = { name: 'eight', rate: 5e6, rtt: 20, sessions: 8, settled: 2000, measured: 3000 } as const;

const LONG = process.env['TESSERA_LONG'] === '1';

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

  test.each([
    ['behind a policer', { other: { rate: Infinity, delay: 5, policer: { rate: 0.5e6, burst: 20_000 } } }],
    ['whose feedback lies', { liar: 0 }],
  ])('[P-138] a receiver %s, with whom it begins, does not set the pace of the others', (_, first) => {
    const { other, ...rest } = { other: undefined, ...first };
    const room = { ...EIGHT, ...rest, sessions: 3, later: 1500, settled: 4500, measured: 1500 };
    const { parts } = runRoomCase(other === undefined ? room : { ...room, other: { ...other, at: 0 } }, 4);
    expect(sumOf(parts.slice(1))).toBeGreaterThan(0.7);
  });

  test.runIf(LONG)(
    '[P-138] a receiver with a seventh of a fast uplink does not set the pace either [needs TESSERA_LONG=1]',
    () => {
      // Where so much flows the queue that it keeps is too short to be told from none.
      const other = { rate: 30e6, delay: 5, at: 0 };
      const fast = { ...EIGHT, rate: 200e6, sessions: 4, later: 1000, settled: 3000, measured: 1000, other };
      expect(sumOf(runRoomCase(fast, 1).parts.slice(1))).toBeGreaterThan(0.65);
    },
  );

  test('[P-138] no more goes to a receiver behind a policer than while it finds out what that lets pass', () => {
    const other = { rate: Infinity, delay: 5, policer: { rate: 0.25e6, burst: 20_000 }, at: 2 } as const;
    const { parts, wasted } = runRoomCase({ ...EIGHT, sessions: 3, other, measured: 4000 }, 6);
    expect(wasted).toBeLessThan(0.1);
    expect(sumOf(parts.slice(0, 2))).toBeGreaterThan(0.75);
  });
});
