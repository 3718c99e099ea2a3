import { ProtocolError } from '../errors.ts';
import {
  MAX_EARLY_PREVIEWS,
  MAX_UNANSWERED_OFFERS,
  MAX_UNFINISHED_BLOCKS,
  MAX_WAITING_OFFERS,
} from '../limits.ts';
import { TransferTable, type Ending } from '../transfer-table.ts';
import type { FileHeader } from '../wire/file-header.ts';
import type { IncomingObject, Taken } from './incoming-object.ts';
import { IncomingTransfer } from './incoming-transfer.ts';

/** All transfers of a session by what can happen to them, and the bounds on their number and memory. */
export class IncomingTransfers {
  readonly #table = new TransferTable<IncomingTransfer>();
  /** Offers without an answer. */
  readonly #waiting = new Set<IncomingTransfer>();
  /** Those of them of whose preview something is here. */
  readonly #early = new Set<IncomingTransfer>();
  /** Accepted, and not over. */
  readonly active = new Set<IncomingTransfer>();
  /** Unfinished blocks of all transfers. */
  #unfinished = 0;
  /** Offers that the sender withdrew before an answer. */
  #withdrawn: number;

  constructor(unanswered: number) {
    this.#withdrawn = unanswered;
  }

  /** Offers of the session without an answer: those that wait, and those that were withdrawn. */
  get unanswered(): number {
    return this.#withdrawn + this.#waiting.size;
  }

  /** No further offer is allowed. */
  get full(): boolean {
    return this.#waiting.size >= MAX_WAITING_OFFERS || this.unanswered >= MAX_UNANSWERED_OFFERS;
  }

  /** One that is not over, or one of the last that are. */
  get(id: number): IncomingTransfer | undefined {
    return this.#table.get(id);
  }

  endingOf(id: number): Ending | undefined {
    return this.#table.endingOf(id);
  }

  receiving(): IncomingTransfer[] {
    return [...this.active].filter(({ state }) => state === 'receiving');
  }

  /** Something of it should arrive. */
  get expecting(): boolean {
    return this.receiving().some(({ pauses }) => !pauses.any);
  }

  /** Transfers that are paused and have begun. */
  get resting(): number {
    return this.receiving().filter(({ pauses, packets }) => pauses.any && packets > 0).length;
  }

  /**
   * Objects to report on. What is being sent now is first: the sender's order is that of acceptance, not of
   * the offers.
   */
  reportable(): IncomingObject[] {
    return (
      [...this.active, ...this.#early]
        .toSorted((a, b) => b.lastPacketAt - a.lastPacketAt)
        // To report on an original is to accept it.
        .flatMap(({ objects, preview, state }) => (state === 'offered' ? (preview ?? []) : objects))
    );
  }

  offer(id: number, header: FileHeader): IncomingTransfer {
    const transfer = new IncomingTransfer(id, header);
    this.#table.append(transfer);
    this.#waiting.add(transfer);
    return transfer;
  }

  accepted(transfer: IncomingTransfer): void {
    this.#waiting.delete(transfer);
    this.#early.delete(transfer);
    this.active.add(transfer);
  }

  /** Ends one that is not verified; `false`: it is, or has ended. */
  end(transfer: IncomingTransfer, input: 'decline' | 'cancel' | 'silence'): boolean {
    if (!transfer.step(input)) return false;
    this.#retire(transfer, 'ended');
    return true;
  }

  /** The sender cancels. */
  withdraw(transfer: IncomingTransfer): boolean {
    if (transfer.state === 'offered') this.#withdrawn += 1;
    return this.end(transfer, 'cancel');
  }

  /** No late packet of it is counted any more. */
  finish(transfer: IncomingTransfer): void {
    const { phase } = transfer;
    if (transfer.finish()) this.#retire(transfer, 'intact' in phase && phase.intact ? 'verified' : 'refuted');
  }

  /** Another session began with the same sender. */
  forgive(): void {
    this.#withdrawn = 0;
  }

  /**
   * Takes a symbol of a transfer that is offered or being received.
   * @throws ProtocolError when it is beyond a bound or its object
   */
  take(
    transfer: IncomingTransfer,
    object: IncomingObject,
    block: number,
    symbol: number,
    bytes: Uint8Array,
  ): Exclude<Taken, { kind: 'refused' }> {
    if (object.isUntouched(block) && this.#unfinished >= MAX_UNFINISHED_BLOCKS)
      throw new ProtocolError('too-long', 'unfinished blocks');
    const before = object.openBlocks;
    const taken = object.take(block, symbol, bytes);
    this.#unfinished += object.openBlocks - before;
    if (taken.kind === 'refused') throw new ProtocolError('bad-number', 'symbol outside its object');
    if (transfer.state === 'offered') this.#early.add(transfer);
    return taken;
  }

  /**
   * Of an unanswered offer only the preview is taken, and of a bounded number of offers.
   * @throws ProtocolError otherwise
   */
  admitEarly(transfer: IncomingTransfer, object: IncomingObject): void {
    if (object === transfer.original) throw new ProtocolError('wrong-state', 'data before acceptance');
    if (!this.#early.has(transfer) && this.#early.size >= 2 * MAX_EARLY_PREVIEWS)
      throw new ProtocolError('too-many-offers', 'early previews');
  }

  #retire(transfer: IncomingTransfer, ending: Ending): void {
    this.#unfinished -= transfer.unfinished;
    transfer.release();
    for (const set of [this.#waiting, this.#early, this.active]) set.delete(transfer);
    this.#table.retire(transfer, ending);
  }
}
