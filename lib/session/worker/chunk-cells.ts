import { Cell } from '../model.ts';
import type { ChunkCells } from '../bridge/engine-messages.ts';

/** More cells than a screen has points to show them. */
const MAX_CELLS = 65_536;

export type CellState = (typeof Cell)[keyof typeof Cell];

/** Cells go up in this order and not back (docs/PROTOCOL.md, P-53). */
const WEIGHT: Record<CellState, number> = {
  [Cell.waiting]: 0,
  [Cell.lost]: 1,
  [Cell.received]: 2,
  [Cell.repaired]: 3,
  [Cell.retransmitted]: 4,
  [Cell.duplicate]: 5,
};

/** The chunk map of one transfer, one cell a chunk or, for large files, a group of chunks. */
export class ChunkCellMap {
  readonly chunksPerCell: number;
  readonly #chunks: number;
  #memory: Uint8Array | undefined;
  /** Chunks of each group that are not here; only kept for groups. */
  #absent: Uint16Array | undefined;
  #changed = true;

  /** Takes no memory before the first question or change: an offer only claims its number of chunks. */
  constructor(chunks: number) {
    this.#chunks = chunks;
    this.chunksPerCell = Math.max(1, Math.ceil(chunks / MAX_CELLS));
  }

  get #cells(): Uint8Array {
    if (this.#memory !== undefined) return this.#memory;
    const { chunksPerCell } = this;
    const chunks = this.#chunks;
    this.#memory = new Uint8Array(Math.ceil(chunks / chunksPerCell));
    if (chunksPerCell === 1) return this.#memory;
    this.#absent = new Uint16Array(this.#memory.length).fill(chunksPerCell);
    const rest = chunks % chunksPerCell;
    if (rest > 0) this.#absent[this.#memory.length - 1] = rest;
    return this.#memory;
  }

  /** A chunk that is here now. */
  arrive(chunk: number, state: CellState): void {
    const cell = Math.floor(chunk / this.chunksPerCell);
    if (cell < this.#cells.length && this.#absent !== undefined) {
      const left = Math.max(0, (this.#absent[cell] ?? 0) - 1);
      this.#absent[cell] = left;
      // A group shows as received once all of it is; a repair within it shows at once.
      if (left > 0 && state === Cell.received) return;
    }
    this.#set(cell, state);
  }

  /** More became known of a chunk that is not here yet, or that has arrived before. */
  mark(chunk: number, state: CellState): void {
    this.#set(Math.floor(chunk / this.chunksPerCell), state);
  }

  /** The sender sent more for this chunk's block: says so of what was not received. */
  markAgain(chunk: number): void {
    const now = this.#cells[Math.floor(chunk / this.chunksPerCell)];
    if (now === Cell.lost || now === Cell.repaired) this.mark(chunk, Cell.retransmitted);
  }

  /** A copy, if anything changed since the last one. */
  take(): ChunkCells | undefined {
    if (!this.#changed) return undefined;
    this.#changed = false;
    return { chunksPerCell: this.chunksPerCell, cells: this.#cells.slice() };
  }

  #set(cell: number, state: CellState): void {
    const now = this.#cells[cell] as CellState | undefined;
    if (now === undefined) return;
    if (WEIGHT[state] <= WEIGHT[now]) return;
    this.#cells[cell] = state;
    this.#changed = true;
  }
}
