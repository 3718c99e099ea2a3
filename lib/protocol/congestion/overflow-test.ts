/** Whether loss comes from a queue that overflows: the rate is lowered for a moment to find out. */
import type { Millis } from '../endpoint.ts';
import { MAX_LOSS, type LaneFate } from './loss-estimate.ts';
import { SLACK } from './round-trip.ts';

/** A test paces at this share of what was delivered, for a round trip or until enough packets were sent. */
const TEST_GAIN = 0.85;
const TEST_PACKETS = 120;
/** … so many after one that showed less loss than before without proving it. */
const LONG_TEST_PACKETS = 240;
const MAX_TEST_ROUNDS = 5;
/** Fewer show nothing. */
const MIN_TEST_PACKETS = 40;
/** Share of what the tests before have counted that the next one keeps. */
const HELD_KEPT = 0.95;
/** What was lost before it must exceed what the test lost by this, and these many standard errors. */
const PROVED_EXCESS = 0.02;
const PROVED_ERRORS = 2.5;
/** Round trips between two tests that suspicion asks for, and that a high loss asks for. */
const SUSPICION_ROUNDS = 5;
const INTERVAL_ROUNDS = 14;
/** Round trips of a picture's beginning: its first burst may be lost, and little is delivered yet. */
const BEGINNING_ROUNDS = 2;
/** Such a loss is tested now and then, whatever it was before: it may have crept up. */
export const TESTED_LOSS = 0.03;
/** After overflow was proved the rate does not probe for this many round trips. */
const CAPPED_ROUNDS = 40;
/** A queue longer than this (ms) explains the loss. */
const MIN_QUEUE: Millis = 14;
/** Packets over which the loss of what is not held back is averaged. */
const MEMORY = 3000;

interface OverflowInput {
  readonly queue: Millis;
  readonly roundTrip: Millis;
  /** Loss of rounds with a short queue. */
  readonly baseline: number;
  /** More was lost lately than that explains. */
  readonly suspicious: boolean;
  /** Bytes a millisecond delivered now. */
  readonly deliveryRate: number;
}

/** What a test found. */
export interface TestResult {
  /** Bytes a millisecond that the path carries; `undefined`: we did not overflow it. */
  readonly rate: number | undefined;
  /** Share that the path loses by itself. */
  readonly loss: number;
}

/**
 * Tells our own overflow of a short queue (or a policer's drops) from the path's loss: holds back for a
 * round trip and compares what is lost. BBRv3 takes 2 % for the sign of a full queue; a path that loses 5 or
 * 20 % by chance would starve so.
 */
export class OverflowTest {
  #from: Millis = -Infinity;
  #until: Millis = -Infinity;
  #judged = true;
  #testedAt: Millis = -Infinity;
  /** Delivery rate when the test began, bytes a millisecond. */
  #rateBefore = 0;
  /** Packets that the next test sends, and what was counted in the newest, in all tests and beside them. */
  #packets = TEST_PACKETS;
  readonly #newest = { resolved: 0, lost: 0 };
  readonly #held = { resolved: 0, lost: 0 };
  readonly #usual = { resolved: 0, lost: 0 };
  /** The path's own loss by the last test that found overflow; `undefined`: the last found none. */
  #ceiling: number | undefined;
  #cappedUntil: Millis = -Infinity;
  #queueSeenAt: Millis = -Infinity;

  /** Loss without congestion, 0 … 0.9. */
  baseLoss(baseline: number): number {
    return Math.min(MAX_LOSS, this.#ceiling ?? 1, baseline);
  }

  /** The queue is known to be short, and what the path carries was found lately: no probing. */
  capped(now: Millis): boolean {
    return now < this.#cappedUntil;
  }

  /** Packets are held back to see what is lost then. */
  testing(now: Millis): boolean {
    return now < this.#until;
  }

  /** The path's queue has been found to overflow before it shows. */
  get shallow(): boolean {
    return this.#ceiling !== undefined;
  }

  /** Pacing gain over `bandwidth` while a test runs. */
  gain(bandwidth: number, now: Millis): number | undefined {
    if (!this.testing(now)) return undefined;
    return Math.min(TEST_GAIN, (this.#rateBefore * TEST_GAIN) / bandwidth);
  }

  /** Counts packets by when they were sent: what was lost shows late. */
  count({ sentAt, resolved, lost }: LaneFate, roundTrip: Millis): void {
    if (sentAt >= this.#from && sentAt < this.#until) {
      for (const counts of [this.#held, this.#newest]) {
        counts.resolved += resolved;
        counts.lost += lost;
      }
      return;
    }
    // What was sent just after a test meets the queue that it has emptied.
    if (sentAt >= this.#until && sentAt < this.#until + roundTrip) return;
    const usual = this.#usual;
    const keep = Math.max(0, 1 - resolved / MEMORY);
    usual.resolved = usual.resolved * keep + resolved;
    usual.lost = usual.lost * keep + lost;
  }

  /** Begins and judges tests. `undefined`: nothing was found. */
  update(
    { queue, roundTrip, baseline, suspicious, deliveryRate }: OverflowInput,
    now: Millis,
  ): TestResult | undefined {
    if (queue > MIN_QUEUE) this.#queueSeenAt = now;
    const round = roundTrip + SLACK;
    const found = this.#judge(roundTrip, now);
    if (found !== undefined) return found;
    if (!this.#judged || now - this.#queueSeenAt < 2 * round) return undefined;
    const since = now - this.#testedAt;
    const begun = since > BEGINNING_ROUNDS * round;
    if (suspicious && this.shallow && begun && !this.capped(now) && deliveryRate > 0) {
      // Not the first time: the probe has shown that there is no more.
      this.#testedAt = now;
      this.#cappedUntil = now + CAPPED_ROUNDS * round;
      return { rate: deliveryRate / (1 - this.baseLoss(baseline)), loss: this.baseLoss(baseline) };
    }
    const due =
      (suspicious && since > SUSPICION_ROUNDS * round) ||
      (!this.shallow && this.baseLoss(baseline) >= TESTED_LOSS && since > INTERVAL_ROUNDS * round);
    if (due) this.#begin(deliveryRate, round, now);
    return undefined;
  }

  /** After an idle period: no test before the path is in use again. */
  postpone(now: Millis): void {
    this.#from = now;
    this.#until = now;
    this.#judged = true;
    this.#testedAt = now;
    this.#queueSeenAt = -Infinity;
  }

  /** A search has ended in losses: until the lanes have recovered neither probes nor tests. */
  settle(roundTrip: Millis, now: Millis): void {
    this.#testedAt = now;
    this.#cappedUntil = now + (SUSPICION_ROUNDS + 2) * (roundTrip + SLACK);
  }

  #begin(deliveryRate: number, round: Millis, now: Millis): void {
    if (deliveryRate <= 0) return;
    this.#testedAt = now;
    this.#judged = false;
    this.#rateBefore = deliveryRate;
    this.#from = now;
    const length = (this.#packets * 1133) / (deliveryRate * TEST_GAIN);
    this.#until = now + Math.min(MAX_TEST_ROUNDS * round, Math.max(round, length));
    // An overflow of a few per cent shows only in several tests together.
    this.#held.resolved *= HELD_KEPT;
    this.#held.lost *= HELD_KEPT;
    this.#newest.resolved = 0;
    this.#newest.lost = 0;
  }

  #judge(roundTrip: Millis, now: Millis): TestResult | undefined {
    if (this.#judged || now <= this.#until + 2 * roundTrip + SLACK) return undefined;
    this.#judged = true;
    const held = this.#held;
    const usual = this.#usual;
    if (held.resolved < MIN_TEST_PACKETS || usual.resolved < MIN_TEST_PACKETS) return undefined;
    const heldLoss = Math.min(MAX_LOSS, held.lost / held.resolved);
    const usualLoss = usual.lost / usual.resolved;
    const spread = Math.max(0.005, usualLoss * (1 - usualLoss));
    const error = Math.sqrt(spread * (1 / held.resolved + 1 / usual.resolved));
    // What a path loses changes: the newest test is to agree with those before.
    const agrees = usualLoss - this.#newest.lost / this.#newest.resolved > PROVED_EXCESS / 2;
    this.#packets = usualLoss - heldLoss > PROVED_EXCESS ? LONG_TEST_PACKETS : TEST_PACKETS;
    if (!agrees || usualLoss - heldLoss <= Math.max(PROVED_EXCESS, PROVED_ERRORS * error)) {
      // Neither proved nor refuted: what was known holds.
      if (this.shallow && usualLoss - heldLoss > PROVED_EXCESS / 2) return undefined;
      this.#ceiling = undefined;
      this.#cappedUntil = now;
      const loss = (held.lost + usual.lost) / (held.resolved + usual.resolved);
      return { rate: undefined, loss };
    }
    this.#ceiling = heldLoss;
    this.#cappedUntil = now + CAPPED_ROUNDS * (roundTrip + SLACK);
    usual.resolved = 0;
    usual.lost = 0;
    held.resolved = 0;
    held.lost = 0;
    return { rate: this.#rateBefore / (1 - heldLoss), loss: heldLoss };
  }
}
