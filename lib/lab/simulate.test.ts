import { describe, expect, test } from 'vitest';
import { DEFAULT_CONDITIONS, type Conditions, RIVALS } from './conditions.ts';
import { limitUnder, simulateRival, simulateTessera } from './simulate.ts';
import { ChunkReplay, ChunkState, type Timeline, valueAt } from './timeline.ts';

const BYTES = 300_123;
const picture = Uint8Array.from({ length: BYTES }, (_, i) => (i * 7919) >> 5);
const preview = new Uint8Array(8000).fill(9);
const lossy: Conditions = { ...DEFAULT_CONDITIONS, loss: 5, roundTrip: 100, rate: 10 };

function states(timeline: Timeline, time: number): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const state of new ChunkReplay(timeline).goTo(time)) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function expectWhole(timeline: Timeline): void {
  const { completeAt, front, arrived, chunks } = timeline;
  expect(completeAt).toBeDefined();
  expect(front.value.at(-1)).toBe(BYTES);
  expect(arrived.value.at(-1)).toBe(BYTES);
  expect([...front.at].every((at, i) => at >= (front.at[i - 1] ?? 0))).toBe(true);
  expect([...front.value].every((value, i) => value > (front.value[i - 1] ?? 0))).toBe(true);
  expect(front.at.at(-1)).toBeLessThanOrEqual(completeAt as number);
  const end = states(timeline, completeAt as number);
  expect((end[ChunkState.received] ?? 0) + (end[ChunkState.repaired] ?? 0)).toBe(chunks);
}

describe('Tessera in the laboratory', () => {
  const timeline = simulateTessera(lossy, picture, preview);

  test('brings every byte, and tells of every chunk what became of it', () => {
    expectWhole(timeline);
    expect(timeline.chunks).toBe(Math.ceil(BYTES / 1024));
  });

  test('loses packets, shows the gaps, and repairs them', () => {
    expect(timeline.packets.lost / timeline.packets.sent).toBeGreaterThan(0.02);
    const lost = [...timeline.events.state].filter((state) => state === ChunkState.lost).length;
    const repaired = [...timeline.events.state].filter((state) => state === ChunkState.repaired).length;
    expect(repaired).toBeGreaterThan(0);
    expect(lost).toBeGreaterThanOrEqual(repaired);
  });

  test('has the preview long before the whole, and never more in front than there is', () => {
    const { previewAt = Infinity, completeAt = 0, front, arrived } = timeline;
    expect(previewAt).toBeLessThan(completeAt / 2);
    // It crosses behind the offer, not after the answer.
    expect(previewAt).toBeGreaterThanOrEqual(0);
    expect(previewAt).toBeLessThan(lossy.roundTrip);
    for (let time = 0; time <= completeAt; time += 5)
      expect(valueAt(front, time)).toBeLessThanOrEqual(valueAt(arrived, time));
  });

  test('repeats itself for a seed, and not for another', () => {
    const again = simulateTessera(lossy, picture, preview);
    expect(again.completeAt).toBe(timeline.completeAt);
    expect(again.events).toEqual(timeline.events);
    expect(simulateTessera({ ...lossy, seed: 2 }, picture, preview).completeAt).not.toBe(timeline.completeAt);
  });

  test('stays above the limit that no protocol beats', () => {
    // A lucky seed loses less than the mean that the limit counts with.
    expect(timeline.completeAt).toBeGreaterThan(0.9 * limitUnder(lossy, BYTES));
  });

  test('carries a picture of one byte without a preview', () => {
    const one = simulateTessera(lossy, Uint8Array.of(7), undefined);
    expect(one.completeAt).toBeDefined();
    expect(one.previewAt).toBeUndefined();
    expect(one.front.value).toEqual(Float64Array.of(1));
  });
});

describe('rivals in the laboratory', () => {
  test.each(RIVALS)('%s brings every byte in order', (rival) => {
    const timeline = simulateRival(rival, lossy, BYTES);
    expectWhole(timeline);
    expect(timeline.previewAt).toBeUndefined();
    // In order: no chunk before an earlier one.
    expect([...timeline.events.chunk].every((chunk, i) => chunk === i)).toBe(true);
    expect(timeline.front.at[0]).toBeGreaterThanOrEqual(lossy.roundTrip * 0.99);
  });

  test('wait for one acceptance and one way before the first byte, as Tessera does', () => {
    const clean = { ...lossy, loss: 0, roundTrip: 200 };
    for (const rival of RIVALS) expect(simulateRival(rival, clean, BYTES).front.at[0]).toBeGreaterThan(199);
    expect(simulateTessera(clean, picture, preview).arrived.at[0]).toBeGreaterThan(199);
  });

  test('take longer than Tessera at 5 % loss and 100 ms', () => {
    const ours = simulateTessera(lossy, picture, preview).completeAt as number;
    expect(simulateRival('newreno', lossy, BYTES).completeAt).toBeGreaterThan(ours);
    expect(simulateRival('sctp', lossy, BYTES).completeAt).toBeGreaterThan(2 * ours);
  });
});
