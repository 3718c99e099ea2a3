import type { Millis } from '../endpoint.ts';

/** Smoothed round-trip time and its variation (RFC 6298 §2), and the minimum of the session. */
export class RoundTrip {
  /** `undefined` before the first sample. */
  smoothed: Millis | undefined;
  variation: Millis = 0;
  minimum: Millis | undefined;

  /** @param sample milliseconds from sending a packet to its acknowledgement, without the receiver's ack delay. */
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
