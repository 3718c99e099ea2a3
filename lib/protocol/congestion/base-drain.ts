import type { Millis } from '../endpoint.ts';
import { BASE_WINDOW } from './queue-estimate.ts';
import { SLACK } from './round-trip.ts';

/** A queue shorter than this shows the path's own delay. */
const EMPTY_QUEUE: Millis = 4;
/** Pacing gain of a drain, and its longest time in round trips. */
const DRAIN_GAIN = 0.75;
const MAX_DRAIN_ROUNDS = 3;

/**
 * Empties the queue for a moment before the base delay would be forgotten (BBR's ProbeRTT): otherwise the
 * queue that we keep becomes the base of a longer one.
 */
export class BaseDrain {
  #emptyAt: Millis = 0;
  #until: Millis = -Infinity;

  /** Pacing gain while it drains. */
  get gain(): number | undefined {
    return this.#until === -Infinity ? undefined : DRAIN_GAIN;
  }

  update(queue: Millis, roundTrip: Millis, now: Millis): void {
    if (queue < EMPTY_QUEUE || now > this.#until) this.#until = -Infinity;
    if (queue < EMPTY_QUEUE) this.#emptyAt = now;
    if (now - this.#emptyAt < 0.8 * BASE_WINDOW) return;
    this.#emptyAt = now;
    this.#until = now + MAX_DRAIN_ROUNDS * (roundTrip + SLACK);
  }

  /** After an idle period the queue is empty. */
  restart(now: Millis): void {
    this.#emptyAt = now;
    this.#until = -Infinity;
  }
}
