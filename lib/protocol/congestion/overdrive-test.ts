import type { Millis } from '../endpoint.ts';
import { MAX_LOSS, type LossSample } from './loss-estimate.ts';

/**
 * A path that loses this much and never shows a queue may have hardly any buffer, overdriven by us: then one
 * round trip in `INTERVAL_ROUNDS` is paced at `TEST_GAIN`, and its loss is the path's own.
 */
export const OVERDRIVE_LOSS = 0.03;
const INTERVAL_ROUNDS = 12;
const TEST_GAIN = 0.85;
/** Packets of a test from which its loss counts. */
const TEST_PACKETS = 40;
/** A queue longer than this (ms) explains the loss. */
const MIN_QUEUE: Millis = 6;
/** Round trips without such a queue before a test. */
const QUIET_ROUNDS = 3;
/** Added to each round trip: event loops and the feedback's interval. */
const SLACK: Millis = 20;

interface OverdriveInput {
  readonly queue: Millis;
  readonly roundTrip: Millis;
  /** Loss of rounds with a short queue. */
  readonly baseline: number;
  /** Bytes a millisecond delivered now. */
  readonly deliveryRate: number;
}

/** Backs off for a round trip to see whether the path then loses less: the difference is our own overflow. */
export class OverdriveTest {
  /** A test is being paced. */
  #active = false;
  #from: Millis = 0;
  #until: Millis = 0;
  #nextAt: Millis = 0;
  /** Delivery rate when the test began, bytes a millisecond. */
  #rateBefore = 0;
  readonly #counts = { resolved: 0, lost: 0 };
  /** Upper limit of the path's own loss by the last test that found overdrive, until `ceilingUntil`. */
  #ceiling = 1;
  #ceilingUntil: Millis = 0;
  /** When there last was a queue. */
  #queueSeenAt: Millis = 0;

  /** Loss without congestion, 0 … 0.9. */
  baseLoss(baseline: number): number {
    return Math.min(MAX_LOSS, this.#ceiling, baseline);
  }

  /** Pacing gain over `bandwidth` while a test runs. */
  gain(bandwidth: number): number | undefined {
    return this.#active ? Math.min(TEST_GAIN, (this.#rateBefore * TEST_GAIN) / bandwidth) : undefined;
  }

  /** Counts packets sent during the test, whose fate is known a round trip later. */
  count({ resolved, lost }: LossSample, roundTrip: Millis, now: Millis): void {
    if (now <= this.#from + roundTrip || now >= this.#until + roundTrip) return;
    this.#counts.resolved += resolved;
    this.#counts.lost += lost;
  }

  /**
   * Begins and judges tests. Returns the path's rate, bytes a millisecond, when a test found that we
   * overdrive it.
   */
  update({ queue, roundTrip, baseline, deliveryRate }: OverdriveInput, now: Millis): number | undefined {
    if (queue > MIN_QUEUE) this.#queueSeenAt = now;
    const round = roundTrip + SLACK;
    this.#active = now < this.#until;
    if (now > this.#ceilingUntil) this.#ceiling = 1;
    const found = this.#judge(roundTrip, baseline, now);
    if (
      now >= this.#nextAt &&
      this.baseLoss(baseline) >= OVERDRIVE_LOSS &&
      now - this.#queueSeenAt >= QUIET_ROUNDS * round
    ) {
      this.#nextAt = now + INTERVAL_ROUNDS * round;
      this.#from = now;
      this.#until = now + round;
      this.#rateBefore = deliveryRate;
      this.#counts.resolved = 0;
      this.#counts.lost = 0;
    }
    return found;
  }

  /** After an idle period: no test before the path is in use again. */
  postpone(roundTrip: Millis, now: Millis): void {
    this.#active = false;
    this.#until = now;
    this.#nextAt = now + INTERVAL_ROUNDS * (roundTrip + SLACK);
    this.#queueSeenAt = now;
  }

  #judge(roundTrip: Millis, baseline: number, now: Millis): number | undefined {
    const { resolved, lost } = this.#counts;
    if (resolved < TEST_PACKETS || now <= this.#until + roundTrip) return undefined;
    this.#counts.resolved = 0;
    const share = lost / resolved;
    if (share >= baseline * 0.5) return undefined;
    this.#ceiling = share;
    this.#ceilingUntil = now + 4 * INTERVAL_ROUNDS * (roundTrip + SLACK);
    return this.#rateBefore;
  }
}
