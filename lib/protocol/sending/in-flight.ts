import type { Millis } from '../endpoint.ts';

/** A packet that was sent. */
export interface Flying {
  readonly at: Millis;
  /** Known to have come out, or taken as lost. */
  settled: boolean;
}

/** Entries behind the oldest that are let go at once. */
const TRIM = 512;

/** What is in flight on all lanes together, in the order in which it was sent: asked for with each packet, of up to two hundred lanes. */
export class Flight<T extends Flying> {
  private readonly sent: T[] = [];
  private head = 0;
  private flying = 0;

  get size(): number {
    return this.flying;
  }

  add(packet: T): void {
    this.sent.push(packet);
    this.flying += 1;
  }

  settle(packet: T): void {
    packet.settled = true;
    this.flying -= 1;
  }

  oldest(): T | undefined {
    while (this.sent[this.head]?.settled === true) this.head += 1;
    if (this.head > TRIM) {
      this.sent.splice(0, this.head);
      this.head = 0;
    }
    return this.sent[this.head];
  }
}
