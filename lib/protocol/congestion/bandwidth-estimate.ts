import type { Millis } from '../endpoint.ts';
import { WindowedExtreme } from './windowed-extreme.ts';

/**
 * 8 Mbit/s: for the one round trip until the first feedback. Most paths of today carry it, the others queue
 * it.
 */
const FIRST_RATE = 1000;
/** Round trips over which a rate is taken. */
const SPAN = 0.5;

/** What a feedback reports about delivery. All bytes are of whole lane messages, since the session began. */
export interface DeliverySample {
  /** Receiver's clock, ms: free of the jitter of the feedback's own way. */
  readonly clock: Millis;
  /** Bytes delivered. */
  readonly delivered: number;
  /** Send time of the latest packet delivered (any fixed offset), and the bytes sent by then. */
  readonly newestSentAt: Millis;
  readonly sent: number;
  /** Application-limited or lane-limited: the sample is a lower bound. */
  readonly limited: boolean;
}

/** Bottleneck rate: the largest recent delivery rate, compensated for the path's own loss (BBR's BtlBw). */
export class BandwidthEstimate {
  /** Bytes a millisecond by the model. */
  rate = FIRST_RATE;
  /** Whether the rate was ever measured. */
  measured = false;
  /** Bytes a millisecond delivered by the newest samples, without compensation. */
  deliveryRate = 0;
  readonly #rates = new WindowedExtreme('max');
  /** Samples of the last `SPAN`. */
  #samples: DeliverySample[] = [];

  /** @param baseLoss share of packets that the path loses without congestion */
  update(sample: DeliverySample, roundTrip: Millis, baseLoss: number, now: Millis): void {
    const samples = this.#samples;
    const last = samples.at(-1);
    if (last !== undefined && sample.clock <= last.clock) return;
    samples.push(sample);
    const span = Math.max(40, roundTrip * SPAN);
    while (samples.length > 2 && (samples[1] as DeliverySample).clock <= sample.clock - span) samples.shift();
    const first = samples[0] as DeliverySample;
    const elapsed = sample.clock - first.clock;
    if (elapsed < span / 2) return;
    this.deliveryRate = (sample.delivered - first.delivered) / elapsed;
    // Packets that an event loop held back and released at once were not sent at once (BBR's rate sample).
    const sending = sample.newestSentAt - first.newestSentAt;
    // Written so that it holds too while a receiver has reported no packet that was sent (−∞ − −∞).
    if (!(sending >= span / 4)) return;
    const rate = Math.min(this.deliveryRate / (1 - baseLoss), (sample.sent - first.sent) / sending);
    if (rate <= this.rate && samples.some(({ limited }) => limited)) return;
    const best = this.#rates.add(rate, now, Math.max(300, 6 * roundTrip));
    this.rate = this.measured ? best : Math.max(best, FIRST_RATE / 2);
    this.measured = true;
  }

  /** Replaces what was measured before. */
  replace(rate: number, now: Millis): void {
    this.#rates.reset();
    this.#rates.add(rate, now, 0);
    this.rate = rate;
  }

  /** After an idle period: keeps the rate, drops the samples. */
  resume(now: Millis): void {
    this.#samples = [];
    if (this.measured) this.#rates.add(this.rate, now, 0);
  }
}
