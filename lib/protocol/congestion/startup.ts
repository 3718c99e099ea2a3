/** The search for the rate of a path at its beginning, and its end. */
import type { Millis } from '../endpoint.ts';

/** 4 ln 2: doubles the delivery rate each round trip, as in BBR (draft-ietf-ccwg-bbr §2.5). */
export const STARTUP_GAIN = 2.77;
/**
 * With more lanes the rate is near what fewer carried: twice that for a round trip would only fill the queue.
 */
export const WIDEN_GAIN = 1.4;
/** Where trains of probes have shown the rate: it is a little above what is begun with. */
export const KNOWN_GAIN = 1.25;
/**
 * A queue this long (or a quarter of the round trip) ends the search: the path is full. If it drains within
 * half a round
 * trip although the rate is kept, it was an event loop's (as HyStart++ returns to slow start, RFC 9406 §4.2).
 */
const STARTUP_QUEUE: Millis = 20;
/** A delivery rate that grows by less than this is a plateau (BBR takes 1.25). */
const PLATEAU_GROWTH = 1.2;
/** Added to the round trip in which nothing grew: both event loops and the feedback's interval. */
const OVERFLOW_SLACK: Millis = 20;

interface StartupInput {
  readonly queue: Millis;
  readonly roundTrip: Millis;
  readonly deliveryRate: number;
  /** The bottleneck rate was measured. */
  readonly measured: boolean;
  /** The feedback covers an application-limited or lane-limited period. */
  readonly limited: boolean;
  /** Everything has been sent: what still arrives says nothing of the rate. */
  readonly exhausted: boolean;
  /** More is lost than the path's own loss explains. */
  readonly overflowing: boolean;
}

/**
 * `queue`: the path is full; `overflow`: its queue is too short to show it; `plateau`: it delivers no more,
 * without either.
 */
type StartupEnd = 'queue' | 'overflow' | 'plateau';

/** The search for the bottleneck rate: exponential growth until a queue or a plateau shows. */
export class Startup {
  /** Largest delivery rate of this search, bytes a millisecond. */
  plateauRate = 0;
  readonly #growth: number;
  /** When the delivery rate last grew. */
  #grownAt: Millis;
  /** When it last grew, whatever held the sender back. */
  #risenAt: Millis;
  #risen = 0;
  /** Since when there is a queue. */
  #queueSince: Millis | undefined;

  constructor(gain: number, now: Millis) {
    this.#growth = gain;
    this.#grownAt = now;
    this.#risenAt = now;
  }

  /** Pacing gain: holds the rate until the first measurement, and while a queue shows. */
  gain(measured: boolean): number {
    return measured && this.#queueSince === undefined ? this.#growth : 1;
  }

  /** This session's part of the path is so many times what it was. */
  scale(factor: number, now: Millis): void {
    this.plateauRate *= factor;
    this.#risen *= factor;
    this.#grownAt = now;
    this.#risenAt = now;
  }

  /** Returns why the search is over, or `undefined`. */
  update(
    { queue, roundTrip, deliveryRate, measured, limited, exhausted, overflowing }: StartupInput,
    now: Millis,
  ): StartupEnd | undefined {
    // Not compensated for loss: with a short queue our own overflow would look like the path's loss.
    if (deliveryRate > this.plateauRate * PLATEAU_GROWTH || limited) {
      this.plateauRate = Math.max(this.plateauRate, deliveryRate);
      this.#grownAt = now;
    }
    if (exhausted) this.#risenAt = now;
    if (deliveryRate > this.#risen * PLATEAU_GROWTH) {
      this.#risen = deliveryRate;
      this.#risenAt = now;
    }
    if (queue <= Math.max(STARTUP_QUEUE, roundTrip / 4)) this.#queueSince = undefined;
    else this.#queueSince ??= now;
    if (this.#queueSince !== undefined && now - this.#queueSince >= roundTrip / 2) return 'queue';
    // Overflow wears the lanes down, so that they seem to be the limit: a plateau would never show.
    if (overflowing && measured && now - this.#risenAt > roundTrip + OVERFLOW_SLACK) return 'overflow';
    const plateau = measured && this.plateauRate > 0 && now - this.#grownAt > 3 * roundTrip + 60;
    return plateau ? 'plateau' : undefined;
  }
}
