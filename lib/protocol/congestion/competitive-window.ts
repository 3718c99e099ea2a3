import type { Millis } from '../endpoint.ts';
import { DATA_PACKET } from '../wire/lane-packet.ts';
import { LOSS_WINDOW, type LaneFate, type LossSample } from './loss-estimate.ts';
import { WindowedExtreme } from './windowed-extreme.ts';

/** TCP-friendly AIMD: cut to this share at a loss, growth in packets a round trip (RFC 9438 §4.3). */
const AIMD_CUT = 0.7;
const AIMD_GROWTH = (3 * (1 - AIMD_CUT)) / (1 + AIMD_CUT);
/** Round trips between two back-off probes, length of one in round trips, and its gain. */
const PROBE_INTERVAL_ROUNDS = 25;
const PROBE_LENGTH = 1.5;
const PROBE_GAIN = 0.5;
/**
 * A back-off takes half of what we have in flight out of a queue, whoever shares it. A delay that shrinks by
 * less than this share of the round trip in so many probes in a row, soon after one another, is the path's
 * own.
 */
const ANSWER = 0.1;
const UNANSWERED_PROBES = 3;
const NEXT_PROBE_ROUNDS = 1;
/** Packets sent while backing off from which their loss counts as the path's own. */
const PROBE_PACKETS = 60;
/** After this many round trips without a queue the competing traffic is gone. */
const ALONE_ROUNDS = 3;
const MIN_PACKETS = 4;

interface CompetitiveInput extends LossSample {
  readonly queue: Millis;
  readonly roundTrip: Millis;
  /** Loss without congestion, 0 … 1. */
  readonly baseLoss: number;
  /** The feedback covers an application-limited or lane-limited period. */
  readonly limited: boolean;
  /** A queue shorter than this is empty (ms). */
  readonly emptyQueue: Millis;
  /** Losses by lane, with when the packets were sent. */
  readonly fates: readonly LaneFate[];
}

/** `alone`: nothing else fills the queue. `path`: what looks like a queue is the path's own delay. */
type CompetitionEnd = 'alone' | 'path';

/**
 * Shares a queue with loss-based traffic, where delay control would starve: the window follows AIMD. Now and
 * then it backs off for a moment (back-off probe) to see whether the queue is its own.
 */
export class CompetitiveWindow {
  /** When the queue was last seen. */
  queueSeenAt: Millis;
  /** Bytes in flight. */
  #byteLength: number;
  #cutAt: Millis;
  /** Packets sent since the last cut and resolved since the window was last judged. */
  readonly #counts = { resolved: 0, lost: 0 };
  #probeAt: Millis;
  #probing = false;
  #probedUntil: Millis = -Infinity;
  /** Probes in a row that changed nothing. */
  #unanswered = 0;
  readonly #queues = new WindowedExtreme('min');
  /** The shortest queue before the probe, and since it could show. */
  #queueBefore: Millis | undefined;
  #queueThen: Millis = Infinity;
  /** Packets sent while backing off, in this and earlier probes. */
  readonly #held = { resolved: 0, lost: 0 };

  /** The first probe is at once: an estimate that is a little too high keeps a queue of our own as long. */
  constructor(byteLength: number, now: Millis) {
    this.#byteLength = Math.max(MIN_PACKETS * DATA_PACKET, byteLength);
    this.#cutAt = now;
    this.queueSeenAt = now;
    this.#probeAt = now;
  }

  /** Bytes a millisecond to pace at. */
  rate(roundTrip: Millis, queue: Millis): number {
    const rate = this.#byteLength / (roundTrip + queue);
    return this.#probing ? rate * PROBE_GAIN : rate;
  }

  /** Bytes a millisecond that the window is without a queue. */
  rateAlone(roundTrip: Millis): number {
    return this.#byteLength / roundTrip;
  }

  /** This session's part of the path is so many times what it was. */
  scale(factor: number): void {
    this.#byteLength = Math.max(MIN_PACKETS * DATA_PACKET, this.#byteLength * factor);
  }

  /** Share lost while we back off: not our doing. `undefined`: not known yet. */
  get pathLoss(): number | undefined {
    const { resolved, lost } = this.#held;
    return resolved < PROBE_PACKETS ? undefined : lost / resolved;
  }

  /** Returns why there is nothing to compete with, or `undefined`. */
  update(input: CompetitiveInput, now: Millis): CompetitionEnd | undefined {
    const { queue, roundTrip, emptyQueue } = input;
    const round = roundTrip + queue;
    const sinceProbe = now - this.#probeAt;
    this.#probing = sinceProbe >= 0 && sinceProbe < PROBE_LENGTH * round;
    if (this.#probing) this.#probedUntil = now;
    if (queue >= emptyQueue) this.queueSeenAt = now;
    // Traffic that fills queues does not leave one empty for this long.
    const alone = now - this.queueSeenAt > ALONE_ROUNDS * round;
    if (alone || (sinceProbe >= 0 && queue < emptyQueue)) return 'alone';
    this.#countHeld(input.fates);
    if (this.#judgeProbe(queue, sinceProbe, round, now)) return 'path';
    this.#adapt({ ...input, baseLoss: Math.max(input.baseLoss, this.pathLoss ?? 0) }, round, now);
    return undefined;
  }

  #countHeld(fates: readonly LaneFate[]): void {
    for (const { sentAt, resolved, lost } of fates) {
      if (sentAt < this.#probeAt || sentAt > this.#probedUntil) continue;
      this.#held.resolved += resolved;
      this.#held.lost += lost;
    }
  }

  /** Returns whether the last probes have changed nothing. */
  #judgeProbe(queue: Millis, sinceProbe: Millis, round: Millis, now: Millis): boolean {
    const lowest = this.#queues.add(queue, now, round);
    if (sinceProbe < 0) return false;
    this.#queueBefore ??= lowest;
    if (sinceProbe > round) this.#queueThen = Math.min(this.#queueThen, queue);
    if (sinceProbe <= (PROBE_LENGTH + 1) * round) return false;
    const answered = this.#queueBefore - this.#queueThen > ANSWER * round;
    this.#unanswered = answered ? 0 : this.#unanswered + 1;
    this.#queueBefore = undefined;
    this.#queueThen = Infinity;
    this.#probeAt = now + (answered ? PROBE_INTERVAL_ROUNDS : NEXT_PROBE_ROUNDS) * round;
    return this.#unanswered >= UNANSWERED_PROBES;
  }

  #adapt({ resolved, fates, baseLoss, limited }: CompetitiveInput, round: Millis, now: Millis): void {
    const counts = this.#counts;
    // What was sent before a cut and is lost is of the same overflow: it cuts no second time (RFC 6582).
    for (const { sentAt, resolved: packets, lost } of fates) {
      if (sentAt <= this.#cutAt) continue;
      counts.resolved += packets;
      counts.lost += lost;
    }
    const expected = counts.resolved * baseLoss;
    const congested = counts.lost > expected + 3 * Math.sqrt(expected);
    const due = now - this.#cutAt > round;
    if (due && (congested || counts.resolved > LOSS_WINDOW)) {
      counts.resolved = 0;
      counts.lost = 0;
    }
    if (due && congested) {
      this.#byteLength *= AIMD_CUT;
      this.#cutAt = now;
    } else if (!limited) {
      this.#byteLength += (AIMD_GROWTH * DATA_PACKET * resolved * DATA_PACKET) / this.#byteLength;
    }
    this.#byteLength = Math.max(MIN_PACKETS * DATA_PACKET, this.#byteLength);
  }
}
