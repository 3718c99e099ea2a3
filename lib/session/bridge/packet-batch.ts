/** Many packets in one message between page and worker. */
import type { LaneId } from '../../protocol/endpoint.ts';
import type { PacketBatch } from './engine-messages.ts';

/** Collects packets until they are taken as one batch. */
export class BatchWriter {
  #lanes: LaneId[] = [];
  #packets: Uint8Array[] = [];
  #times: number[] = [];
  #length = 0;

  get count(): number {
    return this.#packets.length;
  }

  add(lane: LaneId, bytes: Uint8Array, time?: number): void {
    this.#lanes.push(lane);
    this.#packets.push(bytes);
    if (time !== undefined) this.#times.push(time);
    this.#length += bytes.length;
  }

  take(): PacketBatch {
    const data = new Uint8Array(this.#length);
    const lengths: number[] = [];
    let at = 0;
    for (const packet of this.#packets) {
      data.set(packet, at);
      at += packet.length;
      lengths.push(packet.length);
    }
    const batch = {
      lanes: this.#lanes,
      lengths,
      ...(this.#times.length > 0 ? { times: this.#times } : {}),
      data: data.buffer,
    };
    this.#lanes = [];
    this.#packets = [];
    this.#times = [];
    this.#length = 0;
    return batch;
  }
}

/** Calls back for each packet; the bytes are views into the batch. */
export function readBatch(
  batch: PacketBatch,
  each: (lane: LaneId, bytes: Uint8Array, time: number | undefined) => void,
): void {
  let at = 0;
  for (const [i, length] of batch.lengths.entries()) {
    each(batch.lanes[i] as LaneId, new Uint8Array(batch.data, at, length), batch.times?.[i]);
    at += length;
  }
}
