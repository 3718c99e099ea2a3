import type { Millis } from './endpoint.ts';
import { USELESS_BYTES_AT_FIRST, USELESS_BYTES_PER_SECOND } from './limits.ts';

/**
 * Lane bytes that the other side may cost although they serve no accepted picture: probes and previews before
 * an answer, what is late or comes twice, noise; for a sender all, feedback included. Each message is garbage
 * that the browser collects when it likes.
 */
export class LaneBudget {
  #left = USELESS_BYTES_AT_FIRST;
  #at: Millis | undefined;

  /** Takes a message; `false`: it is one too many. */
  spend(byteLength: number, now: Millis): boolean {
    const seconds = (now - (this.#at ?? now)) / 1000;
    this.#at = now;
    this.#add(seconds * USELESS_BYTES_PER_SECOND - byteLength);
    return this.#left >= 0;
  }

  /** Bytes of a message that an accepted picture needed: they cost nothing, and as many may be late. */
  earn(byteLength: number): void {
    this.#add(2 * byteLength);
  }

  #add(byteLength: number): void {
    this.#left = Math.min(USELESS_BYTES_AT_FIRST, this.#left + byteLength);
  }
}
