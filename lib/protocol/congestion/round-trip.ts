/** The session's round-trip time, and what is added to it. */
import type { Millis } from '../endpoint.ts';
import { BASE_WINDOW } from './queue-estimate.ts';
import { WindowedExtreme } from './windowed-extreme.ts';

/** Round-trip time assumed before the first sample. */
const FIRST_ROUND_TRIP: Millis = 200;
/** dcSCTP's least retransmission timeout, and the least that it adds to the round trip. */
const MIN_ASSOCIATION_TIMEOUT: Millis = 400;
const MIN_DEVIATIONS: Millis = 220;
/**
 * dcSCTP's retransmission timeout before it has measured a round trip, and for how long its receiver delays
 * the acknowledgement of one packet alone, which a first window does not ask for at once (RFC 7053).
 */
const FIRST_ASSOCIATION_TIMEOUT: Millis = 500;
const DELAYED_ACK: Millis = 200;
/** A queue on either way comes on top. */
const QUEUE_ALLOWANCE: Millis = 50;
/** Added to each round trip: event loops on both sides and the feedback's interval. */
export const SLACK: Millis = 20;

/** Smoothed round-trip time and its variation (RFC 6298 §2), and the minimum of the last `BASE_WINDOW`. */
export class RoundTrip {
  /** `undefined` before the first sample. */
  smoothed: Millis | undefined;
  variation: Millis = 0;
  minimum: Millis | undefined;
  readonly #minima = new WindowedExtreme('min');

  /** Smoothed, or what is assumed before the first sample. */
  get srtt(): Millis {
    return this.smoothed ?? FIRST_ROUND_TRIP;
  }

  /** The minimum, or what is assumed before the first sample. */
  get minRtt(): Millis {
    return this.minimum ?? FIRST_ROUND_TRIP;
  }

  /**
   * A packet that nothing of its lane overtook is lost after this long (RFC 9002's loss delay, with the PTO's
   * variation).
   */
  get lossDelay(): Millis {
    return this.srtt * 1.25 + Math.max(SLACK, 4 * this.variation);
  }

  /** After this long a lane's association gives up what it has heard nothing of (RFC 9260 §6.3.1). */
  get associationTimeout(): Millis {
    return Math.max(MIN_ASSOCIATION_TIMEOUT, this.srtt + Math.max(MIN_DEVIATIONS, 4 * this.variation));
  }

  /** A lane's first packet, alone, is acknowledged too late for its association: its window collapses. */
  get outlastsFirstTimeout(): boolean {
    return this.minRtt + DELAYED_ACK + QUEUE_ALLOWANCE > FIRST_ASSOCIATION_TIMEOUT;
  }

  /** A packet overtaken by this much is lost (RFC 8985's reordering window). */
  get reorderWindow(): Millis {
    return Math.min(20, Math.max(2, this.minRtt / 8));
  }

  /**
   * @param sample milliseconds from sending a packet to its acknowledgement, without the receiver's ack
   * delay.
   */
  add(sample: Millis, now: Millis): void {
    this.minimum = this.#minima.add(sample, now, BASE_WINDOW);
    if (this.smoothed === undefined) {
      this.smoothed = sample;
      this.variation = sample / 2;
      return;
    }
    this.variation += (Math.abs(sample - this.smoothed) - this.variation) / 4;
    this.smoothed += (sample - this.smoothed) / 8;
  }

  /** The path has become longer: its minimum is that of the samples from now on. */
  rebase(): void {
    this.#minima.reset();
  }
}
