import type { Millis } from '../endpoint.ts';
import { DATA_PACKET } from '../wire/lane-packet.ts';
import { WindowedExtreme } from './windowed-extreme.ts';
import { SLACK } from './round-trip.ts';

/**
 * 8 Mbit/s: for the one round trip until the first feedback. Most paths of today carry it, the others queue
 * it.
 */
const FIRST_RATE = 1000;
/**
 * A picture begins at this share of what trains of probes have shown, and at most at 50 Mbit/s: a policer
 * lets a train pass that it would not let pass for long.
 */
const EXPECTED_SHARE = 0.8;
const MAX_EXPECTED = 6250;
/** Another connection begins at this share of the last one's rate. */
const KEPT_SHARE = 0.5;
/** Round trips over which a rate is taken. */
const SPAN = 0.5;

/** Delivery this close to the rate of sending is as fast. */
const AS_SENT = 0.04;
/** Share that the estimate may lose a round trip while all arrives as fast as it is sent. */
const DECAY = 0.02;
/**
 * A queue of this length with less than this share of the rate delivered, for so many round trips: the path
 * carries less now, and what is sent meanwhile would only overflow it.
 */
const FALLEN_QUEUE: Millis = 25;
const FALLEN = 0.75;
const FALLEN_ROUNDS = 0.5;
/** A stall of an event loop shows the same in one or two feedbacks; what waited follows with the next. */
const FALLEN_SAMPLES = 4;
/** Fewer packets have arrived over a silence of this length, and not since the path carries less. */
const SILENCE: Millis = 30;
/** At least the time of so many packets: a slow path has pauses between them. */
const SILENT_PACKETS = 20;
/** It is lowered to this share at a time, and not below what was carried on average lately. */
const MIN_FALL = 0.5;
/**
 * Time constant of that average. The rate of Wi-Fi changes each 50 ms, that of LTE each 200: what they carry
 * is the mean, which is taken again once the queue is gone.
 */
const MEAN_TIME: Millis = 500;
/** A queue shorter than this is gone. */
const NO_QUEUE: Millis = 12;
/** The rate has fallen while it is below this share of the largest of the last seconds. */
const RECOVERING = 0.75;
const RECENT: Millis = 5000;

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

interface PathState {
  readonly roundTrip: Millis;
  readonly queue: Millis;
  /** Share of packets that the path loses without congestion. */
  readonly baseLoss: number;
}

/** Bottleneck rate: the largest recent delivery rate, compensated for the path's own loss (BBR's BtlBw). */
export class BandwidthEstimate {
  /** Bytes a millisecond by the model. */
  rate = FIRST_RATE;
  /** Whether the rate was ever measured. */
  measured = false;
  /** Bytes a millisecond delivered by the newest samples, without compensation. */
  deliveryRate = 0;
  /** The same, compensated for the path's own loss, and how fast it was sent. */
  carried = 0;
  sendingRate = 0;
  /** The newest samples reach back over a silence: that of a longer way, a stall, or the sender's own. */
  afterSilence = false;
  /** Receiver's clock when something last arrived, and when it first did after a silence. */
  #arrivedAt: Millis = -Infinity;
  #heardAgainAt: Millis = -Infinity;
  #takenAt: Millis = 0;
  /** What was carried on average lately, and when that was last counted. */
  #mean = 0;
  #meanAt: Millis = 0;
  /** When the estimate was last lowered since the path carried much less. */
  #loweredAt: Millis = -Infinity;
  /** The path seems to carry much less: since when, and how many samples show it. */
  #fall: { readonly since: Millis; samples: number } | undefined;
  readonly #recent = new WindowedExtreme('max');
  readonly #rates = new WindowedExtreme('max');
  /** Samples of the last `SPAN`. */
  #samples: DeliverySample[] = [];
  /** What was sent before shows another share of the path than the present one. */
  #sharedSince: Millis = -Infinity;

  update(sample: DeliverySample, { roundTrip, queue, baseLoss }: PathState, now: Millis): void {
    if (sample.newestSentAt < this.#sharedSince) return;
    const samples = this.#samples;
    const last = samples.at(-1);
    if (last !== undefined && sample.clock <= last.clock) return;
    if (last !== undefined && sample.delivered > last.delivered) {
      const silence = Math.max(SILENCE, SILENT_PACKETS * (DATA_PACKET / this.rate));
      if (sample.clock - this.#arrivedAt > silence) this.#heardAgainAt = sample.clock;
      this.#arrivedAt = sample.clock;
    }
    samples.push(sample);
    const span = Math.max(40, roundTrip * SPAN);
    while (samples.length > 2 && (samples[1] as DeliverySample).clock <= sample.clock - span) samples.shift();
    const first = samples[0] as DeliverySample;
    const elapsed = sample.clock - first.clock;
    if (elapsed < span / 2) return;
    this.afterSilence = sample.clock - this.#heardAgainAt < span;
    this.deliveryRate = (sample.delivered - first.delivered) / elapsed;
    const carried = this.deliveryRate / (1 - baseLoss);
    // Packets that an event loop held back and released at once were not sent at once (BBR's rate sample).
    const sending = sample.newestSentAt - first.newestSentAt;
    const sendingRate = (sample.sent - first.sent) / sending;
    this.carried = carried;
    this.sendingRate = sending > 0 ? sendingRate : 0;
    this.#mean += (carried - this.#mean) * (1 - Math.exp((this.#meanAt - now) / MEAN_TIME));
    this.#meanAt = now;
    if (this.#fell(carried, sendingRate, queue, roundTrip, now)) {
      this.replace(Math.max(carried, this.#mean, this.rate * MIN_FALL), now);
      this.#fall = undefined;
      this.#loweredAt = now;
      return;
    }
    if (this.rate < this.#mean && queue < NO_QUEUE && now - this.#loweredAt < RECENT) {
      this.replace(this.#mean, now);
      return;
    }
    // Written so that it holds too while a receiver has reported no packet that was sent (−∞ − −∞).
    if (!(sending >= span / 4)) return;
    const rate = Math.min(carried, sendingRate);
    if (rate <= this.rate && samples.some(({ limited }) => limited)) return;
    const rounds = (now - this.#takenAt) / (roundTrip + SLACK);
    this.#takenAt = now;
    // What arrived as fast as it was sent was held back by us: it shows no lower rate, or only with time.
    const asSent = carried > sendingRate * (1 - AS_SENT) && carried < sendingRate * (1 + AS_SENT);
    const least = asSent && this.measured ? this.rate * Math.max(0, 1 - DECAY * rounds) : 0;
    const best = this.#rates.add(Math.max(rate, least), now, Math.max(300, 6 * roundTrip));
    this.rate = this.measured ? best : Math.max(best, FIRST_RATE / 2);
    this.measured = true;
  }

  /**
   * Bytes a millisecond delivered, without compensation for `baseLoss`: by the newest samples, or over half a
   * second where that is more. While an event loop stalls nothing is delivered, and the path carries as much
   * as before.
   */
  sustained(baseLoss: number): number {
    return Math.max(this.deliveryRate, this.#mean * (1 - baseLoss));
  }

  /** By trains of probes the path carries `rate`. Returns whether no more than that was measured since. */
  expect(rate: number, now: Millis): boolean {
    const expected = Math.min(MAX_EXPECTED, rate * EXPECTED_SHARE);
    if (this.measured && this.rate > expected) return false;
    this.replace(expected, now);
    this.measured = true;
    return true;
  }

  /** The path carries much less than it did: there is a queue, and it grows. */
  #fell(carried: number, sendingRate: number, queue: Millis, roundTrip: Millis, now: Millis): boolean {
    const slower = carried < Math.min(this.rate, sendingRate) * FALLEN;
    const less = slower && queue > FALLEN_QUEUE && !this.afterSilence;
    if (!less) {
      this.#fall = undefined;
      return false;
    }
    const fall = (this.#fall ??= { since: now, samples: 0 });
    fall.samples += 1;
    return fall.samples >= FALLEN_SAMPLES && now - fall.since >= FALLEN_ROUNDS * roundTrip;
  }

  /** It is well above what it began with: a search has been under way. */
  get grown(): boolean {
    return this.measured && this.rate > 2 * FIRST_RATE;
  }

  /** It is far below what it was in the last seconds. */
  recovering(now: Millis): boolean {
    return this.rate < RECOVERING * this.#recent.add(this.rate, now, RECENT);
  }

  /** Replaces what was measured before. */
  replace(rate: number, now: Millis): void {
    this.#rates.reset();
    this.#rates.add(rate, now, 0);
    this.rate = rate;
  }

  /** Others share the path from now on, or no longer: our part of it is so many times what it was. */
  scale(factor: number, now: Millis): void {
    this.#samples = [];
    this.#sharedSince = now;
    this.#mean *= factor;
    this.deliveryRate *= factor;
    this.carried *= factor;
    this.sendingRate *= factor;
    this.#fall = undefined;
    this.correct(this.rate * factor, now);
  }

  /** Perhaps over another path: half of what was found, but not less than where nothing is known. */
  reconnect(now: Millis): void {
    this.#samples = [];
    this.#recent.reset();
    this.#mean = 0;
    this.#loweredAt = -Infinity;
    this.#fall = undefined;
    if (this.rate > FIRST_RATE) this.replace(Math.max(FIRST_RATE, this.rate * KEPT_SHARE), now);
  }

  /** What was measured or expected before was more than the path carries: it is not to be recovered. */
  correct(rate: number, now: Millis): void {
    this.#recent.reset();
    this.replace(rate, now);
  }

  /** What slowed us down was not the path's rate: takes the largest of the last seconds. */
  restore(now: Millis): void {
    this.replace(this.#recent.add(this.rate, now, RECENT), now);
  }

  /** After an idle period: keeps the rate, drops the samples. */
  resume(now: Millis): void {
    this.#samples = [];
    if (this.measured) this.#rates.add(this.rate, now, 0);
  }
}
