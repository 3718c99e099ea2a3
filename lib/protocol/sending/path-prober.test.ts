import { expect, test } from 'vitest';
import { DATA_PACKET } from '../wire/lane-packet.ts';
import { LaneSet } from './lane-set.ts';
import { PathProber } from './path-prober.ts';

interface Sent {
  readonly at: number;
  readonly lane: number;
  readonly length: number;
}

/** What it sends in ten seconds, to a receiver that reports each train 40 ms later, or never. */
function probe(prober: PathProber, lanes: LaneSet, reports: boolean): Sent[] {
  const sent: Sent[] = [];
  let heardAt = Infinity;
  let train = 0;
  for (let now = 0; now < 10_000; now++) {
    let length = 0;
    for (let out = prober.poll(lanes, now); out !== undefined; out = prober.poll(lanes, now)) {
      sent.push({ at: now, lane: out.lane, length: out.bytes.length });
      if (out.bytes.length === DATA_PACKET) length += 1;
    }
    if (length > 0) {
      train += 1;
      heardAt = now + 40;
    }
    if (now !== heardAt || !reports) continue;
    const last = 4 * 2 ** (train - 1) - 1;
    prober.heard({ train, count: last + 1, first: 0, last, time: last * 4 }, 0, now);
  }
  return sent;
}

test('sends 64 small packets, 25 ms apart, over four lanes, and then no more', () => {
  const lanes = new LaneSet();
  const prober = new PathProber();
  expect([prober.poll(lanes, 0), prober.nextTimeout(lanes)]).toEqual([undefined, Infinity]);
  for (const id of [1, 2, 3, 4, 5, 6]) lanes.open(id);
  const small = probe(prober, lanes, true).filter(({ length }) => length === 16);
  expect(small).toHaveLength(64);
  expect(small.every(({ at }, i) => at === 25 * i)).toBe(true);
  expect(new Set(small.map(({ lane }) => lane)).size).toBe(4);
  expect(prober.nextTimeout(lanes)).toBe(Infinity);
});

test('[P-121] sends four trains over eight lanes, 62 KB in all, after the first 24 small packets', () => {
  const lanes = new LaneSet();
  for (let id = 1; id <= 12; id++) lanes.open(id);
  const prober = new PathProber();
  const sent = probe(prober, lanes, true);
  const full = sent.filter(({ length }) => length === DATA_PACKET);
  expect(full).toHaveLength(60);
  expect(sent.findIndex(({ length }) => length === DATA_PACKET)).toBe(24);
  expect(new Set(full.map(({ at }) => at)).size).toBe(4);
  expect(new Set(full.map(({ lane }) => lane)).size).toBe(8);
  expect(prober.rate?.rate).toBeCloseTo(2600);
});

test('[P-121] sends one train of four packets to a receiver that reports none', () => {
  const lanes = new LaneSet();
  for (let id = 1; id <= 12; id++) lanes.open(id);
  const prober = new PathProber();
  expect(probe(prober, lanes, false).filter(({ length }) => length === DATA_PACKET)).toHaveLength(4);
  expect(prober.rate).toBeUndefined();
});
