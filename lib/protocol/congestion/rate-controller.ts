/**
 * One rate for the sum of all lanes.
 *
 * Model-based, after BBR (Cardwell et al., ACM Queue 2016; draft-ietf-ccwg-bbr): the path is a bottleneck rate and a
 * least transit time, both estimated from the receiver's feedback. Loss that comes without queueing delay says nothing
 * about congestion and is only compensated. The queue is held near a small target (as Copa, NSDI 2018, and LEDBAT, RFC 6817,
 * do by delay). A queue that does not go away when we hold back belongs to somebody else (Copa's competitive mode): beside
 * a loss-based neighbour delay control would starve, so then the window follows TCP-friendly AIMD (RFC 9438 §4.3), and now
 * and then we hold back for a moment to see whether we are alone again.
 *
 *     startup ──queue or plateau──▶ drain ──queue gone──▶ cruise ◀──alone── contend
 *                                                            └──somebody's queue──▶┘
 *
 * Rates are bytes per millisecond, of whole lane messages.
 */
import { WindowedExtreme } from './filters.ts';
import type { Millis } from '../endpoint.ts';

export type RateState = 'startup' | 'drain' | 'cruise' | 'contend';

export interface RateSample {
  /** Receiver's clock, ms: free of the jitter of the feedback's way back. */
  readonly clock: Millis;
  /** Bytes out of the lanes, whole session. */
  readonly delivered: number;
  /** Of the packets that came out, when the latest was sent (any fixed offset), and the bytes sent by then, whole session. */
  readonly newestSentAt: Millis;
  readonly sent: number;
  /** Least transit of the packets since the last feedback (any fixed offset), ms; `undefined`: none came. */
  readonly transit: Millis | undefined;
  readonly settled: number;
  readonly lost: number;
  /** Lost or given up as lost, less those given up that came after all. */
  readonly late: number;
  /** Least round trip, ms. */
  readonly roundTrip: Millis;
  /** The sender had nothing to send, or no lane to send it on: the sample is a lower bound. */
  readonly limited: boolean;
  /** Nothing is being sent but probes: tells of loss and of the least transit, not of rate and queue. */
  readonly idle: boolean;
}

/** 8 Mbit/s: for the one round trip until feedback tells, what most paths of today carry and the others queue. */
const FIRST_RATE = 1000;
/** 64 kbit/s: below this feedback itself would be the load. */
const LEAST_RATE = 8;
/** 2 Gbit/s: no browser moves more. */
const GREATEST_RATE = 250_000;
/** 4 ln 2: doubles what comes out each round trip, as in BBR (draft-ietf-ccwg-bbr §2.5). */
const STARTUP_GAIN = 2.77;
/** The rate is near what fewer lanes carried: twice that for a round trip would only fill the queue. */
const WIDEN_GAIN = 1.4;
/**
 * A queue this long (or a quarter of the round trip) ends the startup: the path is full. If it goes away within half a round trip
 * although the rate is kept, it was some event loop's (as HyStart++ goes back to slow start, RFC 9406 §4.2).
 */
const STARTUP_QUEUE: Millis = 20;
/** Queue aimed at: above the jitter of two browsers' event loops, far below what a person notices. */
const TARGET_QUEUE: Millis = 12;
/** A queue that stays above this although we hold back is somebody else's; so is a shorter one before which we give way. */
const FOREIGN_QUEUE: Millis = 24;
const YIELDING_QUEUE: Millis = 15;
const YIELDED = 0.85;
const YIELD_WINDOW: Millis = 20_000;
/** TCP-friendly AIMD: cut to so much at a loss, grow by so many packets a round trip (RFC 9438 §4.3). */
const AIMD_CUT = 0.7;
const AIMD_GROWTH = (3 * (1 - AIMD_CUT)) / (1 + AIMD_CUT);
/** Round trips between two looks whether we are alone, how long we hold back for one, and how much. */
const LOOK_ROUNDS = 25;
const LOOK_LENGTH = 1.5;
const LOOK_GAIN = 0.5;
/** So many round trips without a queue, and the other one is gone. */
const ALONE_ROUNDS = 3;
/** A packet in the window's additive growth. */
const PACKET = 1040;
/** Gain while the queue is empty: probes for more by so much each round trip. */
const PROBE_GAIN = 1.08;
const LEAST_GAIN = 0.5;
/** An excess of queue is worked off within so many round trips: more than the loop's delay of one, so that it settles. */
const DRAIN_ROUNDS = 1.5;
/** Loss seen while the queue was longer than this may be the queue's overflow and says nothing of the path's own. */
const CLEAN_QUEUE: Millis = 40;
/**
 * A path that loses this much and never shows a queue may be one with hardly any buffer, overdriven by us: then one
 * round in `DIP_ROUNDS` holds back, and its loss is the path's own.
 */
const DIP_LOSS = 0.03;
const DIP_ROUNDS = 12;
const DIP_PACKETS = 40;
const DIP_GAIN = 0.85;
const BASE_WINDOW: Millis = 30_000;
/** Packets over which a round's loss is worth a sample. */
const LOSS_ROUND_PACKETS = 60;
/** Packets that the present loss is averaged over. */
const LOSS_WINDOW = 300;
/** Standard errors of the loss that a place without a second chance is prepared for. */
const LOSS_ERRORS = 1.5;
/** Lateness counts as loss there, but by so much at most: after a stall of some event loop nearly all is late, and all comes. */
const LATE_BEYOND_LOST = 0.03;
/** An empty queue for a second, third … round trip: the path has more room than we thought, so probe harder each time. */
const PROBE_STEP = 0.08;
const GREATEST_PROBE = 1.5;

/**
 * A path is clean when it lost less than the first share, and is so until it loses more than the second, which is the same
 * path's when ten packets are lost together; both of the last so many packets, and of the first at least.
 */
const CLEAN_BELOW = 0.002;
const CLEAN_UNTIL = 0.02;
const CLEAN_WINDOW = 3000;
const CLEAN_LEAST = 1000;

/** Round trips that a rate is taken over. */
const SPAN = 0.5;

interface Point {
  readonly clock: Millis;
  readonly delivered: number;
  readonly newestSentAt: Millis;
  readonly sent: number;
  readonly limited: boolean;
}

export class RateController {
  state: RateState = 'startup';
  /** Bottleneck rate by the model. */
  private bandwidth = FIRST_RATE;
  private measured = false;
  /** Whether the path ever showed its limit. */
  private filled = false;
  private startupGain = STARTUP_GAIN;
  private readonly rates = new WindowedExtreme('max');
  private readonly base = new WindowedExtreme('min');
  private readonly transits = new WindowedExtreme('min');
  private readonly best = new WindowedExtreme('max');
  private readonly queues = new WindowedExtreme('max');
  private points: Point[] = [];
  private lastDrained: Millis = 0;
  /** Bytes in flight while contending. */
  private window = 0;
  private cutAt: Millis = 0;
  /** Packets since the window was last judged. */
  private contendedSettled = 0;
  private contendedLost = 0;
  /** The longest queue since it was last drained. */
  private peak: Millis = 0;
  private lookAt: Millis = 0;
  private looking = false;
  /** Bytes a millisecond that come out, as measured last. */
  private deliveryRate = 0;
  /** Since when the startup sees a queue. */
  private fullSince: Millis | undefined;
  private plateauRate = 0;
  private plateauSince: Millis = 0;
  /** Counts that fade as packets follow. */
  private readonly lately = { settled: 0, lost: 0, late: 0 };
  private readonly long = { settled: 0, lost: 0 };
  /** So little is lost that packets may share their fate. */
  clean = false;
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
  /** What came out when the dip began. */
  private dipFloor = 0;
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
    const rate = this.state === 'contend' ? this.contendingRate() : this.bandwidth * this.gain();
    return Math.min(GREATEST_RATE, Math.max(LEAST_RATE, rate));
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

  /** Share lost or late that is hardly exceeded, by so few packets as have told: the estimate and its standard error (binomial). */
  get likelyLoss(): number {
    const packets = this.lately.settled;
    if (packets === 0) return 0;
    const lost = Math.max(this.loss, this.baseLoss);
    const late = Math.min(1, this.lately.late / packets, lost + LATE_BEYOND_LOST);
    const share = Math.max(late, 1 / LOSS_WINDOW);
    return Math.min(0.9, late + LOSS_ERRORS * Math.sqrt((share * (1 - share)) / packets));
  }

  private gain(): number {
    if (this.dipping) return Math.min(DIP_GAIN, (this.dipFloor * DIP_GAIN) / this.bandwidth);
    if (this.state === 'startup') return this.measured && this.fullSince === undefined ? this.startupGain : 1;
    const excess = (this.queue - TARGET_QUEUE) / Math.max(40, DRAIN_ROUNDS * this.roundTrip);
    return Math.max(LEAST_GAIN, Math.min(this.probe, 1 - excess + (this.probe - PROBE_GAIN)));
  }

  onFeedback(sample: RateSample, now: Millis): void {
    this.roundTrip = sample.roundTrip;
    if (sample.limited) this.limitedAt = now;
    this.countLoss(sample, now);
    if (sample.transit !== undefined) this.measureQueue(sample.transit, now);
    // A late probe is some event loop's queue, not the path's.
    if (sample.idle) return;
    this.measureRate(sample, now);
    if (this.state === 'contend') this.contend(sample, now);
    else this.advance(now);
  }

  /** Forgets what only held while packets flowed, keeps the path: called when a transfer starts after silence. */
  resume(now: Millis): void {
    this.points = [];
    this.transits.reset();
    this.queues.reset();
    this.queue = 0;
    this.peak = 0;
    this.lastDrained = now;
    this.queueSeenAt = now;
    this.emptySince = now;
    if (this.measured) this.rates.add(this.bandwidth, now, 0);
    this.dipping = false;
    this.dipUntil = now;
    this.nextDipAt = now + DIP_ROUNDS * (this.roundTrip + 20);
    // A small picture ends before it has shown what the path carries: the next one goes on looking.
    if (this.filled) this.state = 'cruise';
    else this.look(STARTUP_GAIN, now);
  }

  /** More lanes stand than when they held the sender back: what the path carries is open again. */
  widen(now: Millis): void {
    if (this.queue <= TARGET_QUEUE && this.state !== 'startup') this.look(WIDEN_GAIN, now);
  }

  private look(gain: number, now: Millis): void {
    this.state = 'startup';
    this.startupGain = gain;
    this.fullSince = undefined;
    this.plateauRate = 0;
    this.plateauSince = now;
  }

  private countLoss(sample: RateSample, now: Millis): void {
    this.roundSettled += sample.settled;
    this.roundLost += sample.lost;
    const keep = Math.max(0, 1 - sample.settled / LOSS_WINDOW);
    this.lately.settled = this.lately.settled * keep + sample.settled;
    this.lately.lost = Math.max(0, this.lately.lost * keep + sample.lost);
    this.lately.late = Math.max(0, this.lately.late * keep + sample.late);
    this.judgeClean(sample);
    if (this.lately.settled > 0) this.loss = Math.min(1, this.lately.lost / this.lately.settled);
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

  private judgeClean({ settled, lost }: RateSample): void {
    const { long } = this;
    const keep = Math.max(0, 1 - settled / CLEAN_WINDOW);
    long.settled = long.settled * keep + settled;
    long.lost = Math.max(0, long.lost * keep + lost);
    const share = long.lost / long.settled;
    if (share > CLEAN_UNTIL) this.clean = false;
    else if (share < CLEAN_BELOW && long.settled >= CLEAN_LEAST) this.clean = true;
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
    const { clock, delivered, newestSentAt, sent, limited: heldBack } = sample;
    points.push({ clock, delivered, newestSentAt, sent, limited: heldBack });
    const span = Math.max(40, this.roundTrip * SPAN);
    while (points.length > 2 && (points[1] as Point).clock <= clock - span) points.shift();
    const first = points[0] as Point;
    const elapsed = clock - first.clock;
    if (elapsed < span / 2) return;
    this.deliveryRate = (delivered - first.delivered) / elapsed;
    // What an event loop held back and now hands over at once was not sent at once (BBR's rate sample).
    const sending = newestSentAt - first.newestSentAt;
    // Written so that it holds too while a receiver has told of no packet that was sent (−∞ − −∞).
    if (!(sending >= span / 4)) return;
    const rate = Math.min(this.deliveryRate / (1 - this.baseLoss), (sent - first.sent) / sending);
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
      // Uncompensated, since with a short queue our own overflow would look like the path's loss.
      // What lanes or the source hold back says nothing of the path.
      if (this.deliveryRate > this.plateauRate * 1.2 || this.limitedAt === now) {
        this.plateauRate = Math.max(this.plateauRate, this.deliveryRate);
        this.plateauSince = now;
      }
      if (queue <= Math.max(STARTUP_QUEUE, this.roundTrip / 4)) this.fullSince = undefined;
      else this.fullSince ??= now;
      const full = this.fullSince !== undefined && now - this.fullSince >= this.roundTrip / 2;
      const plateau =
        this.measured && this.plateauRate > 0 && now - this.plateauSince > 3 * this.roundTrip + 60;
      this.dip(now);
      if (!full && !plateau) return;
      this.state = full ? 'drain' : 'cruise';
      this.filled = true;
      this.lastDrained = now;
      if (plateau && this.loss > DIP_LOSS) {
        // Which part of the loss was our overflow only a slower rate will tell.
        this.rates.reset();
        this.rates.add(this.plateauRate, now, 0);
        this.bandwidth = this.plateauRate;
        this.cleanLoss = undefined;
      }
      return;
    }
    if (
      this.state === 'drain' &&
      (queue < TARGET_QUEUE || now - this.lastDrained > 4 * this.roundTrip + 400)
    ) {
      this.state = 'cruise';
    }
    this.compete(now);
    this.dip(now);
  }

  /** Somebody else keeps the queue full while we hold back. */
  private compete(now: Millis): void {
    this.best.add(this.bandwidth, now, YIELD_WINDOW);
    const yielding = this.bandwidth < (this.best.get() as number) * YIELDED;
    this.peak = Math.max(this.peak, this.queue);
    if (this.queue < (yielding ? YIELDING_QUEUE : FOREIGN_QUEUE)) {
      this.lastDrained = now;
      this.peak = 0;
    }
    // Holding back by half takes twice a queue's length to work it off, if it is ours.
    if (now - this.lastDrained < Math.max(400, 6 * this.roundTrip) + 3 * this.peak) return;
    this.state = 'contend';
    this.window = this.bandwidth * (this.roundTrip + this.queue);
    this.cutAt = now;
    this.emptySince = now;
    this.contendedLost = 0;
    this.contendedSettled = 0;
    // An estimate that is a little too high keeps a queue of our own as long: the first thing is to see whose it is.
    this.lookAt = now;
  }

  private contendingRate(): number {
    const rate = this.window / (this.roundTrip + this.queue);
    return this.looking ? rate * LOOK_GAIN : rate;
  }

  private contend(sample: RateSample, now: Millis): void {
    const round = this.roundTrip + this.queue;
    const looked = now - this.lookAt;
    this.looking = looked >= 0 && looked < LOOK_LENGTH * round;
    if (this.queue >= TARGET_QUEUE) this.emptySince = now;
    // Nobody who fills queues leaves one empty for so long.
    const alone = now - this.emptySince > ALONE_ROUNDS * round;
    if (alone || (looked >= 0 && this.queue < TARGET_QUEUE)) {
      this.state = 'cruise';
      this.looking = false;
      this.lastDrained = now;
      const rate = Math.min(this.window / this.roundTrip, this.bandwidth);
      this.rates.reset();
      this.rates.add(rate, now, 0);
      this.bandwidth = rate;
      return;
    }
    if (looked > (LOOK_LENGTH + 1) * round) this.lookAt = now + LOOK_ROUNDS * round;
    this.contendedSettled += sample.settled;
    this.contendedLost += sample.lost;
    const expected = this.contendedSettled * this.baseLoss;
    const beyond = this.contendedLost > expected + 3 * Math.sqrt(expected);
    const due = now - this.cutAt > round;
    if (due && (beyond || this.contendedSettled > LOSS_WINDOW)) {
      this.contendedSettled = 0;
      this.contendedLost = 0;
    }
    if (due && beyond) {
      this.window *= AIMD_CUT;
      this.cutAt = now;
    } else if (!sample.limited) {
      this.window += (AIMD_GROWTH * PACKET * sample.settled * PACKET) / this.window;
    }
    this.window = Math.max(4 * PACKET, this.window);
  }

  /** Holds back for a round trip, to see whether the path loses less then: what it loses less is our own overflow. */
  private dip(now: Millis): void {
    if (this.queue > TARGET_QUEUE / 2) this.queueSeenAt = now;
    const round = this.roundTrip + 20;
    this.dipping = now < this.dipUntil;
    if (now > this.ceilingUntil) this.ceiling = 1;
    if (this.dipSettled >= DIP_PACKETS && now > this.dipUntil + this.roundTrip) {
      const share = this.dipLost / this.dipSettled;
      if (share < (this.cleanLoss ?? 0) * 0.5) {
        this.ceiling = share;
        this.ceilingUntil = now + 4 * DIP_ROUNDS * round;
        this.rates.reset();
        this.rates.add(this.dipFloor, now, 0);
        this.bandwidth = this.dipFloor;
        this.state = 'cruise';
      }
      this.dipSettled = 0;
    }
    if (now < this.nextDipAt) return;
    if (this.baseLoss < DIP_LOSS || now - this.queueSeenAt < 3 * round) return;
    this.nextDipAt = now + DIP_ROUNDS * round;
    this.dipFrom = now;
    this.dipUntil = now + round;
    this.dipFloor = this.deliveryRate;
    this.dipSettled = 0;
    this.dipLost = 0;
  }

  private probeHarder(now: Millis): void {
    // Where lanes hold us back a higher rate costs nothing: their windows bound it.
    if (this.queue > TARGET_QUEUE / 3) this.emptySince = now;
    const rounds = (now - this.emptySince) / (this.roundTrip + 20);
    this.probe = Math.min(GREATEST_PROBE, PROBE_GAIN + Math.max(0, rounds - 1) * PROBE_STEP);
  }
}
