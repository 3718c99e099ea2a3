import { expect, test } from 'vitest';
import { LaneSet } from './lane-set.ts';
import { PathProber } from './path-prober.ts';

test('sends 64 small packets, 25 ms apart, over four lanes, and then no more', () => {
  const lanes = new LaneSet();
  const prober = new PathProber();
  expect([prober.poll(lanes, 0), prober.nextTimeout(lanes)]).toEqual([undefined, Infinity]);
  for (const id of [1, 2, 3, 4, 5, 6]) lanes.open(id);
  const sent: { at: number; lane: number; length: number }[] = [];
  for (let now = 0; now < 5000; now++) {
    const probe = prober.poll(lanes, now);
    if (probe === undefined) continue;
    sent.push({ at: now, lane: probe.lane, length: probe.bytes.length });
    if (sent.length < 64) expect(prober.nextTimeout(lanes)).toBe(now + 25);
  }
  expect(sent).toHaveLength(64);
  expect(sent.every(({ at, length }, i) => at === 25 * i && length === 16)).toBe(true);
  expect(new Set(sent.map(({ lane }) => lane)).size).toBe(4);
  expect(prober.nextTimeout(lanes)).toBe(Infinity);
});
