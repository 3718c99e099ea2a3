import type { Millis } from '../endpoint.ts';
import { CHUNK_LENGTH } from '../limits.ts';
import { DATA_HEADER, DATA_PACKET, encodeData, ticksOf } from '../wire/lane-packet.ts';
import type { LaneSet } from './lane-set.ts';
import type { OutgoingLane } from './outgoing-lane.ts';
import type { OutgoingSymbol } from './outgoing-object.ts';

/**
 * Messages are views into pieces of memory of this size: allocating each alone costs more than everything
 * else about it.
 */
const PIECE_LENGTH = 64 * DATA_PACKET;

/** Writes DATA packets into lane messages. */
export class MessageWriter {
  #piece = new Uint8Array(0);
  #used = 0;

  /**
   * A message of the next symbols: at most `most`, as many as the lane has room for; a short one ends it. The
   * caller may keep it: no byte of it is written again.
   * @param next chooses a symbol and counts it as sent; `undefined`: there is none
   */
  write(
    lane: OutgoingLane,
    lanes: LaneSet,
    most: number,
    next: () => OutgoingSymbol | undefined,
    now: Millis,
  ): Uint8Array | undefined {
    const message = this.#reserve(Math.min(most, lane.room(DATA_PACKET)) * DATA_PACKET);
    let at = 0;
    while (at < message.length) {
      const chosen = next();
      if (chosen === undefined) break;
      const header = {
        symbol: chosen.symbol,
        stream: chosen.object.stream,
        block: chosen.block.index,
        number: lanes.send(lane, chosen.block, now),
        sentAt: ticksOf(now),
      };
      encodeData(header, chosen.bytes, message, at);
      at += DATA_HEADER + chosen.bytes.length;
      if (chosen.bytes.length < CHUNK_LENGTH) break;
    }
    this.#used += at;
    return at > 0 ? message.subarray(0, at) : undefined;
  }

  #reserve(length: number): Uint8Array<ArrayBuffer> {
    if (this.#used + length > this.#piece.length) {
      this.#piece = new Uint8Array(PIECE_LENGTH);
      this.#used = 0;
    }
    return this.#piece.subarray(this.#used, this.#used + length);
  }
}
