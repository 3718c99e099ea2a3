/**
 * Which lanes the other side may open: the answering side's bounds, pure. The initiator's own are
 * `LanePlan`'s.
 */
import { LANES_AT_FIRST, MAX_LANES_OPENING, LANES_PER_SECOND } from './limits.ts';

export class LaneAdmission {
  /** Lanes that the session may have, lane 1 included. */
  readonly #limit: number;
  /** Lanes that may be opened now: a token bucket. */
  #credit = LANES_AT_FIRST;
  #at: number | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Whether one more lane may be opened; if so, it counts.
   * @param opening lanes that are not open yet
   * @param all lanes, lane 1 and those that are opening included
   * @param now ms
   */
  admit(opening: number, all: number, now: number): boolean {
    const earned = ((now - (this.#at ?? now)) * LANES_PER_SECOND) / 1000;
    this.#at = now;
    this.#credit = Math.min(LANES_AT_FIRST, this.#credit + earned);
    if (opening >= MAX_LANES_OPENING || all >= this.#limit || this.#credit < 1) return false;
    this.#credit -= 1;
    return true;
  }
}
