import { UsageError } from '../errors.ts';
import { blockRange } from '../geometry.ts';
import { MAX_EARLY_PREVIEWS, MAX_PAUSED, MAX_TRANSFER } from '../limits.ts';
import type { PauseSide } from '../pauses.ts';
import type { Run } from '../wire/run-list.ts';
import { TransferTable, type Ending } from '../transfer-table.ts';
import type { FileHeader } from '../wire/file-header.ts';
import type { StreamReport } from '../wire/feedback-packet.ts';
import { kindOf, transferOf, type ObjectKind } from '../wire/stream-id.ts';
import type { OutgoingObject, OutgoingSymbol, RepairBudget } from './outgoing-object.ts';
import { OutgoingTransfer, type OutgoingInput } from './outgoing-transfer.ts';

/** Bytes `[from, to)` of an object that are wanted from the host. */
export interface WantedBytes {
  readonly transfer: number;
  readonly kind: ObjectKind;
  readonly block: number;
  readonly from: number;
  readonly to: number;
}

/** What can be sent now. */
interface Sendable {
  /** Accepted, neither paused nor complete, in the order of acceptance. */
  readonly sending: readonly OutgoingTransfer[];
  readonly objects: readonly OutgoingObject[];
  /** The first offers without an answer, where their previews may be sent. */
  readonly offers: readonly OutgoingTransfer[];
}

/** All transfers of a session, and which symbol of which is next. */
export class TransferQueue {
  readonly #transfers = new TransferTable<OutgoingTransfer>();
  #nextId = 1;
  #earlyPreviewsAllowed = false;
  /**
   * Derived from `transfers`: asked for with each packet, of up to 200 pictures; every method that changes
   * one clears it.
   */
  #cached: Sendable | undefined;

  /** One that is offered or being sent, or one of the last that are over. */
  get(id: number): OutgoingTransfer | undefined {
    return this.#transfers.get(id);
  }

  /** Offered or being sent. */
  live(): readonly OutgoingTransfer[] {
    return [...this.#transfers.values()];
  }

  /** The last that are over. */
  recent(): readonly OutgoingTransfer[] {
    return [...this.#transfers.recent()];
  }

  /** A transfer of this number is over, however long ago. */
  isOver(id: number): boolean {
    return this.#transfers.endingOf(id) !== undefined;
  }

  /** Accepted, neither paused nor complete, in the order of acceptance. */
  get sending(): readonly OutgoingTransfer[] {
    return this.#sendable.sending;
  }

  /** A picture is being sent. */
  get busy(): boolean {
    return this.sending.length > 0;
  }

  /** Neither pictures nor early previews. */
  get idle(): boolean {
    return !this.busy && this.#earlyPreviews().length === 0;
  }

  /** Everything accepted was sent once: only repair is left. */
  get firstPassSent(): boolean {
    return this.sending.every((transfer) => transfer.firstPassSent);
  }

  /** Bytes of accepted originals whose first pass is not sent. */
  get unsentBytes(): number {
    return this.sending.reduce((sum, transfer) => sum + transfer.original.unsentBytes, 0);
  }

  hasWork(): boolean {
    return this.#objects().some((object) => object.hasWork());
  }

  // ---- changes

  /** @throws UsageError when the session's transfer numbers are used up */
  offer(header: FileHeader): OutgoingTransfer {
    if (this.#nextId > MAX_TRANSFER) throw new UsageError('a session has numbers for 32,767 transfers');
    const transfer = new OutgoingTransfer(this.#nextId++, header);
    this.#transfers.append(transfer);
    this.#cached = undefined;
    return transfer;
  }

  allowEarlyPreviews(allowed: boolean): void {
    this.#earlyPreviewsAllowed = allowed;
    this.#cached = undefined;
  }

  /** The receiver has forgotten everything: this one is offered again from its beginning. */
  restart({ id, header, pauses }: OutgoingTransfer): void {
    const anew = new OutgoingTransfer(id, header);
    anew.pauses.here = pauses.here;
    this.#transfers.replace(anew);
    this.#cached = undefined;
  }

  /** @param have blocks of the original that the receiver has already */
  accept(transfer: OutgoingTransfer, have: readonly Run[]): void {
    transfer.step('accept');
    // Last in the order of acceptance, which is the person's.
    this.#transfers.append(transfer);
    this.skip(transfer, have);
  }

  skip(transfer: OutgoingTransfer, have: readonly Run[]): void {
    transfer.skip(have);
    this.#cached = undefined;
  }

  /** @returns whether anything is different; `false` also when it is over, or too many rest already */
  pause(id: number, side: PauseSide, paused: boolean): boolean {
    const transfer = this.#transfers.live(id);
    if (transfer === undefined) return false;
    if (paused && transfer.begun && !transfer.pauses.any && this.#resting >= MAX_PAUSED) return false;
    this.#cached = undefined;
    // However many are paused before they begin, they hold no bytes.
    if (paused) transfer.original.rest();
    return transfer.pauses.set(side, paused);
  }

  /** Transfers that are paused and have begun. */
  get #resting(): number {
    return this.live().filter(({ pauses, begun }) => pauses.any && begun).length;
  }

  /** Ends a transfer; `false`: its state does not allow it. */
  end(id: number, input: Exclude<OutgoingInput, 'accept'>, ending: Ending = 'ended'): boolean {
    const transfer = this.#transfers.live(id);
    if (transfer?.step(input) !== true) return false;
    this.#transfers.retire(transfer, ending);
    this.#cached = undefined;
    return true;
  }

  /**
   * What the receiver has of each stream.
   *
   * @returns the transfers whose originals these reports have completed
   */
  report(reports: readonly StreamReport[]): OutgoingTransfer[] {
    const delivered: OutgoingTransfer[] = [];
    for (const report of reports) {
      const transfer = this.#transfers.get(transferOf(report.stream));
      const before = transfer?.original.complete;
      transfer?.object(kindOf(report.stream))?.onReport(report);
      if (transfer !== undefined && before === false && transfer.original.complete) delivered.push(transfer);
    }
    this.#cached = undefined;
    return delivered;
  }

  // ---- what is next

  /**
   * Repair first (the front of the picture waits for it), then sources in order; transfers in the order of
   * acceptance.
   */
  take(): OutgoingSymbol | undefined {
    for (const object of this.#objects()) {
      const symbol = object.takeRepair() ?? object.takeSource();
      if (symbol !== undefined) return symbol;
    }
    return undefined;
  }

  /** Plans repair: more where no later round trip can bring it. */
  plan(budget: RepairBudget): void {
    const active = this.sending;
    for (const transfer of active) {
      const ending = active.every((other) => other === transfer || other.firstPassSent);
      for (const object of transfer.objects) object.plan(budget, ending || object !== transfer.original);
    }
    for (const preview of this.#earlyPreviews()) preview.plan(budget, true);
  }

  /**
   * Bytes to ask the host for: of an album, of the picture being sent and of the next, since their memory is
   * bounded.
   */
  wanted(): WantedBytes[] {
    const wanted: WantedBytes[] = [];
    let unsent = 0;
    for (const transfer of this.sending) {
      if (unsent > 1) break;
      for (const object of transfer.objects) addWanted(wanted, object);
      if (!transfer.firstPassSent) unsent += 1;
    }
    for (const preview of this.#earlyPreviews()) addWanted(wanted, preview);
    return wanted;
  }

  /**
   * What may be sent now: accepted pictures in the order of acceptance, then the previews of the first
   * offers.
   */
  #objects(): readonly OutgoingObject[] {
    const { objects, offers } = this.#sendable;
    return offers.length === 0 ? objects : [...objects, ...this.#earlyPreviews()];
  }

  #earlyPreviews(): OutgoingObject[] {
    return this.#sendable.offers.flatMap(({ earlyPreview }) => earlyPreview ?? []);
  }

  get #sendable(): Sendable {
    if (this.#cached !== undefined) return this.#cached;
    const all = this.live();
    const sending = all.filter(
      (transfer) => transfer.state === 'sending' && !transfer.complete && !transfer.pauses.any,
    );
    const offers = this.#earlyPreviewsAllowed ? all.filter(({ state }) => state === 'offered') : [];
    this.#cached = {
      sending,
      objects: sending.flatMap(({ objects }) => objects),
      offers: offers.slice(0, MAX_EARLY_PREVIEWS),
    };
    return this.#cached;
  }
}

function addWanted(wanted: WantedBytes[], object: OutgoingObject): void {
  const transfer = transferOf(object.stream);
  const kind = kindOf(object.stream);
  for (const block of object.wanted()) {
    const [from, to] = blockRange(object.geometry, block);
    wanted.push({ transfer, kind, block, from, to });
  }
}
