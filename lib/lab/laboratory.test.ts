import { describe, expect, test } from 'vitest';
import { DEFAULT_CONDITIONS, RIVALS } from './conditions.ts';
import { runJob } from './job.ts';
import { Laboratory, type LabTools } from './laboratory.ts';
import type { LabPicture } from './picture.ts';
import { EXACT_DB, type QualityCurve } from './quality.ts';
import { endOf } from './timeline.ts';

const picture: LabPicture = {
  name: 'a.jpg',
  type: 'image/jpeg',
  blob: new Blob(),
  bytes: new Uint8Array(100_000).fill(5),
  width: 10,
  height: 10,
  natural: { width: 10, height: 10 },
  thumb: undefined,
  preview: undefined,
};

const curve: QualityCurve = {
  bytes: Float64Array.of(100_000),
  bare: Float64Array.of(EXACT_DB),
  overPreview: Float64Array.of(EXACT_DB),
  preview: undefined,
  thumb: undefined,
};

/** The real simulations, on this thread and only when asked to. */
function makeLab() {
  const jobs: (() => void)[] = [];
  const timers: (() => void)[] = [];
  const tools: LabTools = {
    startJob(job, listener) {
      let ended = false;
      jobs.push(() => {
        if (ended) return;
        for (const timeline of runJob(job)) listener.timeline(timeline);
        listener.done();
      });
      return () => (ended = true);
    },
    measureQuality: () => Promise.resolve(curve),
    schedule(_, callback) {
      timers.push(callback);
      return () => void timers.splice(timers.indexOf(callback), 1);
    },
  };
  const lab = new Laboratory(tools, DEFAULT_CONDITIONS);
  const runAll = (queue: (() => void)[]) => {
    for (const run of queue.splice(0)) run();
  };
  return { lab, work: () => runAll(jobs), rest: () => runAll(timers), jobs, timers };
}

describe('the laboratory', () => {
  test('runs every system over the same path and then rests', () => {
    const { lab, work } = makeLab();
    lab.show(picture);
    expect(lab.store.getState().simulating).toBe(true);
    work();
    const { timelines, simulating } = lab.store.getState();
    expect(simulating).toBe(false);
    expect(Object.keys(timelines).sort()).toEqual(['tessera', ...RIVALS].sort());
  });

  test('simulates where a slider rests, not where it passes', () => {
    const { lab, work, rest, jobs, timers } = makeLab();
    lab.show(picture);
    work();
    const before = lab.store.getState().timelines.tessera;
    for (const loss of [10, 15, 20]) lab.change({ loss });
    expect(timers.length).toBe(1);
    rest();
    expect(jobs.length).toBe(1);
    work();
    const { timelines, conditions, run } = lab.store.getState();
    expect(conditions.loss).toBe(20);
    expect(run).toBe(2);
    expect(timelines.tessera?.packets.lost).toBeGreaterThan(before?.packets.lost ?? Infinity);
  });

  test('throws away what is being simulated when the conditions change', () => {
    const { lab, work, rest } = makeLab();
    lab.show(picture);
    lab.change({ loss: 20 });
    work();
    expect(lab.store.getState().timelines).toEqual({});
    rest();
    work();
    expect(lab.store.getState().timelines.tessera).toBeDefined();
  });

  test('shows another rival without simulating again', () => {
    const { lab, work, jobs, timers } = makeLab();
    lab.show(picture);
    work();
    lab.change({ rival: 'bbr' });
    expect(jobs.length + timers.length).toBe(0);
    expect(endOf(lab.store.getState().timelines.bbr!)).toBeGreaterThan(0);
  });

  test('keeps the picture it has when another cannot be shown, and says so', () => {
    const { lab, work } = makeLab();
    lab.show(picture);
    work();
    lab.show('too-large');
    const { picture: kept, problem, timelines } = lab.store.getState();
    expect(kept).toBe(picture);
    expect(problem).toBe('too-large');
    expect(timelines.tessera).toBeDefined();
  });

  test('measures the quality of a new picture', async () => {
    const { lab } = makeLab();
    lab.show(picture);
    await Promise.resolve();
    expect(lab.store.getState().curve).toBe(curve);
  });
});
