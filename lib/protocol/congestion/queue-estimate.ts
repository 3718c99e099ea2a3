/** The delay that packets spend in the queue of the path, from one-way delays. */
import type { Millis } from '../endpoint.ts';
import { WindowedExtreme } from './windowed-extreme.ts';

/**
 * How long a one-way delay may be the path's minimum: routes change (BBR's window for the round trip;
 * LEDBAT's base history, RFC 6817 §3.4.2, is longer). A drain within it shows the minimum again.
 */
export const BASE_WINDOW: Millis = 10_000;
/**
 * Probes of an idle path show how much its delay varies by itself: their median step from one to the next is
 * 0.29 of a range that is evenly used. A neighbour's queue changes slowly from probe to probe and is not
 * taken for it; what two event loops do is below the allowance.
 */
const NOISE_PROBES = 16;
const MAX_NOISE_PROBES = 64;
const NOISE_FACTOR = 3.4;
const NOISE_ALLOWANCE: Millis = 10;
const MAX_NOISE: Millis = 80;

/**
 * Queueing delay: the one-way delay of the newest packets over its recent minimum. Clocks need no common
 * origin.
 */
export class QueueEstimate {
  /** Queueing delay by the newest feedback. */
  delay: Millis = 0;
  /** By how much the path's own delay varies. */
  noise: Millis = 0;
  /** The newest probe's delay, and the steps between them. */
  #probed: Millis | undefined;
  readonly #steps: Millis[] = [];
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
    this.delay = Math.max(0, current - base - this.noise);
    this.#delays.add(this.delay, now, Math.max(600, 4 * roundTrip));
  }

  /** While only probes are sent no queue is ours. */
  probed(oneWayDelay: Millis): void {
    const before = this.#probed;
    this.#probed = oneWayDelay;
    // A session has no more probes than this, whatever a receiver claims to have received.
    if (before === undefined || this.#steps.length >= MAX_NOISE_PROBES) return;
    this.#steps.push(Math.abs(oneWayDelay - before));
    if (this.#steps.length < NOISE_PROBES) return;
    const median = this.#steps.toSorted((a, b) => a - b)[this.#steps.length >> 1] as number;
    this.noise = Math.min(MAX_NOISE, Math.max(0, NOISE_FACTOR * median - NOISE_ALLOWANCE));
  }

  /** The delay of now is the path's: a back-off has not changed it. */
  rebase(): void {
    this.#base.reset();
    this.#delays.reset();
    this.delay = 0;
  }

  /** After an idle period: the queue is empty, the path's base delay stays. */
  reset(): void {
    this.#current.reset();
    this.#delays.reset();
    this.delay = 0;
  }
}
