/**
 * What the other side may say over one control channel: messages and bytes, at first and by the second. Pure.
 */
import {
  CONTROL_BYTES_AT_FIRST,
  CONTROL_BYTES_PER_SECOND,
  CONTROL_MESSAGES_AT_FIRST,
  CONTROL_MESSAGES_PER_SECOND,
} from './limits.ts';

export class ControlBudget {
  #messages = CONTROL_MESSAGES_AT_FIRST;
  #bytes = CONTROL_BYTES_AT_FIRST;
  #at: number | undefined;

  /** Counts a message of `bytes` at `now` (ms); `false`: it is beyond the budget. */
  take(byteLength: number, now: number): boolean {
    const seconds = (now - (this.#at ?? now)) / 1000;
    this.#at = now;
    const messages = Math.min(
      CONTROL_MESSAGES_AT_FIRST,
      this.#messages + seconds * CONTROL_MESSAGES_PER_SECOND,
    );
    const left = Math.min(CONTROL_BYTES_AT_FIRST, this.#bytes + seconds * CONTROL_BYTES_PER_SECOND);
    this.#messages = messages - 1;
    this.#bytes = left - byteLength;
    return this.#messages >= 0 && this.#bytes >= 0;
  }
}
