import type { Millis } from '../endpoint.ts';

/** Round-trip time assumed before the first sample. */
const FIRST_ROUND_TRIP: Millis = 200;
/** Event loops on both sides and the feedback's interval. */
const SLACK: Millis = 20;

/** Smoothed round-trip time and its variation (RFC 6298 §2), and the minimum of the session. */
export class RoundTrip {
  /** `undefined` before the first sample. */
  smoothed: Millis | undefined;
  variation: Millis = 0;
  minimum: Millis | undefined;

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

  /** A packet overtaken by this much is lost (RFC 8985's reordering window). */
  get reorderWindow(): Millis {
    return Math.min(20, Math.max(2, this.minRtt / 8));
  }

  /**
   * @param sample milliseconds from sending a packet to its acknowledgement, without the receiver's ack
   * delay.
   */
  add(sample: Millis): void {
    this.minimum = Math.min(this.minimum ?? sample, sample);
    if (this.smoothed === undefined) {
      this.smoothed = sample;
      this.variation = sample / 2;
      return;
    }
    this.variation += (Math.abs(sample - this.smoothed) - this.variation) / 4;
    this.smoothed += (sample - this.smoothed) / 8;
  }
}
