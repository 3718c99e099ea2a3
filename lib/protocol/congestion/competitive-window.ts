import type { Millis } from '../endpoint.ts';
import { DATA_PACKET } from '../wire/lane-packet.ts';
import { LOSS_WINDOW, type LossSample } from './loss-estimate.ts';

/** TCP-friendly AIMD: cut to this share at a loss, growth in packets a round trip (RFC 9438 §4.3). */
const AIMD_CUT = 0.7;
const AIMD_GROWTH = (3 * (1 - AIMD_CUT)) / (1 + AIMD_CUT);
/** Round trips between two back-off probes, length of one in round trips, and its gain. */
const PROBE_INTERVAL_ROUNDS = 25;
const PROBE_LENGTH = 1.5;
const PROBE_GAIN = 0.5;
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
}

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
  /** Packets since the window was last judged. */
  readonly #counts = { resolved: 0, lost: 0 };
  #probeAt: Millis;
  #probing = false;

  /** The first probe is at once: an estimate that is a little too high keeps a queue of our own as long. */
  constructor(byteLength: number, now: Millis) {
    this.#byteLength = byteLength;
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

  /** Returns whether we are alone on the path (again). */
  update(input: CompetitiveInput, now: Millis): boolean {
    const { queue, roundTrip, emptyQueue } = input;
    const round = roundTrip + queue;
    const sinceProbe = now - this.#probeAt;
    this.#probing = sinceProbe >= 0 && sinceProbe < PROBE_LENGTH * round;
    if (queue >= emptyQueue) this.queueSeenAt = now;
    // Traffic that fills queues does not leave one empty for this long.
    const alone = now - this.queueSeenAt > ALONE_ROUNDS * round;
    if (alone || (sinceProbe >= 0 && queue < emptyQueue)) return true;
    if (sinceProbe > (PROBE_LENGTH + 1) * round) this.#probeAt = now + PROBE_INTERVAL_ROUNDS * round;
    this.#adapt(input, round, now);
    return false;
  }

  #adapt({ resolved, lost, baseLoss, limited }: CompetitiveInput, round: Millis, now: Millis): void {
    const counts = this.#counts;
    counts.resolved += resolved;
    counts.lost += lost;
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
