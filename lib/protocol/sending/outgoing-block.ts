import type { BlockEncoder } from '../erasure/encoder.ts';
import type { Carried } from './outgoing-lane.ts';

/** One open block: its symbols, and how many of them are to be sent. */
export class OutgoingBlock implements Carried {
  inFlight = 0;
  /** Symbols the receiver lacks by its newest report; all of them before that. */
  lacking: number;
  /** Repair budget: symbols to send beyond the sources, by the newest plan. */
  budget = 0;
  nextSource = 0;
  /**
   * The budget when its sources had just been sent: what is sent beyond it is because more was lost than it
   * covers.
   */
  firstBudget: number | undefined;
  #nextRepair = 0;
  readonly index: number;
  readonly encoder: BlockEncoder;

  constructor(index: number, encoder: BlockEncoder) {
    this.index = index;
    this.encoder = encoder;
    this.lacking = encoder.k;
  }

  get k(): number {
    return this.encoder.k;
  }

  get sourcesSent(): boolean {
    return this.nextSource >= this.k;
  }

  /** More than its first pass, which is the sources and the repair planned with them. */
  get retransmitted(): boolean {
    return this.firstBudget !== undefined && this.#nextRepair > this.firstBudget;
  }

  /**
   * Number and bytes of a repair symbol never sent before; when all 256 − K have been, all symbols in turn.
   */
  takeRepair(): { symbol: number; bytes: Uint8Array } {
    const { k, encoder } = this;
    const turn = this.#nextRepair++;
    if (turn < encoder.repairLimit) return { symbol: k + turn, bytes: encoder.repair(turn) };
    const symbol = (turn - encoder.repairLimit) % 256;
    return { symbol, bytes: symbol < k ? encoder.source(symbol) : encoder.repair(symbol - k) };
  }
}
