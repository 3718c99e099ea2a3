import { describe, expect, test } from 'vitest';
import { RateController, type RateSample } from './rate-controller.ts';

const quiet: RateSample = {
  clock: 0,
  delivered: 0,
  newestSentAt: 0,
  sent: 0,
  oneWayDelay: 50,
  flight: 0,
  resolved: 0,
  lost: 0,
  late: 0,
  fates: [],
  roundTrip: 100,
  limited: true,
  exhausted: false,
  idle: false,
  disturbed: false,
};

/** Feedback every 10 ms of a path that delivers `rate` bytes a millisecond without a queue. */
function deliver(
  controller: RateController,
  rate: number,
  from: number,
  to: number,
  change: Partial<RateSample> = {},
): void {
  for (let now = from; now < to; now += 10)
    controller.onFeedback(
      { ...quiet, clock: now, delivered: now * rate, newestSentAt: now, sent: now * rate, ...change },
      now,
    );
}

describe('the rate controller', () => {
  test('calls a path low-loss after hundreds of packets without a loss, and keeps that through one lost message', () => {
    const controller = new RateController();
    const resolve = (resolved: number, lost: number): void =>
      controller.onFeedback({ ...quiet, resolved, lost, late: lost }, 0);
    for (let i = 0; i < 11; i++) resolve(100, 0);
    expect(controller.lowLoss).toBe(false);
    for (let i = 0; i < 2; i++) resolve(100, 0);
    expect(controller.lowLoss).toBe(true);
    resolve(100, 10);
    expect(controller.lowLoss).toBe(true);
    for (let i = 0; i < 2; i++) resolve(100, 10);
    expect(controller.lowLoss).toBe(false);
    // One of a hundred is not low-loss, however long it lasts.
    for (let i = 0; i < 100; i++) resolve(100, 1);
    expect(controller.lowLoss).toBe(false);
    for (let i = 0; i < 100; i++) resolve(100, 0);
    expect(controller.lowLoss).toBe(true);
  });

  test('[P-46] does not end its search for probes that are late', () => {
    const controller = new RateController();
    deliver(controller, 1, 0, 500, { idle: true });
    deliver(controller, 1, 500, 1000, { idle: true, oneWayDelay: 150 });
    controller.resume(undefined, 1000);
    expect(controller.state).toBe('startup');
    expect(controller.knowsRate).toBe(false);
  });

  test('continues the search with the next picture when the one before ended too early to show the path’s limit', () => {
    const controller = new RateController();
    controller.resume(undefined, 0);
    deliver(controller, 1000, 0, 300);
    const before = controller.rate();
    expect(controller.state).toBe('startup');
    deliver(controller, 0, 300, 3000, { idle: true });
    controller.resume(undefined, 3000);
    expect(controller.state).toBe('startup');
    expect(controller.rate()).toBeGreaterThanOrEqual(before);
  });

  test('[P-46] begins the next picture at the rate that the path was found to carry', () => {
    const controller = new RateController();
    controller.resume(undefined, 0);
    deliver(controller, 1000, 0, 300, { limited: false });
    deliver(controller, 1000, 300, 600, { limited: false, oneWayDelay: 110 });
    expect(controller.state).not.toBe('startup');
    controller.resume(undefined, 5000);
    expect(controller.state).toBe('cruise');
    expect(controller.rate()).toBeGreaterThan(0.9 * controller.bottleneck);
    expect(controller.rate()).toBeLessThan(1.2 * controller.bottleneck);
  });

  test('[P-46] begins the first picture near the rate that trains of probes have shown, and believes no more than 50 Mbit/s', () => {
    const begun = (rate: number): RateController => {
      const controller = new RateController();
      controller.resume({ rate, time: 10 }, 0);
      return controller;
    };
    expect(begun(2000).state).toBe('startup');
    expect(begun(2000).rate()).toBeCloseTo(2000);
    expect(begun(100).rate()).toBeCloseTo(100);
    expect(begun(1e6).bottleneck).toBeLessThanOrEqual(6250);
  });

  test('[P-46] believes no train of probes where the delay varies as much', () => {
    const controller = new RateController();
    for (let now = 0; now < 1000; now += 25)
      deliver(controller, 1, now, now + 1, { idle: true, oneWayDelay: 50 + ((now / 25) % 2) * 30 });
    controller.resume({ rate: 50, time: 40 }, 1000);
    expect(controller.bottleneck).toBe(new RateController().bottleneck);
    controller.resume({ rate: 50, time: 400 }, 2000);
    expect(controller.bottleneck).toBeCloseTo(40);
  });

  test('[P-46] knows a path better by the pictures that it carried than by the trains before them', () => {
    const controller = new RateController();
    controller.resume({ rate: 500, time: 10 }, 0);
    deliver(controller, 1000, 0, 300, { limited: false });
    deliver(controller, 1000, 300, 600, { limited: false, oneWayDelay: 110 });
    controller.resume({ rate: 500, time: 10 }, 5000);
    expect(controller.state).toBe('cruise');
    expect(controller.bottleneck).toBeGreaterThan(900);
  });

  test('[P-46] searches from half the rate on another connection between the same two', () => {
    const controller = new RateController();
    controller.resume(undefined, 0);
    deliver(controller, 5000, 0, 300, { limited: false });
    deliver(controller, 5000, 300, 600, { limited: false, oneWayDelay: 110 });
    const before = controller.bottleneck;
    controller.reconnect(5000);
    expect(controller.takeRebase()).toBe(true);
    expect(controller.state).toBe('startup');
    expect(controller.bottleneck).toBeCloseTo(before / 2);
    controller.resume(undefined, 6000);
    expect(controller.state).toBe('startup');
    expect(controller.bottleneck).toBeCloseTo(before / 2);
  });

  // Before, a test that began in a stall held back to 0.85 of what was delivered in it: 160 of 1000.
  test('tests for overflow at the rate that the path carries, not at that of a moment in which an event loop stalled', () => {
    const controller = new RateController();
    controller.resume(undefined, 0);
    let least = Infinity;
    for (let now = 0; now < 20_000; now += 10) {
      const phase = now % 210;
      const seen = phase < 50 ? now - phase : now;
      const resolved = phase < 50 ? 0 : phase === 50 ? 54 : 9;
      const lost = resolved * 0.05;
      controller.onFeedback(
        {
          ...quiet,
          clock: now,
          delivered: seen * 950,
          newestSentAt: seen,
          sent: seen * 1000,
          limited: false,
          resolved,
          lost,
          late: lost,
          fates: [{ sentAt: seen, resolved, lost }],
        },
        now,
      );
      if (now > 2000) least = Math.min(least, controller.rate());
    }
    expect(least).toBeGreaterThan(700);
  });

  // Before, all of the time in which it held back counted as that of an empty queue: 1.5 times the rate.
  test('[P-46] does not probe faster because the queue was empty while it held back', () => {
    const controller = new RateController();
    controller.resume(undefined, 0);
    const fates = (sentAt: number) => [{ sentAt, resolved: 9, lost: 0.9 }];
    const lossy = { limited: false, resolved: 9, lost: 0.9, late: 0.9 };
    let tests = 0;
    let testing = false;
    for (let now = 0; now < 10_000; now += 10) {
      deliver(controller, 900, now, now + 1, { ...lossy, sent: now * 1000, fates: fates(now) });
      const gain = controller.rate() / controller.bottleneck;
      if (testing && gain >= 0.9) {
        tests += 1;
        expect(gain).toBeLessThan(1.1);
      }
      testing = gain < 0.9;
    }
    expect(tests).toBeGreaterThan(2);
  });

  // Before, it paced at a tenth of the rate.
  test('[P-46] takes a way that becomes longer for no path that carries less', () => {
    const controller = new RateController();
    const way = { roundTrip: 20, limited: false };
    controller.resume(undefined, 0);
    deliver(controller, 1000, 0, 300, way);
    deliver(controller, 1000, 300, 400, { ...way, oneWayDelay: 80 });
    deliver(controller, 1000, 400, 2000, way);
    for (let now = 2000; now < 2160; now += 10) {
      const seen = now < 2090 ? 1990 : now - 90;
      const arrived = { delivered: seen * 1000, newestSentAt: seen, sent: seen * 1000 };
      const oneWayDelay = now < 2090 ? undefined : 140;
      deliver(controller, 1000, now, now + 1, { ...way, ...arrived, flight: 110_000, oneWayDelay });
      expect(controller.rate()).toBeGreaterThan(0.6 * 1000);
    }
  });

  test('runs no overdrive test at the beginning of a picture', () => {
    const controller = new RateController();
    controller.resume(undefined, 0);
    const lossy = { limited: false, resolved: 20, lost: 2, late: 2 };
    deliver(controller, 1000, 0, 1000, lossy);
    controller.resume(undefined, 5000);
    for (let now = 5010; now < 5400; now += 10) {
      controller.onFeedback(
        { ...quiet, clock: now, delivered: now * 1000, newestSentAt: now, sent: now * 1000, ...lossy },
        now,
      );
      expect(controller.rate()).toBeGreaterThan(0.9 * controller.bottleneck);
    }
  });

  test('knows the loss from the first packets that are resolved', () => {
    const controller = new RateController();
    controller.onFeedback({ ...quiet, resolved: 100, lost: 5, late: 5 }, 0);
    expect(controller.loss).toBeCloseTo(0.05, 6);
    expect(controller.lossUpperBound).toBeGreaterThan(0.05);
    expect(controller.lossUpperBound).toBeLessThan(0.1);
  });

  test('forgets late packets that arrived after all', () => {
    const controller = new RateController();
    controller.onFeedback({ ...quiet, resolved: 100, late: 60 }, 0);
    expect(controller.loss).toBe(0);
    // However many are late: most of them arrive after all.
    expect(controller.lossUpperBound).toBeGreaterThan(0.03);
    expect(controller.lossUpperBound).toBeLessThan(0.1);
    controller.onFeedback({ ...quiet, clock: 10, late: -60 }, 10);
    expect(controller.lossUpperBound).toBeLessThan(0.02);
  });

  test('[P-46] does not take packets that an event loop held back and released at once for a faster path', () => {
    const controller = new RateController();
    controller.resume(undefined, 0);
    deliver(controller, 1000, 0, 600, { limited: false, oneWayDelay: 90 });
    const before = controller.bottleneck;
    // 100 ms of packets are delivered within 40, the newest first.
    for (let now = 700; now <= 740; now += 10) {
      const delivered = 600_000 + (now - 690) * 3000;
      controller.onFeedback(
        { ...quiet, clock: now, delivered, newestSentAt: now, sent: now * 1000, limited: false },
        now,
      );
    }
    expect(controller.bottleneck).toBeLessThan(1.1 * before);
  });

  test('keeps a finite rate when a receiver reports no packet that was sent', () => {
    const controller = new RateController();
    controller.resume(undefined, 0);
    deliver(controller, 1000, 0, 600, { limited: false, newestSentAt: -Infinity, sent: 0 });
    expect(controller.rate()).toBeGreaterThan(0);
    deliver(controller, 1000, 600, 1200, { limited: false });
    expect(controller.bottleneck).toBeGreaterThan(900);
    expect(controller.bottleneck).toBeLessThan(1100);
  });

  test('continues the search when a queue drains although the rate was kept', () => {
    const controller = new RateController();
    controller.resume(undefined, 0);
    deliver(controller, 1000, 0, 200, { limited: false });
    deliver(controller, 1000, 200, 240, { limited: false, oneWayDelay: 110 });
    expect(controller.state).toBe('startup');
    expect(controller.rate()).toBe(controller.bottleneck);
    deliver(controller, 1000, 240, 270, { limited: false });
    expect(controller.state).toBe('startup');
    expect(controller.rate()).toBeGreaterThan(1.5 * controller.bottleneck);
    deliver(controller, 1000, 270, 340, { limited: false, oneWayDelay: 110 });
    expect(controller.state).toBe('drain');
  });

  test('[P-138] sends as much together with others as it did alone, and alone again what all did', () => {
    const controller = new RateController();
    controller.resume(undefined, 0);
    deliver(controller, 1000, 0, 300, { limited: false });
    deliver(controller, 1000, 300, 600, { limited: false, oneWayDelay: 110 });
    const alone = controller.bottleneck;
    controller.share({ sharers: 4, pace: undefined }, 600);
    expect(controller.bottleneck).toBeCloseTo(alone / 4);
    // What was sent before shows the rate of one that was alone.
    deliver(controller, 1000, 610, 700, { limited: false, oneWayDelay: 110, newestSentAt: 590 });
    expect(controller.bottleneck).toBeCloseTo(alone / 4);
    controller.share({ sharers: 1, pace: undefined }, 700);
    expect(controller.bottleneck).toBeCloseTo(alone);
  });

  test('[P-138] keeps the pace of the one that leads, within its own limit, and goes on from there when it leads', () => {
    const controller = new RateController();
    controller.resume(undefined, 0);
    deliver(controller, 1000, 0, 300);
    controller.share({ sharers: 2, pace: 333 }, 300);
    expect(controller.rate()).toBe(333);
    // A queue that the leader has to act on.
    deliver(controller, 333, 300, 3000, { limited: false, oneWayDelay: 150 });
    expect(controller.rate()).toBe(333);
    controller.limit(100, 3000);
    expect(controller.rate()).toBe(100);
    controller.limit(undefined, 3000);
    controller.share({ sharers: 1, pace: undefined }, 3000);
    expect(controller.bottleneck).toBeCloseTo(666);
    expect(controller.state).toBe('cruise');
  });

  test('[P-138] searches from the pace it kept where its part grows by more than it may jump', () => {
    for (const reconnected of [false, true]) {
      const controller = new RateController();
      controller.resume(undefined, 0);
      deliver(controller, 1000, 0, 300);
      const sharers = reconnected ? 2 : 8;
      controller.share({ sharers, pace: 125 }, 300);
      deliver(controller, 125, 300, 1000, { limited: false });
      // Another path: what the others have is no measure of it.
      if (reconnected) controller.reconnect(1000);
      controller.share({ sharers: 1, pace: undefined }, 1000);
      expect(controller.bottleneck).toBeCloseTo(125);
      expect(controller.state).toBe('startup');
    }
  });
});
