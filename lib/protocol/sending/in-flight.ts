import type { Millis } from '../endpoint.ts';

/** A packet that was sent. */
export interface SentPacket {
  readonly at: Millis;
  /** Acknowledged or declared lost. */
  resolved: boolean;
}

/** Resolved packets that are dropped from memory at once. */
const TRIM = 512;

/**
 * Packets in flight on all lanes together, in the order of sending: asked for with each packet, of up to 192
 * lanes.
 */
export class InFlight<T extends SentPacket> {
  readonly #packets: T[] = [];
  /** Packets before this one are resolved. */
  #head = 0;
  #count = 0;

  get size(): number {
    return this.#count;
  }

  add(packet: T): void {
    this.#packets.push(packet);
    this.#count += 1;
  }

  resolve(packet: T): void {
    packet.resolved = true;
    this.#count -= 1;
  }

  oldest(): T | undefined {
    while (this.#packets[this.#head]?.resolved === true) this.#head += 1;
    if (this.#head > TRIM) {
      this.#packets.splice(0, this.#head);
      this.#head = 0;
    }
    return this.#packets[this.#head];
  }
}
