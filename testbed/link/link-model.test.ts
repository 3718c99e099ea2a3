import { describe, expect, test } from 'vitest';
import { LinkModel, type LinkOptions } from './link-model.ts';

/** One datagram's fate: the times at which it is delivered: none, one, or two. */
function fateOf(link: LinkModel<number>, size: number, now: number, firstByte = 23): number[] {
  link.send(0, size, now, firstByte);
  const times: number[] = [];
  for (let due = link.nextTimeout(); due !== undefined; due = link.nextTimeout()) {
    times.push(due);
    link.poll(due);
  }
  return times;
}

/** Sends `count` datagrams of `size` bytes every `gap` ms; each fate is the list of its delivery times. */
function run(options: Partial<LinkOptions>, { count = 20_000, size = 1000, gap = 1, firstByte = 23 } = {}) {
  const link = new LinkModel<number>(options);
  const fates: number[][] = [];
  for (let i = 0; i < count; i++) fates.push(fateOf(link, size, i * gap, firstByte));
  return { link, fates };
}

const lossOf = (fates: number[][]) => fates.filter((fate) => fate.length === 0).length / fates.length;

describe('the link model', () => {
  test('drops the same packets for the same seed and others for another', () => {
    const first = run({ loss: 0.1, jitterMs: 5, reorder: 0.02, duplicate: 0.02, seed: 7 }).fates;
    expect(run({ loss: 0.1, jitterMs: 5, reorder: 0.02, duplicate: 0.02, seed: 7 }).fates).toEqual(first);
    expect(run({ loss: 0.1, jitterMs: 5, reorder: 0.02, duplicate: 0.02, seed: 8 }).fates).not.toEqual(first);
  });

  test('keeps which packets are lost when another impairment is turned on', () => {
    const lost = (fates: number[][]) => fates.map((fate) => fate.length === 0);
    expect(lost(run({ loss: 0.1, jitterMs: 9, duplicate: 0.5 }).fates)).toEqual(
      lost(run({ loss: 0.1 }).fates),
    );
  });

  test.each([0.01, 0.05, 0.2, 0.6])('loses a share of %d', (loss) => {
    const { fates, link } = run({ loss });
    expect(Math.abs(lossOf(fates) - loss)).toBeLessThan(0.01);
    expect(link.stats().lost).toBe(fates.filter((fate) => fate.length === 0).length);
  });

  test.each([3, 5, 10])('loses in bursts of mean length %d without changing the share', (burst) => {
    const { fates } = run({ loss: 0.05, burst }, { count: 200_000 });
    expect(Math.abs(lossOf(fates) - 0.05)).toBeLessThan(0.006);
    let bursts = 0;
    for (let i = 1; i < fates.length; i++) {
      if (fates[i]!.length === 0 && fates[i - 1]!.length > 0) bursts++;
    }
    const mean = (lossOf(fates) * fates.length) / bursts;
    expect(mean / burst).toBeGreaterThan(0.92);
    expect(mean / burst).toBeLessThan(1.08);
  });

  test('delivers at the line rate, headers counted, and drops what the queue cannot hold', () => {
    // 1000 + 28 bytes each 0.1 ms are 82.24 Mbit/s into a line of 50.
    const { fates, link } = run({ rateMbit: 50, queueMs: 100, delayMs: 50 }, { count: 50_000, gap: 0.1 });
    const times = fates.flat();
    const span = (times.at(-1)! - times[0]!) / 1000;
    expect(((times.length - 1) * 1028 * 8) / span / 1e6).toBeCloseTo(50, 1);
    const stats = link.stats();
    expect(stats.droppedByQueue).toBe(50_000 - times.length);
    expect(stats.queueMaxMs).toBeGreaterThan(99.5);
    expect(stats.queueMaxMs).toBeLessThanOrEqual(100);
    expect(stats.queueP95Ms).toBeGreaterThan(95);
  });

  test('adds delay and jitter and keeps the order', () => {
    const { fates } = run({ delayMs: 50, jitterMs: 10 });
    const delays = fates.map((fate, i) => fate[0]! - i);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...delays)).toBeLessThanOrEqual(60);
    const times = fates.flat();
    expect(times.every((time, i) => i === 0 || time >= times[i - 1]!)).toBe(true);
  });

  test('lets later packets overtake a share of them', () => {
    const { fates } = run({ delayMs: 20, reorder: 0.05, reorderMs: 8 });
    const overtaken = fates.filter((fate, i) => i + 1 < fates.length && fates[i + 1]![0]! < fate[0]!).length;
    expect(overtaken / fates.length).toBeGreaterThan(0.04);
    expect(overtaken / fates.length).toBeLessThan(0.06);
  });

  test('delivers a share of them twice', () => {
    const { fates, link } = run({ duplicate: 0.1 });
    const twice = fates.filter((fate) => fate.length === 2).length;
    expect(Math.abs(twice / fates.length - 0.1)).toBeLessThan(0.01);
    expect(link.stats().delivered).toBe(fates.length + twice);
  });

  test('swallows everything during a blackhole and works again after it', () => {
    const link = new LinkModel<number>();
    link.blackhole(1000);
    expect(fateOf(link, 100, 999)).toEqual([]);
    expect(fateOf(link, 100, 1000)).toEqual([1000]);
    expect(link.stats().droppedByBlackhole).toBe(1);
  });

  test('changes loss between two packets', () => {
    const link = new LinkModel<number>({ loss: 1 });
    expect(fateOf(link, 100, 0)).toEqual([]);
    link.configure({ loss: 0 });
    expect(fateOf(link, 100, 1)).toEqual([1]);
  });

  test('spares handshake packets when asked to, and only those', () => {
    const options = { loss: 1, lossFreeHandshake: true };
    expect(lossOf(run(options, { firstByte: 0 }).fates)).toBe(0);
    expect(lossOf(run(options, { firstByte: 22 }).fates)).toBe(0);
    expect(lossOf(run(options, { firstByte: 23 }).fates)).toBe(1);
    expect(lossOf(run({ loss: 1 }, { firstByte: 22 }).fates)).toBe(1);
  });

  test('forgets its counters on reset', () => {
    const { link } = run({ loss: 0.5, rateMbit: 1 });
    link.resetStats();
    expect(link.stats()).toEqual(new LinkModel().stats());
  });
});
