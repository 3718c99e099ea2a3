/** What one browser, and all of one address, may say: counted below Socket.IO, whatever they say. Pure. */
import { ADDRESS_ALLOWANCE } from '../wire/limits.ts';

export interface Allowance {
  /** At once, and for each second that passes. */
  messages: number;
  messagesPerSecond: number;
  bytes: number;
  bytesPerSecond: number;
}

/** Two token buckets. */
export class Budget {
  readonly #allowance: Allowance;
  #messages: number;
  #bytes: number;
  #refilledAt: number;

  constructor(allowance: Allowance, now: number) {
    this.#allowance = allowance;
    this.#messages = allowance.messages;
    this.#bytes = allowance.bytes;
    this.#refilledAt = now;
  }

  /** Counts one frame of any kind. `false`: that was one too many. */
  message(now: number): boolean {
    this.#refill(now);
    this.#messages -= 1;
    return this.#messages >= 0;
  }

  /** Counts what was received, in frames or not. `false`: that was too much. */
  received(bytes: number, now: number): boolean {
    this.#refill(now);
    this.#bytes -= bytes;
    return this.#bytes >= 0;
  }

  #refill(now: number): void {
    const seconds = Math.max(0, now - this.#refilledAt) / 1000;
    const { messages, messagesPerSecond, bytes, bytesPerSecond } = this.#allowance;
    this.#messages = Math.min(messages, Math.max(0, this.#messages) + seconds * messagesPerSecond);
    this.#bytes = Math.min(bytes, Math.max(0, this.#bytes) + seconds * bytesPerSecond);
    this.#refilledAt = now;
  }
}

/** One budget for all connections of an address, for as long as it has any. */
export class AddressBudgets {
  #held = new Map<string, { budget: Budget; holders: number }>();

  hold(address: string, now: number): Budget {
    const held = this.#held.get(address) ?? { budget: new Budget(ADDRESS_ALLOWANCE, now), holders: 0 };
    held.holders += 1;
    this.#held.set(address, held);
    return held.budget;
  }

  release(address: string): void {
    const held = this.#held.get(address);
    if (held === undefined) return;
    held.holders -= 1;
    if (held.holders === 0) this.#held.delete(address);
  }
}
