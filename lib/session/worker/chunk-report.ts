/** What the receiving page is shown of a picture's chunks: the map, and the order in which they arrived. */
import { blockRange, firstChunk, geometryOf, type Geometry } from '../../protocol/geometry.ts';
import type { Run } from '../../protocol/wire/run-list.ts';
import type { ChunkCells } from '../bridge/engine-messages.ts';
import { Cell } from '../model.ts';
import { ChunkCellMap } from './chunk-cells.ts';

/** Entries of the chunk log kept for one picture: a gigabyte's worth of chunks. */
const MAX_LOG = 1_000_000;

export class ChunkReport {
  readonly #geometry: Geometry;
  readonly #cells: ChunkCellMap;
  /** Blocks for which the sender sent more after their first pass. */
  readonly #again = new Set<number>();
  /** Chunks since the last report to the page. */
  #order: number[] = [];
  #logged = 0;

  /** @param byteLength of the picture */
  constructor(byteLength: number) {
    this.#geometry = geometryOf(byteLength);
    this.#cells = new ChunkCellMap(this.#geometry.chunks);
  }

  get chunksTotal(): number {
    return this.#geometry.chunks;
  }

  /** Nothing has arrived in this session. */
  get empty(): boolean {
    return this.#logged === 0;
  }

  arrived(chunk: number): void {
    this.#log(chunk);
    this.#cells.arrive(chunk, Cell.received);
  }

  duplicate(chunk: number): void {
    this.#cells.mark(chunk, Cell.duplicate);
  }

  rebuilt(block: number, chunks: readonly number[]): void {
    const state = this.#again.has(block) ? Cell.retransmitted : Cell.repaired;
    for (const chunk of chunks) {
      this.#log(chunk);
      this.#cells.arrive(chunk, state);
    }
  }

  /**
   * Blocks of an earlier session: in the map, not in the log.
   *
   * @returns their bytes
   */
  resumed(blocks: readonly Run[]): number {
    let byteLength = 0;
    for (const { first, count } of blocks)
      for (let block = first; block < first + count; block++) {
        const [from, to] = blockRange(this.#geometry, block);
        byteLength += to - from;
        for (const chunk of this.#chunksOf(block)) this.#cells.arrive(chunk, Cell.received);
      }
    return byteLength;
  }

  /** The sender says that it sent more for these blocks. */
  sentAgain(blocks: readonly Run[]): void {
    for (const { first, count } of blocks)
      for (let block = first; block < Math.min(first + count, this.#geometry.blocks); block++) {
        // Each block once: said again, it would be work without end for a few bytes.
        if (this.#again.has(block)) continue;
        this.#again.add(block);
        for (const chunk of this.#chunksOf(block)) this.#cells.markAgain(chunk);
      }
  }

  /** A chunk that is missing now where later ones have arrived. */
  missing(chunk: number, block: number): void {
    this.#cells.mark(chunk, this.#again.has(block) ? Cell.retransmitted : Cell.lost);
  }

  /** What is new since the last time, if anything. */
  take(): { map: ChunkCells; order: Uint32Array } | undefined {
    const order = Uint32Array.from(this.#order);
    this.#order = [];
    const map = this.#cells.take();
    if (map === undefined && order.length === 0) return undefined;
    return { map: map ?? { chunksPerCell: 0, cells: new Uint8Array(0) }, order };
  }

  #log(chunk: number): void {
    if (this.#logged >= MAX_LOG) return;
    this.#logged += 1;
    this.#order.push(chunk);
  }

  *#chunksOf(block: number): Generator<number> {
    const end = firstChunk(this.#geometry, block + 1);
    for (let chunk = firstChunk(this.#geometry, block); chunk < end; chunk++) yield chunk;
  }
}
