/**
 * One rate for the sum of all lanes.
 *
 * Model-based, after BBR (Cardwell et al., ACM Queue 2016; draft-ietf-ccwg-bbr): the path is a bottleneck rate and a
 * least transit time, both estimated from the receiver's feedback. Loss that comes without queueing delay says nothing
 * about congestion and is only compensated. The queue is held near a small target (as Copa, NSDI 2018, and LEDBAT, RFC 6817,
 * do by delay), and a queue that does not go away when we hold back belongs to somebody else: then the target rises, so
 * that a loss-based neighbour cannot starve us (Copa's competitive mode).
 *
 *     startup ──queue or plateau──▶ drain ──queue gone──▶ cruise
 *
 * Rates are bytes per millisecond, of whole lane messages.
 */
import { WindowedExtreme } from './filters.ts';
import type { Millis } from './contract.ts';

export type RateState = 'startup' | 'drain' | 'cruise';

export interface RateSample {
  /** Receiver's clock, ms: free of the jitter of the feedback's way back. */
  readonly clock: Millis;
  /** Bytes out of the lanes, whole session. */
  readonly delivered: number;
  /** Least transit of the packets since the last feedback (any fixed offset), ms; `undefined`: none came. */
  readonly transit: Millis | undefined;
  readonly settled: number;
  readonly lost: number;
  /** Least round trip, ms. */
  readonly roundTrip: Millis;
  /** The sender had nothing to send, or no lane to send it on: the sample is a lower bound. */
  readonly limited: boolean;
}

/** 8 Mbit/s: a video call's worth, delivered by nearly every path of today; doubled each round trip from there. */
const FIRST_RATE = 1000;
/** 64 kbit/s: below this feedback itself would be the load. */
const LEAST_RATE = 8;
/** 2 Gbit/s: no browser moves more. */
const GREATEST_RATE = 250_000;
const STARTUP_GAIN = 2;
/** A queue this long (or a quarter of the round trip) ends the startup: the path is full. */
const STARTUP_QUEUE: Millis = 20;
/** Queue aimed at: above the jitter of two browsers' event loops, far below what a person notices. */
const TARGET_QUEUE: Millis = 12;
/** Competitive mode aims at no more than this: the queue of a home router, and less than our promise of 150 ms. */
const GREATEST_TARGET: Millis = 110;
/** Gain while the queue is empty: probes for more by so much each round trip. */
const PROBE_GAIN = 1.08;
const LEAST_GAIN = 0.5;
/** An excess of queue is worked off within so many round trips: more than the loop's delay of one, so that it settles. */
const DRAIN_ROUNDS = 1.5;
/** Loss beyond the path's own that no neighbour's sawtooth explains. */
const FLOOD_LOSS = 0.08;
/** Loss seen while the queue was longer than this may be the queue's overflow and says nothing of the path's own. */
const CLEAN_QUEUE: Millis = 40;
/**
 * A path that loses this much and never shows a queue may be one with hardly any buffer, overdriven by us: then one
 * round in `DIP_ROUNDS` holds back, and its loss is the path's own.
 */
const DIP_LOSS = 0.02;
const DIP_ROUNDS = 8;
const DIP_GAIN = 0.85;
const BASE_WINDOW: Millis = 30_000;
/** Packets over which a round's loss is worth a sample. */
const LOSS_ROUND_PACKETS = 60;
/** An empty queue for a second, third … round trip: the path has more room than we thought, so probe harder each time. */
const PROBE_STEP = 0.08;
const GREATEST_PROBE = 1.5;

interface Point {
  readonly clock: Millis;
  readonly delivered: number;
  readonly limited: boolean;
}

export class RateController {
  state: RateState = 'startup';
  /** Bottleneck rate by the model. */
  private bandwidth = FIRST_RATE;
  private measured = false;
  private readonly rates = new WindowedExtreme('max');
  private readonly base = new WindowedExtreme('min');
  private readonly transits = new WindowedExtreme('min');
  private readonly queues = new WindowedExtreme('max');
  private points: Point[] = [];
  private target = TARGET_QUEUE;
  private lastDrained: Millis = 0;
  private lastRaised: Millis = 0;
  private plateauRate = 0;
  private plateauSince: Millis = 0;
  private roundSettled = 0;
  private roundLost = 0;
  /** Loss of rounds without a queue. */
  private cleanLoss: number | undefined;
  private queueSeenAt: Millis = 0;
  private emptySince: Millis = 0;
  private limitedAt: Millis = -Infinity;
  private probe = PROBE_GAIN;
  private dipFrom: Millis = 0;
  private dipUntil: Millis = 0;
  private nextDipAt: Millis = 0;
  private dipping = false;
  private dipSettled = 0;
  private dipLost = 0;
  /** What a dip found the path's own loss to be at most, for so long. */
  private ceiling = 1;
  private ceilingUntil: Millis = 0;
  private roundTrip: Millis = 100;
  /** Share of packets lost lately, congestion included. */
  loss = 0;
  /** Queueing delay by the newest feedback, ms. */
  queue: Millis = 0;

  /** Bytes a millisecond to pace at now. */
  rate(): number {
    return Math.min(GREATEST_RATE, Math.max(LEAST_RATE, this.bandwidth * this.gain()));
  }

  /** The model's bottleneck rate, bytes a millisecond. */
  get bottleneck(): number {
    return this.bandwidth;
  }

  /** Whether the bottleneck rate was ever measured. */
  get knowsRate(): boolean {
    return this.measured;
  }

  /** Loss that comes without congestion: that of rounds without a queue, or what holding back found it to be. */
  get baseLoss(): number {
    return Math.min(0.9, this.ceiling, this.cleanLoss ?? 0);
  }

  private gain(): number {
    if (this.state === 'startup') return this.measured ? STARTUP_GAIN : 1;
    if (this.dipping) return DIP_GAIN;
    const excess = (this.queue - this.target) / Math.max(40, DRAIN_ROUNDS * this.roundTrip);
    return Math.max(LEAST_GAIN, Math.min(this.probe, 1 - excess + (this.probe - PROBE_GAIN)));
  }

  onFeedback(sample: RateSample, now: Millis): void {
    this.roundTrip = sample.roundTrip;
    if (sample.limited) this.limitedAt = now;
    this.countLoss(sample, now);
    if (sample.transit !== undefined) this.measureQueue(sample.transit, now);
    this.measureRate(sample, now);
    this.advance(now);
  }

  /** Forgets what only held while packets flowed, keeps the path: called when a transfer starts after silence. */
  resume(now: Millis): void {
    this.points = [];
    this.transits.reset();
    this.queue = 0;
    this.emptySince = now;
    if (this.measured) this.rates.add(this.bandwidth, now, 0);
  }

  /** More lanes stand than when they held the sender back: what the path carries is open again. */
  widen(now: Millis): void {
    if (this.queue > this.target) return;
    this.state = 'startup';
    this.plateauRate = 0;
    this.plateauSince = now;
  }

  private countLoss(sample: RateSample, now: Millis): void {
    this.roundSettled += sample.settled;
    this.roundLost += sample.lost;
    if (sample.settled > 0) {
      const lossNow = Math.min(1, sample.lost / sample.settled);
      this.loss += (lossNow - this.loss) * Math.min(0.5, sample.settled / 300);
    }
    // What a dip sends comes back a round trip later.
    if (now > this.dipFrom + this.roundTrip && now < this.dipUntil + this.roundTrip) {
      this.dipSettled += sample.settled;
      this.dipLost += sample.lost;
    }
    if (this.roundSettled < LOSS_ROUND_PACKETS) return;
    const share = Math.min(0.9, this.roundLost / this.roundSettled);
    // Losses show a while after the queue that caused them: a lane tells of one only with its next packet.
    if ((this.queues.get() ?? 0) < CLEAN_QUEUE) {
      const weight = Math.min(0.3, this.roundSettled / 500);
      this.cleanLoss =
        this.cleanLoss === undefined ? share : this.cleanLoss + (share - this.cleanLoss) * weight;
    }
    this.roundSettled = 0;
    this.roundLost = 0;
  }

  private measureQueue(transit: Millis, now: Millis): void {
    this.base.add(transit, now, BASE_WINDOW);
    // The least of a few feedbacks: one late batch of the receiver's event loop is not a queue.
    this.transits.add(transit, now, Math.max(15, this.roundTrip / 8));
    this.queue = Math.max(0, (this.transits.get() as number) - (this.base.get() as number));
    this.queues.add(this.queue, now, Math.max(600, 4 * this.roundTrip));
  }

  private measureRate(sample: RateSample, now: Millis): void {
    const points = this.points;
    const last = points.at(-1);
    if (last !== undefined && sample.clock <= last.clock) return;
    points.push({ clock: sample.clock, delivered: sample.delivered, limited: sample.limited });
    const span = Math.max(40, this.roundTrip / 2);
    while (points.length > 2 && (points[1] as Point).clock <= sample.clock - span) points.shift();
    const first = points[0] as Point;
    const elapsed = sample.clock - first.clock;
    if (elapsed < span / 2) return;
    const rate = (sample.delivered - first.delivered) / elapsed / (1 - this.baseLoss);
    const limited = points.some((point) => point.limited);
    if (limited && rate <= this.bandwidth) return;
    this.rates.add(rate, now, Math.max(300, 6 * this.roundTrip));
    const best = this.rates.get() as number;
    this.bandwidth = this.measured ? best : Math.max(best, FIRST_RATE / 2);
    this.measured = true;
  }

  private advance(now: Millis): void {
    const { queue } = this;
    this.probeHarder(now);
    if (this.state === 'startup') {
      // What lanes or the source hold back says nothing of the path.
      if (this.bandwidth > this.plateauRate * 1.2 || this.limitedAt === now) {
        this.plateauRate = this.bandwidth;
        this.plateauSince = now;
      }
      const full = queue > Math.max(STARTUP_QUEUE, this.roundTrip / 4);
      const plateau =
        this.measured && this.plateauRate > 0 && now - this.plateauSince > 3 * this.roundTrip + 60;
      if (full || plateau) {
        this.state = full ? 'drain' : 'cruise';
        this.lastDrained = now;
      }
      return;
    }
    if (
      this.state === 'drain' &&
      (queue < this.target || now - this.lastDrained > 4 * this.roundTrip + 400)
    ) {
      this.state = 'cruise';
    }
    this.compete(now);
    this.dip(now);
  }

  /** Somebody else keeps the queue full while we hold back: aim higher, and come down again little by little. */
  private compete(now: Millis): void {
    const { queue } = this;
    if (queue < this.target * 1.5 + 5) this.lastDrained = now;
    const patience = Math.max(400, 5 * this.roundTrip);
    if (this.loss > this.baseLoss + FLOOD_LOSS) {
      // The queue overflows for our own doing.
      this.target = TARGET_QUEUE;
      this.lastDrained = now;
    } else if (now - this.lastDrained > patience && now - this.lastRaised > patience / 2) {
      this.target = Math.min(GREATEST_TARGET, this.target * 1.5);
      this.lastRaised = now;
    } else {
      this.target = Math.max(TARGET_QUEUE, this.target * 0.997);
    }
  }

  private dip(now: Millis): void {
    if (this.queue > this.target / 2) this.queueSeenAt = now;
    const round = this.roundTrip + 20;
    this.dipping = now < this.dipUntil;
    if (now > this.ceilingUntil) this.ceiling = 1;
    if (this.dipSettled >= LOSS_ROUND_PACKETS && now > this.dipUntil + this.roundTrip) {
      const share = this.dipLost / this.dipSettled;
      if (share < (this.cleanLoss ?? 0) * 0.6) {
        this.ceiling = share;
        this.ceilingUntil = now + 4 * DIP_ROUNDS * round;
      }
      this.dipSettled = 0;
    }
    if (now < this.nextDipAt) return;
    this.nextDipAt = now + DIP_ROUNDS * round;
    const busy = now - this.limitedAt > round;
    if (busy && this.baseLoss > DIP_LOSS && now - this.queueSeenAt > DIP_ROUNDS * round) {
      this.dipFrom = now;
      this.dipUntil = now + round;
      this.dipSettled = 0;
      this.dipLost = 0;
    }
  }

  private probeHarder(now: Millis): void {
    if (this.queue > this.target / 3 || this.limitedAt === now) this.emptySince = now;
    const rounds = (now - this.emptySince) / (this.roundTrip + 20);
    this.probe = Math.min(GREATEST_PROBE, PROBE_GAIN + Math.max(0, rounds - 1) * PROBE_STEP);
  }
}
