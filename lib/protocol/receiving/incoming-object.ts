import { BlockDecoder } from '../erasure/decoder.ts';
import { blockChunks, blockRange, chunkLength, firstChunk, geometryOf, type Geometry } from '../geometry.ts';
import { CHUNK_LENGTH, MAX_OPEN_BLOCKS, MAX_SYMBOLS } from '../limits.ts';
import type { StreamReport } from '../wire/feedback-packet.ts';

/** A block that became complete. */
export interface WholeBlock {
  readonly block: number;
  /** Offset of its bytes in the object. */
  readonly at: number;
  readonly bytes: Uint8Array;
  /** Numbers of the chunks that did not arrive themselves. */
  readonly rebuilt: readonly number[];
  /** Gives the memory of `bytes` to another block: for who has copied them, and optional. */
  readonly reuse: () => void;
}

export type Taken =
  | { readonly kind: 'new'; readonly chunk: number | undefined; readonly whole: WholeBlock | undefined }
  /** `chunk`: a source, which was here already. */
  | { readonly kind: 'duplicate'; readonly chunk?: number }
  | { readonly kind: 'refused' };

const DUPLICATE: Taken = { kind: 'duplicate' };
const REFUSED: Taken = { kind: 'refused' };

/** The receiving side of one stream. Holds at most `MAX_OPEN_BLOCKS` unfinished blocks. */
export class IncomingObject {
  readonly stream: number;
  readonly geometry: Geometry;
  closedBelow = 0;
  readonly #symbolLength: number;
  readonly #open = new Map<number, BlockDecoder>();
  readonly #closed = new Set<number>();
  #seenThrough = 0;

  constructor(stream: number, length: number) {
    this.stream = stream;
    this.geometry = geometryOf(length);
    this.#symbolLength = Math.min(CHUNK_LENGTH, length);
  }

  get whole(): boolean {
    return this.closedBelow >= this.geometry.blocks;
  }

  /** Bytes at the front without a gap. */
  get prefixBytes(): number {
    return this.whole ? this.geometry.length : blockRange(this.geometry, this.closedBelow)[0];
  }

  /** Blocks of which some symbols are held, not all. */
  get openBlocks(): number {
    return this.#open.size;
  }

  /** A symbol of this block would be its first. */
  isUntouched(block: number): boolean {
    return !this.isClosed(block) && !this.#open.has(block);
  }

  isClosed(block: number): boolean {
    return block < this.closedBelow || this.#closed.has(block);
  }

  /** This block is here already (from an earlier session). */
  close(block: number): void {
    if (block >= this.geometry.blocks || this.isClosed(block)) return;
    this.#closed.add(block);
    this.#open.delete(block);
    this.#seenThrough = Math.max(this.#seenThrough, block + 1);
    while (this.#closed.delete(this.closedBelow)) this.closedBelow += 1;
  }

  take(block: number, symbol: number, bytes: Uint8Array): Taken {
    if (block >= this.geometry.blocks) return REFUSED;
    if (this.isClosed(block)) return this.#duplicate(block, symbol);
    if (block >= this.closedBelow + MAX_OPEN_BLOCKS || symbol >= MAX_SYMBOLS) return REFUSED;
    const k = blockChunks(this.geometry, block);
    const chunk = this.chunkOf(block, symbol);
    const expected = chunk === undefined ? this.#symbolLength : chunkLength(this.geometry, chunk);
    if (bytes.length !== expected) return REFUSED;

    let decoder = this.#open.get(block);
    if (decoder === undefined) {
      decoder = new BlockDecoder(k, this.#symbolLength);
      this.#open.set(block, decoder);
      this.#seenThrough = Math.max(this.#seenThrough, block + 1);
    }
    if (decoder.add(symbol, bytes) !== 'new') return this.#duplicate(block, symbol);
    return { kind: 'new', chunk, whole: decoder.complete ? this.#finish(block, decoder) : undefined };
  }

  /** The chunk that this symbol is; `undefined`: it is repair, or of no block. */
  chunkOf(block: number, symbol: number): number | undefined {
    if (block >= this.geometry.blocks || symbol >= blockChunks(this.geometry, block)) return undefined;
    return firstChunk(this.geometry, block) + symbol;
  }

  #duplicate(block: number, symbol: number): Taken {
    const chunk = this.chunkOf(block, symbol);
    return chunk === undefined ? DUPLICATE : { kind: 'duplicate', chunk };
  }

  /** Chunks missing where later ones have arrived, as of now. For the chunk map. */
  holes(each: (chunk: number, block: number) => void): void {
    for (const [block, decoder] of this.#open) {
      if (block + 1 >= this.#seenThrough) continue;
      const first = firstChunk(this.geometry, block);
      for (let i = 0; i < decoder.k; i++) if (!decoder.hasSource(i)) each(first + i, block);
    }
  }

  /** What the sender must know, with at most `room` open blocks named. */
  report(room: number): StreamReport {
    const lacking: { block: number; symbols: number }[] = [];
    let block = this.closedBelow;
    for (; block < this.#seenThrough; block++) {
      if (this.#closed.has(block)) continue;
      // An entry counts to 65,535 from the first: `have` of an earlier session can leave holes further apart.
      if (lacking.length >= Math.min(room, 255) || block - this.closedBelow > 0xffff) break;
      const symbols = this.#open.get(block)?.missing ?? blockChunks(this.geometry, block);
      lacking.push({ block, symbols });
    }
    return {
      stream: this.stream,
      closedBelow: this.closedBelow,
      listedThrough: Math.max(block, this.closedBelow),
      lacking,
    };
  }

  /** Nothing more will arrive: forgets the blocks that did not become complete. */
  release(): void {
    this.#open.clear();
  }

  #finish(block: number, decoder: BlockDecoder): WholeBlock {
    const first = firstChunk(this.geometry, block);
    const rebuilt = decoder.recover().map((index) => first + index);
    const [at, to] = blockRange(this.geometry, block);
    const bytes = (decoder.block() as Uint8Array).subarray(0, to - at);
    this.close(block);
    return { block, at, bytes, rebuilt, reuse: () => decoder.release() };
  }
}
