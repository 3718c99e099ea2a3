/** Which packets a path loses: each by itself, or in bursts. */
import type { Random } from './random.ts';

/** How a link loses packets by chance. `p` is the mean share of packets lost, 0 … 1. */
export type Loss =
  | { kind: 'independent'; p: number }
  /** Gilbert–Elliott: a bad state that loses every packet and lasts `meanLength` packets on average. */
  | { kind: 'bursts'; p: number; meanLength: number };

export const NO_LOSS: Loss = { kind: 'independent', p: 0 };

/**
 * One packet after another: is it lost? Draws exactly once a packet, so that changing `p` in a run does not
 * move the other draws.
 */
export class LossProcess {
  #loss: Loss;
  #bad = false;
  #random: Random;

  constructor(loss: Loss, random: Random) {
    this.#loss = loss;
    this.#random = random;
  }

  set(loss: Loss): void {
    this.#loss = loss;
    this.#bad = false;
  }

  reset(random: Random): void {
    this.#random = random;
    this.#bad = false;
  }

  next(): boolean {
    const draw = this.#random();
    const loss = this.#loss;
    if (loss.kind === 'independent') return draw < loss.p;
    if (loss.p >= 1) return true;
    // Time in the bad state over all time is p when enter / (enter + leave) = p.
    const leave = 1 / Math.max(1, loss.meanLength);
    const enter = Math.min(1, (loss.p * leave) / (1 - loss.p));
    this.#bad = this.#bad ? draw >= leave : draw < enter;
    return this.#bad;
  }
}
