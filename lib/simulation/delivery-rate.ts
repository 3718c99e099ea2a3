/** Samples of the delivery rate, as BBR takes them (draft-cheng-iccrg-delivery-rate-estimation). */
import type { Millis } from '../protocol/endpoint.ts';
import type { Chunk } from './chunk.ts';

export class DeliveryRate {
  /** Bytes acknowledged. */
  delivered = 0;
  #deliveredAt: Millis = 0;
  #firstSentAt: Millis = 0;
  #roundEnd = 0;
  /** The application was the limit until this much is delivered. */
  #limitedUntil = 0;

  /** A packet is sent; with `nothingInFlight` a new period of sending begins. */
  send(chunks: readonly Chunk[], nothingInFlight: boolean, now: Millis): void {
    if (nothingInFlight || this.#deliveredAt === 0) {
      this.#deliveredAt = now;
      this.#firstSentAt = now;
    }
    for (const chunk of chunks) {
      chunk.delivered = this.delivered;
      chunk.deliveredAt = this.#deliveredAt;
      chunk.firstSentAt = this.#firstSentAt;
      chunk.applicationLimited = this.delivered < this.#limitedUntil;
    }
  }

  /** There is nothing to send although the window has room. */
  limit(inFlight: number): void {
    this.#limitedUntil = this.delivered + inFlight;
  }

  /**
   * @param newest of the chunks acknowledged
   * @returns bytes a millisecond; whether a round trip began
   */
  sample(newest: Chunk, now: Millis): { deliveryRate: number | undefined; roundStart: boolean } {
    const elapsed = Math.max(now - newest.deliveredAt, newest.sentAt - newest.firstSentAt);
    const deliveryRate = elapsed > 0 ? (this.delivered - newest.delivered) / elapsed : undefined;
    const roundStart = newest.delivered >= this.#roundEnd;
    if (roundStart) this.#roundEnd = this.delivered;
    this.#deliveredAt = now;
    this.#firstSentAt = newest.sentAt;
    return { deliveryRate, roundStart };
  }
}
