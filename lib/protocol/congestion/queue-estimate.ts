import type { Millis } from '../endpoint.ts';
import { WindowedExtreme } from './windowed-extreme.ts';

/**
 * How long a one-way delay may be the path's minimum: routes change (LEDBAT's base history, RFC 6817 §3.4.2,
 * is longer).
 */
const BASE_WINDOW: Millis = 30_000;

/**
 * Queueing delay: the one-way delay of the newest packets over its recent minimum. Clocks need no common
 * origin.
 */
export class QueueEstimate {
  /** Queueing delay by the newest feedback. */
  delay: Millis = 0;
  readonly #base = new WindowedExtreme('min');
  readonly #current = new WindowedExtreme('min');
  readonly #delays = new WindowedExtreme('max');

  /** The longest queue of the last few round trips. */
  get longest(): Millis {
    return this.#delays.get() ?? 0;
  }

  /** @param oneWayDelay minimum of the packets since the last feedback, any fixed offset. */
  update(oneWayDelay: Millis, roundTrip: Millis, now: Millis): void {
    const base = this.#base.add(oneWayDelay, now, BASE_WINDOW);
    // The minimum of a few feedbacks: one late batch of the receiver's event loop is not a queue.
    const current = this.#current.add(oneWayDelay, now, Math.max(15, roundTrip / 8));
    this.delay = Math.max(0, current - base);
    this.#delays.add(this.delay, now, Math.max(600, 4 * roundTrip));
  }

  /** After an idle period: the queue is empty, the path's base delay stays. */
  reset(): void {
    this.#current.reset();
    this.#delays.reset();
    this.delay = 0;
  }
}
