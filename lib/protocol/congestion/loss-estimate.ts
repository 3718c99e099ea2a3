/** The path's loss from resolved packets, with the bound that repair is planned for. */
import type { Millis } from '../endpoint.ts';

/** Packets over which the present loss is averaged. */
export const LOSS_WINDOW = 300;
/** Packets of a round from which its loss is worth a sample. */
const ROUND_PACKETS = 60;
/**
 * A round that loses this much more than the path does, and so many standard errors, is suspicious: a queue
 * may overflow that is too short to show a delay. Judged over `SUSPICIOUS_PACKETS`.
 */
const SUSPICIOUS_EXCESS = 0.03;
const SUSPICIOUS_ERRORS = 3;
const SUSPICIOUS_PACKETS = 120;
/**
 * Loss while the queue was longer than this (ms) may be the queue's overflow and says nothing of the path's
 * own.
 */
const LOW_QUEUE: Millis = 40;
/** Standard errors added to the loss for blocks that get no second chance. */
const UPPER_ERRORS = 1.5;
/**
 * Late packets count as lost there, but only up to this share: after a stall of an event loop nearly all are
 * late, and all arrive.
 */
const LATE_BEYOND_LOST = 0.03;
/** No repair budget grows without limit. */
export const MAX_LOSS = 0.9;

/**
 * A path is low-loss once it lost less than the first share, until it loses more than the second (which ten
 * packets lost together reach on the same path); both of the last `LOW_LOSS_WINDOW` packets, and of
 * `LOW_LOSS_PACKETS` at least.
 */
const LOW_LOSS_BELOW = 0.002;
const LOW_LOSS_UNTIL = 0.02;
const LOW_LOSS_WINDOW = 3000;
const LOW_LOSS_PACKETS = 1000;

/** Packets whose fate became known. */
export interface LossSample {
  /** Acknowledged or declared lost. */
  readonly resolved: number;
  readonly lost: number;
  /** Lost or declared lost by the timeout, less those declared so that arrived after all; may be negative. */
  readonly late: number;
}

/** Packets that one lane reported of. */
export interface LaneFate {
  /** When the first of them was sent. */
  readonly sentAt: Millis;
  readonly resolved: number;
  readonly lost: number;
}

/** Share of packets lost: lately, over the long run, and while the queue was short. */
export class LossEstimate {
  /** Share of packets lost lately, congestion included, 0 … 1. */
  share = 0;
  /** Loss is so rare that packets may share a message, and its fate. */
  lowLoss = false;
  /** Loss of rounds with a short queue; `undefined` before the first. */
  baseline: number | undefined;
  /** Counts that fade as packets follow. */
  readonly #recent = { resolved: 0, lost: 0, late: 0 };
  readonly #longRun = { resolved: 0, lost: 0 };
  readonly #round = { resolved: 0, lost: 0 };
  /** By how much more was lost in the newest round than the path loses. */
  excess = 0;
  /** That is more than chance. */
  suspicious = false;

  /** @param longestQueue of the last round trips. */
  update(sample: LossSample, longestQueue: Millis): void {
    const recent = this.#recent;
    const round = this.#round;
    round.resolved += sample.resolved;
    round.lost += sample.lost;
    const keep = Math.max(0, 1 - sample.resolved / LOSS_WINDOW);
    recent.resolved = recent.resolved * keep + sample.resolved;
    recent.lost = Math.max(0, recent.lost * keep + sample.lost);
    recent.late = Math.max(0, recent.late * keep + sample.late);
    this.#judgeLowLoss(sample);
    if (recent.resolved > 0) this.share = Math.min(1, recent.lost / recent.resolved);
    const enough = this.baseline === undefined ? ROUND_PACKETS : SUSPICIOUS_PACKETS;
    if (round.resolved >= enough) this.#endRound(longestQueue);
  }

  /**
   * Upper confidence bound on the share lost or late: estimate + 1.5 standard errors (binomial).
   * @param baseLoss loss without congestion, 0 … 1
   */
  upperBound(baseLoss: number): number {
    const packets = this.#recent.resolved;
    if (packets === 0) return 0;
    const lost = Math.max(this.share, baseLoss);
    const late = Math.min(1, this.#recent.late / packets, lost + LATE_BEYOND_LOST);
    const share = Math.max(late, 1 / LOSS_WINDOW);
    return Math.min(MAX_LOSS, late + UPPER_ERRORS * Math.sqrt((share * (1 - share)) / packets));
  }

  /** The baseline was measured while we overflowed the path's queue: this is its own loss. */
  rebase(loss: number): void {
    this.baseline = Math.min(MAX_LOSS, loss);
    this.excess = 0;
    this.suspicious = false;
    this.#round.resolved = 0;
    this.#round.lost = 0;
  }

  #endRound(longestQueue: Millis): void {
    const round = this.#round;
    // Losses are known a while after the queue that caused them: a lane reveals one only with its next
    // packet.
    if (longestQueue < LOW_QUEUE) {
      const share = Math.min(MAX_LOSS, round.lost / round.resolved);
      const weight = Math.min(0.3, round.resolved / 500);
      const known = this.baseline ?? share;
      const error = Math.sqrt((Math.max(known, 0.01) * (1 - known)) / round.resolved);
      this.excess = share - known;
      this.suspicious = this.excess > Math.max(SUSPICIOUS_EXCESS, SUSPICIOUS_ERRORS * error);
      if (!this.suspicious)
        this.baseline =
          this.baseline === undefined ? share : this.baseline + (share - this.baseline) * weight;
    }
    round.resolved = 0;
    round.lost = 0;
  }

  #judgeLowLoss({ resolved, lost }: LossSample): void {
    const longRun = this.#longRun;
    const keep = Math.max(0, 1 - resolved / LOW_LOSS_WINDOW);
    longRun.resolved = longRun.resolved * keep + resolved;
    longRun.lost = Math.max(0, longRun.lost * keep + lost);
    const share = longRun.lost / longRun.resolved;
    if (share > LOW_LOSS_UNTIL) this.lowLoss = false;
    else if (share < LOW_LOSS_BELOW && longRun.resolved >= LOW_LOSS_PACKETS) this.lowLoss = true;
  }
}
