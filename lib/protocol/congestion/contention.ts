import type { Millis } from '../endpoint.ts';
import { WindowedExtreme } from './windowed-extreme.ts';

/** A queue that stays above this although we back off is competing traffic's. */
const FOREIGN_QUEUE: Millis = 24;
/** So is a shorter one before which we have yielded this share of the rate of the last `YIELD_WINDOW`. */
const YIELDING_QUEUE: Millis = 15;
const YIELDED = 0.85;
const YIELD_WINDOW: Millis = 20_000;
/**
 * Backing off by half takes twice a queue's length to drain it, if it is ours; one more for the loop's delay.
 */
const DRAIN_FACTOR = 3;

/**
 * Detects competing traffic: a queue that does not drain although we back off (Copa's competitive mode, NSDI
 * 2018).
 */
export class ContentionDetector {
  /** When the queue was last short, or the search ended. */
  #drainedAt: Millis = 0;
  /** The longest queue since then. */
  #peak: Millis = 0;
  readonly #bandwidths = new WindowedExtreme('max');

  /**
   * @param bandwidth bottleneck rate, bytes a millisecond. Returns whether the queue is competing traffic's.
   */
  update(queue: Millis, bandwidth: number, roundTrip: Millis, now: Millis): boolean {
    const yielding = bandwidth < this.#bandwidths.add(bandwidth, now, YIELD_WINDOW) * YIELDED;
    this.#peak = Math.max(this.#peak, queue);
    if (queue < (yielding ? YIELDING_QUEUE : FOREIGN_QUEUE)) {
      this.#drainedAt = now;
      this.#peak = 0;
    }
    return now - this.#drainedAt >= Math.max(400, 6 * roundTrip) + DRAIN_FACTOR * this.#peak;
  }

  /** How long the queue has not drained. */
  undrainedFor(now: Millis): Millis {
    return now - this.#drainedAt;
  }

  /** A new observation begins. */
  restart(now: Millis): void {
    this.#drainedAt = now;
  }

  /** This session's part of the path is another one: it has yielded nothing. */
  reshare(now: Millis): void {
    this.#bandwidths.reset();
    this.restart(now);
  }

  /** After an idle period: the queue is empty. */
  reset(now: Millis): void {
    this.#drainedAt = now;
    this.#peak = 0;
  }
}
