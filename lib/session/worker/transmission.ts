/** What the sending page is shown of a picture from its acceptance on: the chunk map and the figures. */
import type { Millis } from '../../protocol/endpoint.ts';
import { blockOf, geometryOf } from '../../protocol/geometry.ts';
import type { OutgoingObject } from '../../protocol/sending/outgoing-object.ts';
import type { SenderFigures } from '../../protocol/sending/sender.ts';
import type { ProgressMessage } from '../../protocol/wire/control-message.ts';
import type { Run } from '../../protocol/wire/run-list.ts';
import type { ChunkCells } from '../bridge/engine-messages.ts';
import { Cell, type Figures } from '../model.ts';
import { ChunkCellMap, type CellState } from './chunk-cells.ts';
import { bytesAtReceiver, senderFigures, type ReportedCounts } from './figures.ts';
import { RateMeter } from './rate-meter.ts';

/** When a transmission began, and what the session had lost until then. */
export interface Acceptance {
  /** The host's clock. */
  readonly at: Millis;
  readonly packetsLost: number;
}

export class Transmission {
  /** Its number in the core. */
  readonly transfer: number;
  readonly #byteLength: number;
  readonly #accepted: Acceptance;
  readonly #chunksTotal: number;
  readonly #cells: ChunkCellMap;
  readonly #meter = new RateMeter();
  /** The receiver's last report. */
  #reported: ReportedCounts | undefined;
  /** Blocks below this are in the map as received. */
  #closedThrough = 0;

  constructor(transfer: number, byteLength: number, accepted: Acceptance) {
    this.transfer = transfer;
    this.#byteLength = byteLength;
    this.#accepted = accepted;
    this.#chunksTotal = geometryOf(byteLength).chunks;
    this.#cells = new ChunkCellMap(this.#chunksTotal);
  }

  /** @param original `undefined`: the core has forgotten it */
  onProgress(report: ProgressMessage, original: OutgoingObject | undefined): void {
    const { packets, duplicates, repaired, final, runs, twice, holes } = report;
    const missing = holes.reduce((sum, run) => sum + run.count, 0);
    this.#reported = { packets, duplicates, repaired, holes: missing, final };
    if (original === undefined) return;
    this.#mark(original, holes, Cell.lost);
    this.#mark(original, runs, Cell.repaired);
    this.#mark(original, twice, Cell.duplicate);
  }

  /** @returns the chunk map, if it has changed since the last call */
  takeCells(original: OutgoingObject): ChunkCells | undefined {
    const { blocks } = original.geometry;
    for (; this.#closedThrough < blocks && original.isClosed(this.#closedThrough); this.#closedThrough++) {
      const [first, last] = original.chunkRange(this.#closedThrough);
      for (let chunk = first; chunk < last; chunk++) this.#cells.arrive(chunk, Cell.received);
    }
    return this.#cells.take();
  }

  /**
   * @param done whether the receiver has compared the digest
   * @param endedAt when it did, or when the picture failed; the host's clock, as `now`
   */
  figures(
    original: OutgoingObject,
    session: SenderFigures,
    done: boolean,
    now: Millis,
    endedAt: Millis = now,
  ): Figures {
    const byteLength = this.#byteLength;
    const chunks = original.chunksDelivered;
    return senderFigures({
      byteLength,
      chunksTotal: this.#chunksTotal,
      chunks,
      packets: original.packetsSent,
      retransmitted: original.retransmitted,
      lost: session.packetsLost - this.#accepted.packetsLost,
      reported: this.#reported,
      prefixBytes: original.prefixBytes,
      rate: this.#meter.add(bytesAtReceiver({ byteLength, chunks, done }), now),
      seconds: Math.max(0.001, (endedAt - this.#accepted.at) / 1000),
      done,
      roundTrip: session.roundTrip,
      lanes: session.lanes,
    });
  }

  /** The receiver's report of these chunks; where more was sent for their block they show as sent again. */
  #mark(original: OutgoingObject, runs: readonly Run[], state: CellState): void {
    const { geometry } = original;
    for (const { first, count } of runs)
      for (let chunk = first; chunk < Math.min(first + count, geometry.chunks); chunk++) {
        const again = state !== Cell.duplicate && original.wasRetransmitted(blockOf(geometry, chunk));
        this.#cells.mark(chunk, again ? Cell.retransmitted : state);
      }
  }
}
