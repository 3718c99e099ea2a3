/**
 * What one browser may say on its connection, whatever language it speaks there: counted below Socket.IO.
 * Pure.
 */
import { MAX_SOCKET_BYTES_PER_SECOND, MESSAGE_BURST, MESSAGES_PER_SECOND } from '../wire/limits.ts';

export class MessageBudget {
  /** Token bucket of messages. */
  #tokens = MESSAGE_BURST;
  #refilledAt: number;
  #bytes = 0;
  #lookedAt: number;

  constructor(now: number) {
    this.#refilledAt = now;
    this.#lookedAt = now;
  }

  /** Counts one frame of any kind. `false`: that was one too many. */
  message(now: number): boolean {
    const earned = (Math.max(0, now - this.#refilledAt) / 1000) * MESSAGES_PER_SECOND;
    this.#tokens = Math.min(MESSAGE_BURST, this.#tokens + earned) - 1;
    this.#refilledAt = now;
    return this.#tokens >= 0;
  }

  /**
   * @param total bytes received so far, in frames or not; to be asked about once a second
   * @returns `false`: too many since the last time
   */
  bytes(total: number, now: number): boolean {
    const allowed = (MAX_SOCKET_BYTES_PER_SECOND * Math.max(1000, now - this.#lookedAt)) / 1000;
    const fine = total - this.#bytes <= allowed;
    this.#bytes = total;
    this.#lookedAt = now;
    return fine;
  }
}
