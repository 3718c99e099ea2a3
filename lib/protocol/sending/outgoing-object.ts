import { BlockEncoder } from '../erasure/encoder.ts';
import { blockChunks, blockRange, chunkLength, firstChunk, geometryOf, type Geometry } from '../geometry.ts';
import { CHUNK_LENGTH, MAX_OPEN_BLOCKS, READ_AHEAD_BLOCKS } from '../limits.ts';
import { OutgoingBlock } from './outgoing-block.ts';
import type { StreamReport } from '../wire/feedback-packet.ts';
import { symbolsToSend } from './symbol-budget.ts';

/** By a block's place: at an edge nothing later can repair it in time. */
interface Places {
  readonly middle: number;
  readonly edge: number;
}

/** What repair is planned for. */
export interface RepairBudget {
  /** Share of packets that will be lost; at an edge, the share to be prepared for. */
  readonly loss: Places;
  /** Blocks at either end that are at an edge: about what one round trip carries. */
  readonly edgeBlocks: number;
}

/**
 * How sure to be that a block is complete without another round trip. In the middle, expected losses are
 * covered and the rest is left to feedback, which costs nothing while there is more to send. At the front
 * (the picture should appear) and at the end (nothing else fills the round trip) it must be nearly sure.
 */
const CONFIDENCE: Places = { middle: 0.5, edge: 0.995 };

/** A symbol chosen to be sent. */
export interface OutgoingSymbol {
  readonly object: OutgoingObject;
  readonly block: OutgoingBlock;
  readonly symbol: number;
  readonly bytes: Uint8Array;
  /** The last source of its block: the first pass goes on with the next. */
  readonly lastSource: boolean;
}

/** The sending side of one stream: the original or the preview of a transfer. */
export class OutgoingObject {
  readonly stream: number;
  readonly geometry: Geometry;
  /** Blocks below this are complete at the receiver. */
  closedBelow = 0;
  packetsSent = 0;
  /** Chunks of closed blocks. */
  #closedChunks = 0;
  /** Packets of it beyond the first of each source: repair, and sources sent again. */
  retransmitted = 0;
  readonly #symbolLength: number;
  readonly #open = new Map<number, OutgoingBlock>();
  readonly #closed = new Set<number>();
  #nextBlock = 0;
  #askedThrough = 0;
  /** Blocks that were asked for and are not here yet: each is read once at a time, whatever happens. */
  readonly #awaited = new Set<number>();
  /** Blocks below this were named by some report. */
  #listed = 0;
  /** Blocks for which more was sent after their first pass. */
  readonly #retransmittedBlocks = new Set<number>();
  #unreported: number[] = [];

  constructor(stream: number, length: number) {
    this.stream = stream;
    this.geometry = geometryOf(length);
    this.#symbolLength = Math.min(CHUNK_LENGTH, length);
  }

  get complete(): boolean {
    return this.closedBelow >= this.geometry.blocks;
  }

  /** Every source has been sent once. */
  get firstPassSent(): boolean {
    return this.#nextBlock >= this.geometry.blocks;
  }

  /** Distinct symbols that the receiver has, by its newest report: chunks of the object, once whole. */
  get chunksDelivered(): number {
    let sum = this.#closedChunks;
    for (const block of this.#open.values()) sum += block.k - block.lacking;
    return sum;
  }

  /** Blocks whose symbols are held: being sent or not yet complete. */
  get openBlocks(): number {
    return this.#open.size;
  }

  /** Something could be sent now. */
  hasWork(): boolean {
    if (this.#open.has(this.#nextBlock)) return true;
    for (const block of this.#open.values()) if (block.budget > 0 && block.sourcesSent) return true;
    return false;
  }

  /** Bytes whose sources have not been sent. */
  get unsentBytes(): number {
    if (this.firstPassSent) return 0;
    const [from] = blockRange(this.geometry, this.#nextBlock);
    return this.geometry.length - from;
  }

  /** Chunk numbers of a block, `[from, to)`. */
  chunkRange(block: number): readonly [number, number] {
    return [firstChunk(this.geometry, block), firstChunk(this.geometry, block + 1)];
  }

  /** Bytes at the front that the receiver has without a gap. */
  get prefixBytes(): number {
    return this.complete ? this.geometry.length : blockRange(this.geometry, this.closedBelow)[0];
  }

  isClosed(block: number): boolean {
    return block < this.closedBelow || this.#closed.has(block);
  }

  /** The receiver has this block. */
  close(block: number): void {
    if (block >= this.geometry.blocks || this.isClosed(block)) return;
    this.#closed.add(block);
    this.#open.delete(block);
    this.#closedChunks += blockChunks(this.geometry, block);
    while (this.#closed.delete(this.closedBelow)) this.closedBelow += 1;
    this.#skipClosed();
  }

  /** More was sent for this block after its first pass. */
  wasRetransmitted(block: number): boolean {
    return this.#retransmittedBlocks.has(block);
  }

  /** Blocks that became so since the last call, in ascending order. */
  takeRetransmitted(): number[] {
    const blocks = this.#unreported.sort((a, b) => a - b);
    this.#unreported = [];
    return blocks;
  }

  /**
   * Blocks whose bytes are wanted now: asked for a little before they are needed, and again only once they
   * were given back.
   */
  wanted(): number[] {
    const blocks: number[] = [];
    const through = Math.min(
      this.geometry.blocks,
      this.#nextBlock + READ_AHEAD_BLOCKS,
      this.closedBelow + MAX_OPEN_BLOCKS,
    );
    while (this.#askedThrough < through) {
      const block = this.#askedThrough++;
      if (this.isClosed(block) || this.#awaited.has(block)) continue;
      this.#awaited.add(block);
      blocks.push(block);
    }
    return blocks;
  }

  /** The bytes of a block that was asked for; they are not kept where that was taken back. */
  provide(block: number, bytes: Uint8Array): void {
    this.#awaited.delete(block);
    if (block >= this.#askedThrough) return;
    const [from, to] = blockRange(this.geometry, block);
    if (bytes.length !== to - from || this.isClosed(block) || this.#open.has(block)) return;
    this.#open.set(block, new OutgoingBlock(block, BlockEncoder.from(bytes, this.#symbolLength)));
  }

  /** Nothing of it is sent before it goes on: gives back the bytes that were read ahead. */
  rest(): void {
    if (this.packetsSent > 0) return;
    this.#askedThrough = Math.min(this.#askedThrough, this.#nextBlock);
    this.#open.clear();
  }

  /**
   * A source never sent before, in file order, counted as sent; `undefined`: all were, or the next block's
   * bytes are not here yet.
   */
  takeSource(): OutgoingSymbol | undefined {
    const block = this.#open.get(this.#nextBlock);
    if (block === undefined) return undefined;
    const symbol = block.nextSource++;
    const length = chunkLength(this.geometry, firstChunk(this.geometry, block.index) + symbol);
    const bytes = block.encoder.source(symbol).subarray(0, length);
    this.packetsSent += 1;
    const lastSource = block.sourcesSent;
    if (lastSource) {
      this.#nextBlock += 1;
      this.#skipClosed();
    }
    return { object: this, block, symbol, bytes, lastSource };
  }

  /** A symbol of the first block with a repair budget; counted as sent. */
  takeRepair(): OutgoingSymbol | undefined {
    for (const block of this.#open.values()) {
      if (block.budget <= 0 || !block.sourcesSent) continue;
      block.budget -= 1;
      const { symbol, bytes } = block.takeRepair();
      if (block.retransmitted && !this.#retransmittedBlocks.has(block.index)) {
        this.#retransmittedBlocks.add(block.index);
        this.#unreported.push(block.index);
      }
      const length =
        symbol < block.k
          ? chunkLength(this.geometry, firstChunk(this.geometry, block.index) + symbol)
          : bytes.length;
      this.packetsSent += 1;
      this.retransmitted += 1;
      return { object: this, block, symbol, bytes: bytes.subarray(0, length), lastSource: false };
    }
    return undefined;
  }

  /**
   * Sets the repair budget of each sent block: enough that what it lacks arrives with the confidence of its
   * place, less what is in flight.
   * @param ending whether the end of this object is the end of what there is to send
   */
  plan({ loss, edgeBlocks }: RepairBudget, ending: boolean): void {
    const { blocks } = this.geometry;
    // The last round trip has begun: nothing that is sent later could still bring news of these blocks in
    // time.
    const lastEdge = ending && blocks - this.#nextBlock < edgeBlocks ? blocks - edgeBlocks : blocks;
    for (const block of this.#open.values()) {
      if (!block.sourcesSent) continue;
      const edge = block.index < edgeBlocks / 4 || block.index >= lastEdge;
      const place = edge ? 'edge' : 'middle';
      const symbols = symbolsToSend(block.lacking, loss[place], CONFIDENCE[place]);
      block.budget = Math.max(0, symbols - block.inFlight);
      block.firstBudget ??= block.budget;
    }
  }

  /**
   * Takes the receiver's report of which blocks are complete and what the others lack; the caller drops old
   * feedback.
   */
  onReport(report: StreamReport): void {
    if (report.listedThrough > this.geometry.blocks) return;
    for (let block = this.closedBelow; block < report.closedBelow; block++) this.close(block);
    const lacking = new Map(report.lacking.map(({ block, symbols }) => [block, symbols]));
    // Of what was listed before only blocks that were sent since can have become complete. So a report is
    // work for the blocks that are open and for those that it is the first to name.
    for (const block of this.#open.values()) {
      if (block.index < report.closedBelow || block.index >= report.listedThrough) continue;
      const symbols = lacking.get(block.index);
      if (symbols === undefined) this.close(block.index);
      else block.lacking = Math.min(symbols, block.k);
    }
    for (let block = Math.max(report.closedBelow, this.#listed); block < report.listedThrough; block++)
      if (!lacking.has(block)) this.close(block);
    this.#listed = Math.max(this.#listed, report.listedThrough);
  }

  /** Nothing more will be sent: forgets the bytes, keeps the counts. */
  release(): void {
    this.#closedChunks = this.chunksDelivered;
    this.#open.clear();
  }

  #skipClosed(): void {
    while (this.#nextBlock < this.geometry.blocks && this.isClosed(this.#nextBlock)) this.#nextBlock += 1;
  }
}
