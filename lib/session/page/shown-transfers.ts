/** What the pages show of each picture of a session: a snapshot, its chunks and its history. Pure. */
import { CHUNK_LENGTH } from '../../protocol/limits.ts';
import type { TransferUpdate } from '../bridge/engine-messages.ts';
import type { ChunkLog, ChunkMap, HistorySample, TransferSnapshot } from '../model.ts';

/** Samples of one transfer's history: 90 minutes, as the engines publish one every 300 ms. */
const MAX_HISTORY = 18_000;

/** What is drawn only where a card is open, so that snapshots stay small. */
interface Details {
  map: ChunkMap | undefined;
  order: Uint32Array;
  logged: number;
  readonly history: HistorySample[];
}

/** By the transfers' ids, in the order in which they were shown first. */
export class ShownTransfers {
  readonly #snapshots = new Map<string, TransferSnapshot>();
  readonly #details = new Map<string, Details>();

  get(id: string): TransferSnapshot | undefined {
    return this.#snapshots.get(id);
  }

  values(): Iterable<TransferSnapshot> {
    return this.#snapshots.values();
  }

  /** Anew, without chunks and history. */
  show(snapshot: TransferSnapshot): void {
    this.#snapshots.set(snapshot.id, snapshot);
    this.#details.set(snapshot.id, { map: undefined, order: new Uint32Array(0), logged: 0, history: [] });
  }

  forget(id: string): void {
    this.#snapshots.delete(id);
    this.#details.delete(id);
  }

  /** Returns what is shown then; `undefined`: nothing is known of this transfer. */
  patch(id: string, part: Partial<TransferSnapshot>): TransferSnapshot | undefined {
    const known = this.#snapshots.get(id);
    if (known === undefined) return undefined;
    const next = { ...known, ...part };
    this.#snapshots.set(id, next);
    return next;
  }

  /** As `patch`, with what an engine has published. */
  update({ id, ...part }: TransferUpdate): TransferSnapshot | undefined {
    const known = this.#snapshots.get(id);
    if (known === undefined) return undefined;
    this.#sample(id, part.figures);
    // A picture that goes on has no problem any more.
    if (part.state !== undefined && known.problem !== undefined) {
      const { problem: _, ...rest } = known;
      this.#snapshots.set(id, rest);
    }
    return this.patch(id, part);
  }

  addChunks(id: string, map: ChunkMap, order: Uint32Array): void {
    const details = this.#details.get(id);
    if (details === undefined) return;
    if (map.chunksPerCell > 0) details.map = map;
    const logged = details.logged + order.length;
    if (logged > details.order.length) {
      const larger = new Uint32Array(Math.max(logged, details.order.length * 2));
      larger.set(details.order.subarray(0, details.logged));
      details.order = larger;
    }
    details.order.set(order, details.logged);
    details.logged = logged;
  }

  chunkMap(id: string): ChunkMap | undefined {
    return this.#details.get(id)?.map;
  }

  chunkLog(id: string): ChunkLog | undefined {
    const details = this.#details.get(id);
    const snapshot = this.#snapshots.get(id);
    if (details === undefined || snapshot === undefined) return undefined;
    return {
      order: details.order.subarray(0, details.logged),
      chunkLength: CHUNK_LENGTH,
      byteLength: snapshot.byteLength,
    };
  }

  history(id: string): readonly HistorySample[] {
    return this.#details.get(id)?.history ?? [];
  }

  #sample(id: string, figures: TransferUpdate['figures']): void {
    const history = this.#details.get(id)?.history ?? [];
    if (figures === undefined || history.length >= MAX_HISTORY) return;
    const { seconds, rate, lossPercent, roundTrip, lanes } = figures;
    history.push({ seconds, rate, lossPercent, lanes, ...(roundTrip === undefined ? {} : { roundTrip }) });
  }
}
