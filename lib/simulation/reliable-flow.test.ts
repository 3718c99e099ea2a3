import { describe, expect, test } from 'vitest';
import type { LinkOptions } from './link.ts';
import { makePath, runPath } from './path.ts';
import { ReliableFlow, runReliableFlow } from './reliable-flow.ts';
import type { FlowModel } from './reliable-flow.ts';

/** The measurements' link: 50 Mbit/s, 100 ms of queue, RTT 100 ms, loss in both directions. */
function measuredLinks(p: number, seed: number): { forward: LinkOptions; reverse: LinkOptions } {
  const link = { rate: 50_000_000, queueMs: 100, delay: 50, loss: { kind: 'independent', p } as const };
  return { forward: { ...link, seed: 2 * seed }, reverse: { ...link, seed: 2 * seed + 1 } };
}

function medianSeconds(model: FlowModel, size: number, p: number): number {
  const times = [1, 2, 3].map((seed) => {
    const flow = runReliableFlow(model, size, measuredLinks(p, seed));
    return (flow.completedAt ?? Infinity) / 1000;
  });
  return times.sort((x, y) => x - y)[1] as number;
}

/**
 * Seconds measured with real stacks, one run a cell: TCP CUBIC, TCP BBR, one reliable channel of Chromium.
 */
const MEASURED: { model: FlowModel; megabytes: number; loss: number; seconds: number }[] = [
  { model: 'newreno', megabytes: 3, loss: 0, seconds: 1.06 },
  { model: 'newreno', megabytes: 3, loss: 0.01, seconds: 16.5 },
  { model: 'newreno', megabytes: 3, loss: 0.05, seconds: 54 },
  { model: 'newreno', megabytes: 3, loss: 0.1, seconds: 98 },
  { model: 'newreno', megabytes: 5, loss: 0, seconds: 1.49 },
  { model: 'newreno', megabytes: 5, loss: 0.01, seconds: 19 },
  { model: 'newreno', megabytes: 5, loss: 0.05, seconds: 77 },
  { model: 'newreno', megabytes: 5, loss: 0.1, seconds: 160 },
  { model: 'bbr', megabytes: 3, loss: 0, seconds: 1.19 },
  { model: 'bbr', megabytes: 3, loss: 0.01, seconds: 1.6 },
  // 3 MB at 5 % took 6.7 s in its one run, longer than 5 MB on the second harness and than 10 %: not a figure
  // to hold.
  { model: 'bbr', megabytes: 3, loss: 0.1, seconds: 2.8 },
  { model: 'bbr', megabytes: 5, loss: 0, seconds: 1.69 },
  { model: 'bbr', megabytes: 5, loss: 0.01, seconds: 1.78 },
  { model: 'bbr', megabytes: 5, loss: 0.05, seconds: 2.37 },
  { model: 'bbr', megabytes: 5, loss: 0.1, seconds: 2.8 },
  { model: 'sctp', megabytes: 3, loss: 0, seconds: 1.6 },
  { model: 'sctp', megabytes: 3, loss: 0.01, seconds: 24.7 },
  { model: 'sctp', megabytes: 3, loss: 0.05, seconds: 47 },
  { model: 'sctp', megabytes: 5, loss: 0.01, seconds: 30 },
  { model: 'sctp', megabytes: 5, loss: 0.05, seconds: 80 },
  { model: 'sctp', megabytes: 5, loss: 0.1, seconds: 110 },
];

describe('reliable flow', () => {
  test('takes as long as the stacks it stands for, within a factor of two', () => {
    const rows = MEASURED.map(({ model, megabytes, loss, seconds }) => {
      const modelled = medianSeconds(model, megabytes * 1e6, loss);
      return { model, megabytes, loss, measured: seconds, modelled, ratio: modelled / seconds };
    });
    console.table(rows);
    for (const { ratio } of rows) {
      expect(ratio).toBeGreaterThan(0.5);
      expect(ratio).toBeLessThan(2);
    }
  }, 120_000);

  test('stalls for more than ten seconds when one channel overshoots a clean path at 5 MB, as Chromium did', () => {
    const flow = runReliableFlow('sctp', 5e6, measuredLinks(0, 1), 12_000);
    expect(flow.completedAt).toBeUndefined();
    expect(flow.association.stats.timeouts).toBeGreaterThan(3);
  });

  test.each(['newreno', 'cubic', 'bbr', 'sctp'] as const)(
    '%s delivers every byte once, in order, and remembers when',
    (model) => {
      const size = 1_000_001;
      const flow = runReliableFlow(model, size, measuredLinks(0.02, 7));
      const end = flow.completedAt as number;
      expect(flow.delivered).toBe(size);
      expect(flow.deliveredPrefix(50)).toBe(0);
      expect(flow.deliveredPrefix(end - 0.001)).toBeLessThan(size);
      expect(flow.deliveredPrefix(end)).toBe(size);
      let before = 0;
      for (let time = 0; time < end; time += 10) {
        const prefix = flow.deliveredPrefix(time);
        expect(prefix).toBeGreaterThanOrEqual(before);
        before = prefix;
      }
    },
  );

  test('repeats itself for a seed', () => {
    const [first, second] = [1, 2].map(() => runReliableFlow('bbr', 1e6, measuredLinks(0.05, 3)).completedAt);
    expect(second).toBe(first);
  });

  test('shares a bottleneck about evenly with its like', () => {
    const path = makePath(
      { rate: 20_000_000, queueMs: 100, delay: 20, seed: 1 },
      { rate: 20_000_000, queueMs: 100, delay: 20, seed: 2 },
    );
    const [one, other] = [0, 400].map(
      (start) => new ReliableFlow({ model: 'newreno', size: Infinity, start }, path),
    ) as [ReliableFlow, ReliableFlow];
    runPath(path, 60_000);
    const total = one.delivered + other.delivered;
    expect((total * 8) / 60).toBeGreaterThan(0.85 * 20_000_000);
    expect(one.delivered / total).toBeGreaterThan(0.3);
    expect(one.delivered / total).toBeLessThan(0.7);
  });

  test('lets CUBIC and NewReno, and two of CUBIC, share a bottleneck as Linux does', () => {
    for (const other of ['cubic', 'newreno'] as const) {
      const path = makePath(
        { rate: 20_000_000, queueMs: 100, delay: 30, seed: 1 },
        { rate: 20_000_000, queueMs: 100, delay: 30, seed: 2 },
      );
      const late = new ReliableFlow({ model: 'cubic', size: Infinity, start: 3000 }, path);
      const early = new ReliableFlow({ model: other, size: Infinity }, path);
      runPath(path, 60_000);
      const total = late.delivered + early.delivered;
      expect((total * 8) / 60).toBeGreaterThan(0.9 * 20_000_000);
      expect(late.delivered / total).toBeGreaterThan(0.3);
      expect(late.delivered / total).toBeLessThan(0.7);
    }
  });

  test.each(['newreno', 'cubic', 'bbr', 'sctp'] as const)('%s fills a clean path for a minute', (model) => {
    const path = makePath(
      { rate: 10_000_000, queueMs: 100, delay: 30, seed: 1 },
      { rate: 10_000_000, queueMs: 100, delay: 30, seed: 2 },
    );
    const flow = new ReliableFlow({ model, size: Infinity }, path);
    runPath(path, 60_000);
    expect((flow.delivered * 8) / 60).toBeGreaterThan(0.75 * 10_000_000);
  });

  test('keeps the queue short with BBR and full with NewReno', () => {
    const [bbr, reno] = (['bbr', 'newreno'] as const).map((model) => {
      const path = makePath(
        { rate: 10_000_000, queueMs: 500, delay: 30, seed: 1 },
        { rate: 10_000_000, queueMs: 500, delay: 30, seed: 2 },
      );
      const flow = new ReliableFlow({ model, size: Infinity }, path);
      runPath(path, 30_000);
      expect((flow.delivered * 8) / 30).toBeGreaterThan(0.75 * 10_000_000);
      return path.forward.meanQueueDelay();
    });
    expect(bbr).toBeLessThan(60);
    expect(reno).toBeGreaterThan(150);
  });
});
