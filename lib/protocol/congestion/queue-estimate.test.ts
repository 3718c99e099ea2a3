import { describe, expect, test } from 'vitest';
import { QueueEstimate } from './queue-estimate.ts';

/** Feedback each 10 ms with these delays over the path's own. */
function report(queueing: QueueEstimate, from: number, delays: readonly number[]): void {
  for (const [i, delay] of delays.entries()) queueing.update(50 + delay, 60, from + 10 * i);
}

describe('the queue estimate', () => {
  test('[P-46] takes delay that jumps from probe to probe for the path’s own, not for a queue', () => {
    const queueing = new QueueEstimate();
    const jumping = Array.from({ length: 64 }, (_, i) => (i * 37) % 50);
    for (const delay of jumping) queueing.probed(50 + delay);
    report(queueing, 0, jumping);
    report(queueing, 640, [45, 45, 45, 45]);
    expect(queueing.delay).toBeLessThan(12);
    report(queueing, 700, [90, 90, 90, 90]);
    expect(queueing.delay).toBeGreaterThan(24);
  });

  test('[P-46] takes a neighbour’s queue, which changes slowly, for a queue', () => {
    const queueing = new QueueEstimate();
    for (let i = 0; i < 64; i++) queueing.probed(50 + i);
    report(queueing, 0, [0, 60, 60, 60, 60]);
    expect(queueing.delay).toBeGreaterThan(50);
  });

  test('[P-46] begins anew where a delay turns out to be the path’s', () => {
    const queueing = new QueueEstimate();
    report(queueing, 0, [0, 90, 90, 90]);
    expect(queueing.delay).toBeGreaterThan(80);
    queueing.rebase();
    report(queueing, 100, [90, 90]);
    expect(queueing.delay).toBe(0);
  });
});
