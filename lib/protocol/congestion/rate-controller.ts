/**
 * One rate for the sum of all lanes.
 *
 * Model-based, after BBR (Cardwell et al., ACM Queue 2016; draft-ietf-ccwg-bbr): the path is a bottleneck
 * rate and a minimum one-way delay, both estimated from the receiver's feedback. Loss without queueing delay
 * says nothing about congestion and is only compensated. The queue is held near a small target (as Copa, NSDI
 * 2018, and LEDBAT, RFC 6817, do by delay). A queue that does not drain when we back off is competing
 * traffic's (Copa's competitive mode): beside loss-based traffic delay control would starve, so then the
 * window follows TCP-friendly AIMD (RFC 9438 §4.3), with a back-off probe now and then to see whether we are
 * alone again.
 *
 *     startup ──queue or plateau──▶ drain ──queue gone──▶ cruise ◀──alone── contend
 *                                                            └──competing traffic──▶┘
 *
 * Rates are bytes per millisecond, of whole lane messages.
 */
import type { Millis } from '../endpoint.ts';
import { DATA_PACKET } from '../wire/lane-packet.ts';
import { BaseDrain } from './base-drain.ts';
import { BandwidthEstimate, type DeliverySample } from './bandwidth-estimate.ts';
import { CompetitiveWindow } from './competitive-window.ts';
import { ContentionDetector } from './contention.ts';
import { FallingRate } from './falling-rate.ts';
import { LossEstimate, type LaneFate, type LossSample } from './loss-estimate.ts';
import { OverflowTest } from './overflow-test.ts';
import { PROBE_GAIN, ProbeGain } from './probe-gain.ts';
import { QueueEstimate } from './queue-estimate.ts';
import { KNOWN_GAIN, Startup, STARTUP_GAIN, WIDEN_GAIN } from './startup.ts';
import { SLACK } from './round-trip.ts';

/** What one feedback says about the path. */
export interface RateSample extends DeliverySample, LossSample {
  /**
   * Minimum one-way delay of the packets since the last feedback (any fixed offset), ms; `undefined`: none
   * arrived.
   */
  readonly oneWayDelay: Millis | undefined;
  /** Bytes sent after the newest packet delivered. */
  readonly flight: number;
  /** The same losses by lane, each with when its packets were sent. */
  readonly fates: readonly LaneFate[];
  /** Minimum round-trip time of the session, ms. */
  readonly roundTrip: Millis;
  /** Everything has been sent: what still arrives says nothing of the rate. */
  readonly exhausted: boolean;
  /** Only probes are being sent: they show loss and the minimum delay, not rate and queue. */
  readonly idle: boolean;
  /** … and a train of them, or the end of a picture, makes a queue. */
  readonly disturbed: boolean;
}

/** What a train of probes has shown. */
export interface TrainRate {
  /** Bytes a millisecond. */
  readonly rate: number;
  /** From its first arrival to its last, ms. */
  readonly time: Millis;
}

/** What a session is to do that shares an uplink with others of its page (`SharedUplink`). */
export interface UplinkOrder {
  /** Sessions that share it, this one included. */
  readonly sharers: number;
  /** Bytes a millisecond that all of them are paced at; `undefined`: this one finds it out. */
  readonly pace: number | undefined;
}

type Phase =
  | { readonly state: 'startup'; readonly search: Startup }
  | { readonly state: 'drain' | 'cruise' }
  | { readonly state: 'contend'; readonly window: CompetitiveWindow };

/** Name of the phase the controller is in. */
export type RateState = Phase['state'];

/** 64 kbit/s: below this feedback itself would be the load. */
const MIN_RATE = 8;
/** 2 Gbit/s: no browser moves more. */
const MAX_RATE = 250_000;
/**
 * Queue aimed at: above the jitter of two browsers' event loops, far below what a person notices. It grows as
 * the rate shrinks (Copa's target is so many packets), so that of two sessions the slower one yields less.
 */
const TARGET_QUEUE: Millis = 5;
const TARGET_BYTES = 12 * DATA_PACKET;
const MAX_TARGET_QUEUE: Millis = 16;
/** A queue shorter than this is empty. */
const EMPTY_QUEUE: Millis = 12;
const MIN_GAIN = 0.5;
/** The same for as many round trips as Wi-Fi's rate needs to rise again. */
const FIRST_MIN_GAIN = 0.75;
const FIRST_ROUNDS = 2;
/**
 * Round trips within which an excess of queue is drained: more than the loop's delay of one, so that it
 * settles.
 */
const DRAIN_ROUNDS = 1.5;
/** Round-trip time assumed before the first feedback. */
const FIRST_ROUND_TRIP: Millis = 100;

/** A train is believed that took so many times as long as the path's delay varies. */
const TRAIN_OVER_NOISE = 2;
/** Pacing gain where the queue is too short to probe: what is above the path's rate is lost at once. */
const CAPPED_GAIN = 0.98;
/** Probes know the path's loss roughly: so much more ends a search that finds no more rate. */
const OVERFLOW_EXCESS = 0.1;

/** Whose part of an uplink grows by more than this searches for what its own path carries of that. */
const MAX_JUMP = 2;
/** A rate as near as this to the person's limit is held back by that. */
const HELD = 1.05;

const CRUISE: Phase = { state: 'cruise' };

/** Decides the pacing rate from feedback. Pure: `now` is given with every call and never decreases. */
export class RateController {
  #phase: Phase = { state: 'startup', search: new Startup(STARTUP_GAIN, 0) };
  /** Whether the path has ever shown its limit. */
  #limitFound = false;
  #roundTrip: Millis = FIRST_ROUND_TRIP;
  /** When the newest feedback arrived. */
  #now: Millis = 0;
  readonly #bandwidth = new BandwidthEstimate();
  readonly #queueing = new QueueEstimate();
  readonly #losses = new LossEstimate();
  readonly #overflow = new OverflowTest();
  readonly #contention = new ContentionDetector();
  readonly #probe = new ProbeGain();
  readonly #drain = new BaseDrain();
  readonly #falling = new FallingRate();
  /** The path's own delay has changed since the sender last asked. */
  #rebased = false;
  /** A new connection has not shown its limit yet. */
  #reconnected = false;
  /** The person's, bytes a millisecond. */
  #limit = MAX_RATE;
  #order: UplinkOrder = { sharers: 1, pace: undefined };

  get state(): RateState {
    return this.#phase.state;
  }

  /** Bytes a millisecond to pace at now. */
  rate(): number {
    return Math.min(this.#limit, Math.max(MIN_RATE, this.#order.pace ?? this.#ownRate()));
  }

  #ownRate(): number {
    const phase = this.#phase;
    return phase.state === 'contend'
      ? phase.window.rate(this.#roundTrip, this.queue)
      : this.#bandwidth.rate * this.#gain(phase, this.#now);
  }

  /** Sessions that share the uplink, this one included. */
  get sharers(): number {
    return this.#order.sharers;
  }

  /** The model's bottleneck rate, bytes a millisecond. */
  get bottleneck(): number {
    return this.#bandwidth.rate;
  }

  /** Whether the bottleneck rate was ever measured. */
  get knowsRate(): boolean {
    return this.#bandwidth.measured;
  }

  /** Queueing delay by the newest feedback, ms. */
  get queue(): Millis {
    return this.#queueing.delay;
  }

  /** Share of packets lost lately, congestion included, 0 … 1. */
  get loss(): number {
    return this.#losses.share;
  }

  /** The same beyond what the path loses by itself. */
  get excessLoss(): number {
    return Math.max(0, (this.loss - this.baseLoss) / (1 - this.baseLoss));
  }

  /** The person wants no more than this: nothing that the path does holds us back. */
  get held(): boolean {
    return this.#limit < HELD * this.rate();
  }

  /** Loss is so rare that packets may share a message, and its fate. */
  get lowLoss(): boolean {
    return this.#losses.lowLoss;
  }

  /** Loss without congestion, 0 … 0.9: that of rounds with a short queue, or what an overdrive test found. */
  get baseLoss(): number {
    return this.#overflow.baseLoss(this.#losses.baseline ?? 0);
  }

  /** Upper confidence bound on the share lost or late, 0 … 0.9. */
  get lossUpperBound(): number {
    return this.#losses.upperBound(this.baseLoss);
  }

  onFeedback(sample: RateSample, now: Millis): void {
    const { roundTrip } = sample;
    this.#roundTrip = roundTrip;
    this.#losses.update(sample, this.#queueing.longest);
    this.#now = now;
    for (const fate of sample.fates) this.#overflow.count(fate, roundTrip);
    if (sample.oneWayDelay !== undefined) this.#queueing.update(sample.oneWayDelay, roundTrip, now);
    if (sample.idle) {
      // A probe's delay may be an event loop's, not the path's.
      if (sample.oneWayDelay !== undefined && !sample.disturbed) this.#queueing.probed(sample.oneWayDelay);
      return;
    }
    const { queue, baseLoss } = this;
    this.#bandwidth.update(sample, { roundTrip, queue, baseLoss }, now);
    // What the queue says is acted on by the one that finds out the pace.
    if (this.#order.pace !== undefined) return;
    this.#falling.update({
      queue,
      undrainedFor: this.#contention.undrainedFor(now),
      noise: this.#queueing.noise,
      roundTrip,
      flight: sample.flight,
      carried: this.#bandwidth.carried,
      afterSilence: this.#bandwidth.afterSilence,
      sendingRate: this.#bandwidth.sendingRate,
      bandwidth: this.#bandwidth.rate,
    });
    if (this.#phase.state === 'contend') this.#compete(this.#phase.window, sample, now);
    else this.#advance(this.#phase, sample, now);
  }

  /** What the path carries by this train, bytes a millisecond; `undefined`: it has not shown that. */
  shownBy(train: TrainRate | undefined): number | undefined {
    // Where the delay varies by as much as a train takes, its time shows that and not the rate.
    const exact = train !== undefined && train.time >= TRAIN_OVER_NOISE * this.#queueing.noise;
    return exact ? train.rate : undefined;
  }

  /**
   * A transfer starts after an idle period: forgets what only held while packets flowed, keeps the path.
   * @param train what trains of probes have shown
   */
  resume(train: TrainRate | undefined, now: Millis): void {
    // What pictures have shown is better than what trains have.
    const shown = this.#limitFound ? undefined : this.shownBy(train);
    const known = shown !== undefined && this.#bandwidth.expect(shown, now);
    this.#bandwidth.resume(now);
    this.#queueing.reset();
    this.#contention.reset(now);
    this.#overflow.postpone(now);
    this.#now = now;
    this.#probe.restart(now);
    this.#drain.restart(now);
    this.#falling.reset();
    // A small picture ends before the path shows its limit: the next one continues the search.
    // Cruising finds what is missing without an overshoot of a round trip.
    if (known) this.#search(KNOWN_GAIN, now);
    else if (this.#limitFound || (this.#bandwidth.grown && !this.#reconnected)) this.#phase = CRUISE;
    else this.#search(STARTUP_GAIN, now);
  }

  /**
   * Another connection between the same two, perhaps over another path: searches from half the rate of the
   * last one (draft-ietf-tsvwg-careful-resume).
   */
  reconnect(now: Millis): void {
    this.#bandwidth.reconnect(now);
    this.#queueing.rebase();
    this.#rebased = true;
    this.#limitFound = false;
    this.#reconnected = true;
    this.#search(STARTUP_GAIN, now);
  }

  /** The path's own delay has changed since the last call: its round trip is another. */
  takeRebase(): boolean {
    const rebased = this.#rebased;
    this.#rebased = false;
    return rebased;
  }

  /**
   * Paces no faster from now on; what the path carries beyond it is looked for when the limit is raised.
   * @param rate bytes a millisecond; `undefined`: no limit
   */
  limit(rate: number | undefined, now: Millis): void {
    const limit = Math.min(MAX_RATE, Math.max(MIN_RATE, rate ?? MAX_RATE));
    const raised = limit > this.#limit;
    this.#limit = limit;
    if (raised && this.state !== 'startup') this.#search(WIDEN_GAIN, now);
  }

  /** Shares the uplink with others, or no longer; together they send what they did before. */
  share(order: UplinkOrder, now: Millis): void {
    const before = this.#order;
    this.#order = order;
    if (order.pace !== undefined) return;
    const factor = before.sharers / order.sharers;
    if (before.pace !== undefined) {
      this.#leave(before.pace, factor, now);
    } else if (factor !== 1) {
      this.#bandwidth.scale(factor, now);
      if (this.#phase.state === 'startup') this.#phase.search.scale(factor, now);
      else if (this.#phase.state === 'contend') this.#phase.window.scale(factor);
    } else return;
    this.#contention.reshare(now);
    this.#overflow.postpone(now);
    this.#falling.reset();
  }

  /**
   * Follows no more: goes on from where the others are, not from where it was before it followed them, and
   * not from more than its own path may carry.
   */
  #leave(pace: number, factor: number, now: Millis): void {
    const bandwidth = this.#bandwidth;
    const delivered = bandwidth.sustained(this.baseLoss) / (1 - this.baseLoss);
    const unknown = factor > MAX_JUMP || (this.#reconnected && !this.#limitFound);
    bandwidth.scale(((unknown ? 1 : factor) * pace) / bandwidth.rate, now);
    this.#phase = CRUISE;
    if (unknown) this.#search(WIDEN_GAIN, now);
    this.#probe.restart(now);
    this.#drain.restart(now);
    if (this.excessLoss < OVERFLOW_EXCESS || delivered === 0) return;
    bandwidth.correct(Math.min(pace, delivered), now);
    this.#overflow.settle(this.#roundTrip, now);
  }

  /** There are more lanes than when they limited the sender: what the path carries is open again. */
  widen(now: Millis): void {
    if (this.#order.pace !== undefined) return;
    if (this.queue <= EMPTY_QUEUE && this.state !== 'startup') this.#search(WIDEN_GAIN, now);
  }

  #gain(phase: Phase, now: Millis): number {
    const testing = this.#overflow.gain(this.#bandwidth.rate, now);
    if (testing !== undefined) return testing;
    if (phase.state === 'startup') return phase.search.gain(this.#bandwidth.measured);
    const draining = this.#drain.gain;
    if (draining !== undefined) return draining;
    if (this.#overflow.capped(now)) return CAPPED_GAIN;
    const probe = this.#overflow.shallow ? PROBE_GAIN : this.#probe.value;
    const target = Math.min(
      MAX_TARGET_QUEUE,
      TARGET_QUEUE + TARGET_BYTES / (this.#bandwidth.rate * this.#order.sharers),
    );
    const excess = (this.queue - target) / Math.max(40, DRAIN_ROUNDS * this.#roundTrip);
    const patient = this.#contention.undrainedFor(now) < FIRST_ROUNDS * (this.#roundTrip + SLACK);
    const least = patient ? FIRST_MIN_GAIN : MIN_GAIN;
    const gain = Math.max(least, Math.min(probe, 1 - excess + (probe - PROBE_GAIN)));
    return Math.min(gain, this.#falling.gain ?? gain);
  }

  #search(gain: number, now: Millis): void {
    this.#phase = { state: 'startup', search: new Startup(gain, now) };
  }

  #advance(phase: Phase, sample: RateSample, now: Millis): void {
    this.#probe.update(this.queue, this.#roundTrip, this.#bandwidth.recovering(now), now);
    // A queue that is empty while we hold back shows no room.
    if (this.#overflow.testing(now)) this.#probe.restart(now);
    if (phase.state === 'startup') {
      this.#advanceSearch(phase.search, sample, now);
      return;
    }
    this.#drain.update(this.queue, this.#roundTrip, now);
    const drained =
      this.queue < EMPTY_QUEUE || this.#contention.undrainedFor(now) > 4 * this.#roundTrip + 400;
    if (phase.state === 'drain' && drained) this.#phase = CRUISE;
    if (this.#contention.update(this.queue, this.#bandwidth.rate, this.#roundTrip, now)) {
      const byteLength = this.#bandwidth.rate * (this.#roundTrip + this.queue);
      this.#phase = { state: 'contend', window: new CompetitiveWindow(byteLength, now) };
      this.#probe.restart(now);
    }
    this.#testOverflow(now);
  }

  #advanceSearch(search: Startup, { limited, exhausted }: RateSample, now: Millis): void {
    const { deliveryRate, measured } = this.#bandwidth;
    const { queue } = this;
    const roundTrip = this.#roundTrip;
    const overflowing = this.#losses.suspicious && this.#losses.excess > OVERFLOW_EXCESS;
    const end = search.update(
      { queue, roundTrip, deliveryRate, measured, limited, exhausted, overflowing },
      now,
    );
    if (end === undefined) return;
    this.#phase = end === 'queue' ? { state: 'drain' } : CRUISE;
    this.#limitFound = true;
    this.#contention.restart(now);
    // How much of the loss was our own overflow only a slower rate can show.
    const delivered = this.#bandwidth.sustained(this.baseLoss);
    if (end === 'overflow' && delivered > 0) {
      this.#bandwidth.correct(delivered / (1 - this.baseLoss), now);
      this.#overflow.settle(roundTrip, now);
    }
    this.#testOverflow(now);
  }

  #compete(window: CompetitiveWindow, sample: RateSample, now: Millis): void {
    const { queue, baseLoss } = this;
    const roundTrip = this.#roundTrip;
    const end = window.update({ ...sample, queue, roundTrip, baseLoss, emptyQueue: EMPTY_QUEUE }, now);
    const { pathLoss } = window;
    if (pathLoss !== undefined && pathLoss > baseLoss) this.#losses.rebase(pathLoss);
    if (end === undefined) return;
    this.#phase = CRUISE;
    this.#contention.restart(now);
    this.#probe.restart(end === 'path' ? now : window.queueSeenAt);
    if (end === 'alone') {
      this.#bandwidth.replace(Math.min(window.rateAlone(roundTrip), this.#bandwidth.rate), now);
      return;
    }
    // It answers to no back-off, so it is no queue, and there was no reason to slow down for it.
    this.#bandwidth.restore(now);
    this.#queueing.rebase();
    this.#rebased = true;
  }

  #testOverflow(now: Millis): void {
    const { queue } = this;
    const roundTrip = this.#roundTrip;
    const baseline = this.#losses.baseline ?? 0;
    const deliveryRate = this.#bandwidth.sustained(this.baseLoss);
    const { suspicious } = this.#losses;
    const found = this.#overflow.update({ queue, roundTrip, baseline, suspicious, deliveryRate }, now);
    if (found === undefined) return;
    this.#losses.rebase(found.loss);
    if (found.rate === undefined) return;
    this.#bandwidth.correct(found.rate, now);
    this.#phase = CRUISE;
    this.#limitFound = true;
  }
}
