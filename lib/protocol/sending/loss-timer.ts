import type { RoundTrip } from '../congestion/round-trip.ts';
import type { Millis } from '../endpoint.ts';
import type { LaneSet } from './lane-set.ts';

/**
 * While there is more to send a packet may be late by this many times what it may be at the end: its lane's
 * next packet shows its fate soon enough, and what was only late would be sent twice. Less so with more loss,
 * since lanes then stop for an association's retransmission timeout, and what waits in them is as good as
 * lost.
 */
const MAX_FACTOR = 2;
const FACTOR_AT_NO_LOSS = 2.5;
const FACTOR_PER_LOSS = 15;
/**
 * While nothing at all is delivered (a stall of the path or an event loop) packets have this many times the
 * timeout.
 */
const STALL_FACTOR = 2;

/**
 * When all has been sent nothing overtakes what is in flight, and each moment of patience is one of rest:
 * its variation, which what was late in lanes blows up, does not count.
 */
const LAST_FLIGHT_FACTOR = 1.25;
const LAST_FLIGHT_SLACK: Millis = 40;

export interface LossTimerInput {
  /** Send time of the latest packet delivered on any lane. */
  readonly newestDeliveredAt: Millis;
  /** Everything was sent once: only repair is left. */
  readonly firstPassSent: boolean;
  /** No lane has room, or too much is in flight: nothing can be sent that would overtake what is late. */
  readonly blocked: boolean;
  /** There is nothing to send; or a full queue has just dropped what nothing can overtake now. */
  readonly exhausted: boolean;
  /** Loss without congestion, 0 … 1. */
  readonly baseLoss: number;
}

/** Declares packets lost that no later packet of their lane can show to be. */
export class LossTimer {
  readonly #lanes: LaneSet;
  readonly #roundTrip: RoundTrip;
  /** Packets declared lost since the last feedback. */
  #expired = 0;

  constructor(lanes: LaneSet, roundTrip: RoundTrip) {
    this.#lanes = lanes;
    this.#roundTrip = roundTrip;
  }

  expire(input: LossTimerInput, now: Millis): void {
    const timeout = this.#timeout(input);
    const overtaken = Math.min(now - timeout, this.#overtakenBefore(input));
    this.#expired += this.#lanes.expire(Math.max(overtaken, now - stallFactor(input) * timeout));
  }

  /** Packets declared lost since the last call. */
  take(): number {
    const expired = this.#expired;
    this.#expired = 0;
    return expired;
  }

  /** `Infinity`: nothing is in flight. */
  nextTimeout(input: LossTimerInput): Millis {
    const oldest = this.#lanes.oldest();
    if (oldest === undefined) return Infinity;
    const factor = oldest < this.#overtakenBefore(input) ? 1 : stallFactor(input);
    return oldest + factor * this.#timeout(input) + 1;
  }

  #timeout({ firstPassSent, blocked, exhausted, baseLoss }: LossTimerInput): Millis {
    const { lossDelay, srtt } = this.#roundTrip;
    if (exhausted) return Math.min(lossDelay, LAST_FLIGHT_FACTOR * srtt + LAST_FLIGHT_SLACK);
    if (firstPassSent || blocked) return lossDelay;
    return lossDelay * Math.min(MAX_FACTOR, Math.max(1, FACTOR_AT_NO_LOSS - FACTOR_PER_LOSS * baseLoss));
  }

  /**
   * Something sent later than this was delivered on some lane; if nothing was, the path or an event loop
   * stalls.
   */
  #overtakenBefore({ newestDeliveredAt }: LossTimerInput): Millis {
    return newestDeliveredAt - this.#roundTrip.reorderWindow;
  }
}

function stallFactor({ exhausted }: LossTimerInput): number {
  return exhausted ? 1 : STALL_FACTOR;
}
