import { describe, expect, test } from 'vitest';
import { Link } from './link.ts';
import type { LinkOptions } from './link.ts';
import { LossProcess } from './loss.ts';
import { seededRandom } from './random.ts';

const CLEAN: LinkOptions = { rate: 8_000_000, queueMs: 100, delay: 50, overhead: 0, seed: 1 };

/**
 * Sends `count` packets of 1000 bytes, one each `every` ms, and returns [packet, time] as they are delivered.
 */
function push(link: Link<number>, count: number, every: number): [number, number][] {
  const out: [number, number][] = [];
  const take = (until: number): void => {
    for (let at = link.nextTimeout(); at !== undefined && at <= until; at = link.nextTimeout()) {
      out.push([link.poll(at) as number, at]);
    }
  };
  for (let i = 0; i < count; i++) {
    take(i * every);
    link.send(i, 1000, i * every);
  }
  take(Infinity);
  return out;
}

describe('link', () => {
  test('takes transmission time plus delay for a lone packet', () => {
    const link = new Link<string>(CLEAN);
    link.send('x', 1000, 10);
    expect(link.nextTimeout()).toBe(61);
    expect(link.poll(60.999)).toBeUndefined();
    expect(link.poll(61)).toBe('x');
    expect(link.nextTimeout()).toBeUndefined();
  });

  test('serves the queue at its rate, headers included', () => {
    const link = new Link<number>({ ...CLEAN, overhead: 93, queueMs: 10_000 });
    const out = push(link, 1000, 0);
    expect(out.length).toBe(1000);
    expect(out.at(-1)?.[1]).toBeCloseTo(50 + (1000 * 1093 * 8) / 8000, 6);
    expect(link.stats.byteLength).toBe(1_093_000);
  });

  test('drops what arrives at a full queue and nothing else', () => {
    const link = new Link<number>({ ...CLEAN, queueBytes: 10_000 });
    const out = push(link, 1000, 0.5); // twice the rate
    expect(link.stats.lost).toBe(0);
    expect(link.stats.queueDropped).toBe(1000 - out.length);
    expect(out.length).toBeGreaterThan(500);
    expect(out.length).toBeLessThan(515);
    expect(link.stats.queueDelayMax).toBeLessThanOrEqual(10);
    expect(link.stats.queueDelayMax).toBeGreaterThan(8);
    expect(link.meanQueueDelay()).toBeGreaterThan(7);
  });

  test('gives the same run for the same seed and another for another', () => {
    const rough: LinkOptions = {
      ...CLEAN,
      loss: { kind: 'bursts', p: 0.2, meanLength: 4 },
      jitter: 5,
      reorder: { p: 0.1, by: 7 },
      duplicate: 0.1,
    };
    const first = push(new Link(rough), 2000, 1.1);
    expect(push(new Link(rough), 2000, 1.1)).toEqual(first);
    expect(push(new Link({ ...rough, seed: 2 }), 2000, 1.1)).not.toEqual(first);
  });

  test.each([0, 0.01, 0.05, 0.2, 0.6, 1])('loses a share of %f independently', (p) => {
    const link = new Link<number>({ ...CLEAN, loss: { kind: 'independent', p } });
    push(link, 50_000, 1);
    const sigma = Math.sqrt((p * (1 - p)) / 50_000);
    expect(Math.abs(link.stats.lost / 50_000 - p)).toBeLessThanOrEqual(4 * sigma);
  });

  test.each([
    [0.05, 5],
    [0.2, 3],
    [0.01, 20],
  ])('loses a share of %f in bursts of %i', (p, meanLength) => {
    const count = 1_000_000;
    const process = new LossProcess({ kind: 'bursts', p, meanLength }, seededRandom(5));
    let lost = 0;
    let bursts = 0;
    let before = false;
    for (let i = 0; i < count; i++) {
      const now = process.next();
      if (now) lost++;
      if (now && !before) bursts++;
      before = now;
    }
    // A count of bursts with geometric lengths: relative deviation √(2/n) of the losses, √(1/n) of the mean
    // length.
    const n = (count * p) / meanLength;
    expect(Math.abs(lost / count / p - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(lost / bursts / meanLength - 1)).toBeLessThan(4 / Math.sqrt(n));
  });

  test('spreads arrivals by the jitter and keeps their order', () => {
    const out = push(new Link<number>({ ...CLEAN, jitter: 20 }), 5000, 30);
    expect(out.map(([packet]) => packet)).toEqual(Array.from({ length: 5000 }, (_, i) => i));
    const extra = out.map(([packet, at]) => at - packet * 30 - 51);
    expect(Math.min(...extra)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...extra)).toBeLessThan(20);
    expect(extra.reduce((x, y) => x + y) / extra.length).toBeCloseTo(10, 0);
  });

  test('lets later packets overtake the ones it holds back', () => {
    const out = push(new Link<number>({ ...CLEAN, reorder: { p: 0.1, by: 10 } }), 5000, 2);
    expect(out.length).toBe(5000);
    expect(out.every(([, at], i) => i === 0 || at >= (out[i - 1]?.[1] ?? 0))).toBe(true);
    const overtaken = out.filter(([packet], i) => packet < (out[i - 1]?.[0] ?? -1)).length;
    expect(overtaken).toBeGreaterThan(350);
    expect(overtaken).toBeLessThan(600);
  });

  test('delivers duplicates twice', () => {
    const link = new Link<number>({ ...CLEAN, duplicate: 0.25 });
    const out = push(link, 4000, 1);
    expect(out.length).toBe(4000 + link.stats.duplicated);
    expect(link.stats.duplicated / 4000).toBeCloseTo(0.25, 1);
    expect(link.stats.delivered).toBe(out.length);
  });

  test('changes its parameters for the packets sent from then on', () => {
    const link = new Link<string>(CLEAN);
    link.send('slow', 1000, 0);
    link.set({ delay: 500, rate: 80_000 });
    link.send('slower', 1000, 10);
    expect(link.poll(51)).toBe('slow');
    expect(link.nextTimeout()).toBeCloseTo(10 + 100 + 500, 9);
    link.set({ loss: { kind: 'independent', p: 1 } });
    expect(link.send('lost', 1000, 200)).toBe(false);
  });

  test.each([
    { factor: 10, arrivals: [51, 56.5, 66.5, 76.5, 86.5] },
    { factor: 0.5, arrivals: [51, 51.75, 52.25, 52.75, 53.25] },
  ])('a rate that becomes 1/$factor holds for what waits in the queue, too', ({ factor, arrivals }) => {
    const link = new Link<number>(CLEAN);
    for (const packet of [0, 1, 2, 3]) link.send(packet, 1000, 0);
    // Half of the second one has left.
    link.set({ rate: CLEAN.rate / factor }, 1.5);
    link.send(4, 1000, 1.5);
    const out = arrivals.map(() => {
      const at = link.nextTimeout() as number;
      link.poll(at);
      return at;
    });
    arrivals.forEach((at, i) => expect(out[i]).toBeCloseTo(at, 9));
  });

  test('loses everything that leaves the queue within a blackout', () => {
    const link = new Link<number>(CLEAN);
    link.blackout(100, 200);
    const out = push(link, 300, 2);
    const sent = out.map(([packet]) => packet * 2 + 1);
    expect(sent.filter((departure) => departure >= 100 && departure < 200)).toEqual([]);
    expect(out.length).toBe(250);
  });

  test('has no bottleneck at an infinite rate', () => {
    const out = push(new Link<number>({ ...CLEAN, rate: Infinity }), 1000, 0);
    expect(out.every(([, at]) => at === 50)).toBe(true);
  });

  test('lets a policer drop what exceeds its rate, after a burst, and queues nothing', () => {
    const link = new Link<number>({ rate: 100e6, delay: 0, seed: 1, policer: { rate: 8e6, burst: 20_000 } });
    let passed = 0;
    // 32 Mbit/s for a second, headers included.
    for (let now = 0; now < 1000; now += 0.25) if (link.send(0, 1000 - 93, now)) passed += 1;
    expect(passed).toBeGreaterThanOrEqual(1015);
    expect(passed).toBeLessThanOrEqual(1021);
    expect(link.stats.queueDelayMax).toBeLessThan(0.1);
  });

  test('lets the way grow and shrink without overtaking', () => {
    const link = new Link<number>({
      rate: Infinity,
      delay: 10,
      seed: 1,
      wander: { by: 20, period: 1000 },
    });
    const arrivals: number[] = [];
    for (let now = 0; now < 1000; now += 100) {
      link.send(now, 100, now);
      const at = link.nextTimeout() as number;
      arrivals.push(at - now);
      link.poll(at);
    }
    expect(Math.min(...arrivals)).toBeCloseTo(10, 6);
    expect(Math.max(...arrivals)).toBeCloseTo(50, 6);
  });
});
