import { expect, test } from 'vitest';
import { BandwidthEstimate, type DeliverySample } from './bandwidth-estimate.ts';

const ROUND_TRIP = 100;
const path = (baseLoss: number, queue = 0) => ({ roundTrip: ROUND_TRIP, queue, baseLoss });

/** Feedback every 10 ms of a path that delivers `rate` bytes a millisecond of `sent` ones. */
function* samples(rate: number, sent: number, options: Partial<DeliverySample> = {}, from = 0) {
  for (let clock = from; clock <= from + 1000; clock += 10)
    yield {
      clock,
      delivered: clock * rate,
      newestSentAt: clock,
      sent: clock * sent,
      limited: false,
      ...options,
    };
}

function measure(all: Iterable<DeliverySample>, loss = 0, estimate = new BandwidthEstimate()) {
  for (const sample of all) estimate.update(sample, path(loss), sample.clock);
  return estimate;
}

test('before the first measurement the rate is assumed, and afterwards it is what was delivered', () => {
  const estimate = new BandwidthEstimate();
  expect([estimate.measured, estimate.rate]).toEqual([false, 1000]);
  measure(samples(3000, 4000), 0, estimate);
  expect(estimate.measured).toBe(true);
  expect(estimate.rate).toBeCloseTo(3000);
  expect(estimate.deliveryRate).toBeCloseTo(3000);
});

test('what the path loses by itself is added, but never beyond what was sent', () => {
  expect(measure(samples(900, 2000), 0.1).rate).toBeCloseTo(1000);
  expect(measure(samples(900, 950), 0.1).rate).toBeCloseTo(950);
});

test('packets that were held back and delivered at once are no faster path', () => {
  const estimate = measure(samples(600, 600));
  const burst = {
    clock: 1100,
    delivered: 600_000 + 500_000,
    newestSentAt: 1100,
    sent: 660_000,
    limited: false,
  };
  estimate.update(burst, path(0), 1100);
  expect(estimate.deliveryRate).toBeGreaterThan(2000);
  expect(estimate.rate).toBeCloseTo(600);
});

test('a limited sender cannot lower the rate, only raise it', () => {
  const estimate = measure(samples(2000, 2000));
  estimate.resume(10_000);
  measure(samples(500, 500, { limited: true }, 10_000), 0, estimate);
  expect(estimate.rate).toBeCloseTo(2000);
  estimate.resume(20_000);
  measure(samples(2500, 2500, { limited: true }, 20_000), 0, estimate);
  expect(estimate.rate).toBeCloseTo(2500);
});

test('the largest of six round trips counts: a slower path shows after them', () => {
  const estimate = measure(samples(2000, 2000));
  const slower = [...samples(500, 500, {}, 10_000)];
  measure(slower, 0, estimate);
  expect(estimate.rate).toBeCloseTo(500);
});

test('old feedback says nothing, and an idle period drops the samples but not the rate', () => {
  const estimate = measure(samples(2000, 2000));
  estimate.update(
    { clock: 500, delivered: 9e9, newestSentAt: 500, sent: 9e9, limited: false },
    path(0),
    1010,
  );
  expect(estimate.rate).toBeCloseTo(2000);
  estimate.resume(60_000);
  // The first sample after it has nothing before to be compared with.
  estimate.update(
    { clock: 60_000, delivered: 9e9, newestSentAt: 60_000, sent: 9e9, limited: false },
    path(0),
    60_000,
  );
  expect(estimate.rate).toBeCloseTo(2000);
});

test('what is restored is of the last five seconds', () => {
  const estimate = measure(samples(3000, 4000));
  estimate.recovering(1000);
  estimate.replace(500, 1000);
  estimate.restore(3000);
  expect(estimate.rate).toBeCloseTo(3000);
  estimate.replace(500, 9000);
  estimate.restore(9000);
  expect(estimate.rate).toBe(500);
});

test('another connection is not taken for the path of the last one, whose rate has just fallen', () => {
  const estimate = measure(samples(4000, 5000));
  const feed = (rate: number, queue: number, from: number, to: number) => {
    for (let clock = from; clock <= to; clock += 10) {
      const bytes = clock * rate;
      const sample = { clock, delivered: bytes, newestSentAt: clock, sent: bytes * 2, limited: false };
      estimate.update(sample, path(0, queue), clock);
    }
  };
  estimate.resume(1010);
  feed(1500, 60, 1010, 1120);
  expect(estimate.rate).toBeLessThan(3900);
  estimate.reconnect(1130);
  const kept = estimate.rate;
  feed(kept, 0, 1140, 1240);
  expect(estimate.rate).toBeLessThan(1.1 * kept);
});
