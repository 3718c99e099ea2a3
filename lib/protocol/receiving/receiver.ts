import { CONTROL_LANE, type Endpoint, type LaneId, type Millis, type Transmit } from '../endpoint.ts';
import { ProtocolError, UsageError } from '../errors.ts';
import { LINGER, MAX_PAUSED, MAX_UNOFFERED_PACKETS, MAX_SENT_WAIT, MAX_SILENCE } from '../limits.ts';
import { LaneBudget } from '../lane-budget.ts';
import type { PauseSide } from '../pauses.ts';
import { Violations } from '../violations.ts';
import {
  CancelReason,
  decodeControl,
  encodeControl,
  MAX_RUNS,
  type ControlMessage,
} from '../wire/control-message.ts';
import type { FileHeader } from '../wire/file-header.ts';
import {
  DATA,
  DATA_HEADER,
  decodeData,
  FEEDBACK,
  packetType,
  PROBE,
  splitMessage,
  trainPlaceOf,
  type DataHeader,
} from '../wire/lane-packet.ts';
import { runsWhere, type Run } from '../wire/run-list.ts';
import { kindOf, PREVIEW, transferOf } from '../wire/stream-id.ts';
import { FeedbackScheduler } from './feedback-scheduler.ts';
import { FeedbackWriter } from './feedback-writer.ts';
import type { IncomingObject } from './incoming-object.ts';
import type { IncomingTransfer } from './incoming-transfer.ts';
import { IncomingTransfers } from './incoming-transfers.ts';
import { Arrivals } from './lane-arrivals.ts';
import { ProgressReporter } from './progress-reporter.ts';
import type { ReceiverEvent } from './receiver-event.ts';

/** A symbol of a DATA packet. */
interface Symbol {
  readonly header: DataHeader;
  readonly bytes: Uint8Array;
}

/** The receiving endpoint of a session. See `Endpoint` for how it is driven. */
export class Receiver implements Endpoint<ReceiverEvent> {
  /** Rules that the sender broke. */
  readonly violations = new Violations();
  readonly #transfers: IncomingTransfers;
  #budget: LaneBudget;
  readonly #arrivals = new Arrivals();
  readonly #scheduler = new FeedbackScheduler();
  readonly #feedback = new FeedbackWriter();
  readonly #progress = new ProgressReporter();
  /** Control messages to be sent. */
  readonly #control: Uint8Array[] = [];
  readonly #events: ReceiverEvent[] = [];
  /** Highest transfer number offered. */
  #newestOffer = 0;
  /** Of previews whose offers have not arrived: the control channel may be late by tenths of a second. */
  readonly #unoffered: Symbol[] = [];
  /** When a symbol of any transfer was last taken: those accepted later wait for their turn, however long. */
  #lastSymbolAt: Millis = -Infinity;

  /**
   * On a new control channel the sender has not said HELLO. It may be another page, to which feedback about
   * the pictures of the earlier one would be an acceptance of its own and a report of what it never sent.
   */
  #unacquainted = false;

  /** @param earlier endpoint of the same session: its counts of what floods a session go on */
  constructor(earlier?: Receiver) {
    this.#transfers = new IncomingTransfers(earlier?.unanswered ?? 0);
    this.#budget = earlier === undefined ? new LaneBudget() : earlier.#budget;
  }

  // ---- commands

  /**
   * Introduces this side.
   * @param instance 8 random bytes that change when the page is reloaded
   * @param name of the person, at most 120 bytes of UTF-8 are sent
   */
  hello(instance: Uint8Array, name: string): void {
    this.#post({ type: 'hello', instance, name });
  }

  /**
   * Accepts an offer.
   * @param have blocks of the original that are here from an earlier session, ascending
   * @throws UsageError when the transfer is no offer
   */
  accept(transfer: number, have: readonly Run[], now: Millis): void {
    const incoming = this.#transfers.get(transfer);
    if (incoming?.accept(have, now) !== true) throw new UsageError('only an offer can be accepted');
    this.#transfers.accepted(incoming);
    this.#post({ type: 'accept', transfer, have: have.slice(0, MAX_RUNS) });
    this.#scheduler.urge(now);
    this.#checkComplete(incoming);
  }

  /** @throws UsageError when the transfer is no offer */
  decline(transfer: number): void {
    const incoming = this.#transfers.get(transfer);
    if (incoming === undefined || !this.#transfers.end(incoming, 'decline'))
      throw new UsageError('only an offer can be declined');
    this.#post({ type: 'decline', transfer });
  }

  /** Ends a transfer on both sides; does nothing if it is verified or has ended. */
  cancel(transfer: number, reason: CancelReason = CancelReason.person): void {
    const incoming = this.#transfers.get(transfer);
    if (incoming !== undefined && this.#transfers.end(incoming, 'cancel'))
      this.#post({ type: 'cancel', transfer, reason });
  }

  /**
   * The answer to `whole`.
   * @param intact the digest of what was stored is the announced one
   * @throws UsageError when no answer is due
   */
  verified(transfer: number, intact: boolean, now: Millis): void {
    const incoming = this.#transfers.get(transfer);
    if (incoming?.verified(intact, now + MAX_SENT_WAIT) !== true) throw new UsageError('nothing to verify');
    this.#post({ type: 'complete', transfer, verified: intact });
    this.#scheduler.urge(now);
  }

  /**
   * Lets the bytes of an accepted transfer rest, or go on (P-124).
   * @returns whether that is new; `false` also when it is over, or too many rest already
   */
  pause(transfer: number, paused: boolean, now: Millis): boolean {
    const incoming = this.#transfers.get(transfer);
    if (incoming?.state !== 'receiving') return false;
    const { pauses, packets } = incoming;
    if (paused && packets > 0 && !pauses.any && this.#transfers.resting >= MAX_PAUSED / 2) return false;
    if (!this.#setPaused(incoming, 'here', paused, now)) return false;
    this.#post({ type: 'pause', transfer, paused });
    return true;
  }

  /** Tells the sender that pictures for it were picked here, and where they begin (P-136). */
  sendBack(nonce: Uint8Array): void {
    this.#post({ type: 'back', nonce });
  }

  /** Tells the sender that this side leaves. */
  bye(): void {
    this.#post({ type: 'bye' });
  }

  /** The control channel is gone: until HELLO on the next one, feedback is withheld. */
  disconnected(): void {
    this.#unacquainted = true;
  }

  /** Offers of this session without an answer: those that wait, and those that were withdrawn. */
  get unanswered(): number {
    return this.#transfers.unanswered;
  }

  /** Another session began with the same sender: its person is asked anew. */
  forgive(): void {
    this.#transfers.forgive();
    this.#budget = new LaneBudget();
  }

  /** One that is not over, or one of the last that are. */
  transfer(id: number): IncomingTransfer | undefined {
    return this.#transfers.get(id);
  }

  /** Packets of the session that a later one of their lane overtook and that have not arrived. */
  get missing(): number {
    return this.#arrivals.missing;
  }

  /** Open lanes. */
  get lanes(): number {
    return this.#arrivals.size;
  }

  // ---- Endpoint: in

  handlePacket(bytes: Uint8Array, lane: LaneId, now: Millis): void {
    this.violations.guard(() => {
      if (lane === CONTROL_LANE) {
        this.#handleControl(decodeControl(bytes), now);
        return;
      }
      if (!this.#budget.spend(bytes.length, now)) {
        this.#events.push({ type: 'flooded' });
        throw new ProtocolError('too-long', 'lane bytes that serve nothing');
      }
      // A packet that breaks a rule takes none of its message with it.
      for (const packet of splitMessage(bytes))
        this.violations.guard(() => this.#handleLanePacket(packet, lane, now));
    });
  }

  handleTimeout(now: Millis): void {
    for (const transfer of this.#transfers.active) {
      const { phase } = transfer;
      if (phase.state === 'lingering' && now >= phase.until) this.#finish(transfer);
      else if (phase.state === 'receiving' && now - this.#silentSince(transfer) > MAX_SILENCE)
        this.#endSilent(transfer);
    }
    for (const report of this.#progress.poll(this.#transfers.receiving(), now)) this.#post(report);
  }

  handleLaneOpen(lane: LaneId, now: Millis): void {
    if (lane === CONTROL_LANE) return;
    this.#arrivals.open(lane);
    const receiving = this.#transfers.receiving();
    for (const transfer of receiving) transfer.lastPacketAt = now;
    if (receiving.length > 0) this.#scheduler.urge(now);
  }

  handleLaneClosed(lane: LaneId, _now: Millis): void {
    this.#arrivals.close(lane);
    this.#scheduler.laneClosed(lane);
  }

  handleLaneBacklog(lane: LaneId, byteLength: number, _now: Millis): void {
    this.#scheduler.backlog(lane, byteLength);
  }

  // ---- Endpoint: out

  pollTransmit(now: Millis): Transmit | undefined {
    return this.#pollControl() ?? this.#pollFeedback(now);
  }

  pollEvent(): ReceiverEvent | undefined {
    return this.#events.shift();
  }

  nextTimeout(): Millis | undefined {
    const next = Math.min(...Object.values(this.#deadlines()));
    return next === Infinity ? undefined : next;
  }

  /**
   * When each part wants `handleTimeout` or `pollTransmit` to be called; `Infinity`: not before another
   * input.
   */
  #deadlines(): Readonly<Record<'feedback' | 'progress' | 'transfers', Millis>> {
    let progress = Infinity;
    let transfers = Infinity;
    for (const transfer of this.#transfers.active) {
      if (transfer.state === 'receiving') progress = this.#progress.nextTimeout();
      transfers = Math.min(transfers, this.#transferTimeout(transfer));
    }
    return {
      feedback: this.#arrivals.size > 0 && !this.#unacquainted ? this.#scheduler.nextTimeout() : Infinity,
      progress,
      transfers,
    };
  }

  /**
   * When the counts of a verified transfer are final, or one that is being received has failed by silence.
   */
  #transferTimeout(transfer: IncomingTransfer): Millis {
    const { phase } = transfer;
    if (phase.state === 'lingering') return phase.until;
    return phase.state === 'receiving' ? this.#silentSince(transfer) + MAX_SILENCE + 1 : Infinity;
  }

  /** `Infinity`: nothing is to be received, for want of a lane or since it rests. */
  #silentSince({ lastPacketAt, pauses }: IncomingTransfer): Millis {
    return this.#arrivals.size > 0 && !pauses.any ? Math.max(lastPacketAt, this.#lastSymbolAt) : Infinity;
  }

  #pollControl(): Transmit | undefined {
    const bytes = this.#control.shift();
    return bytes === undefined ? undefined : { lane: CONTROL_LANE, bytes };
  }

  #pollFeedback(now: Millis): Transmit | undefined {
    if (this.#unacquainted) return undefined;
    const lane = this.#scheduler.poll(this.#arrivals.ids(), now);
    if (lane === undefined) return undefined;
    const bytes = this.#feedback.write(this.#arrivals, this.#transfers.reportable(), now);
    this.#scheduler.sent(this.#transfers.expecting, now);
    return { lane, bytes };
  }

  // ---- packets

  #handleLanePacket(packet: Uint8Array, lane: LaneId, now: Millis): void {
    switch (packetType(packet)) {
      case FEEDBACK:
        throw new ProtocolError('wrong-lane', 'feedback for a receiver');
      case PROBE:
        this.#countArrival(packet, lane, now);
        this.#feedback.probed(trainPlaceOf(packet), now);
        return;
      case DATA: {
        const header = this.#countArrival(packet, lane, now);
        this.#handleSymbol({ header, bytes: packet.subarray(DATA_HEADER) }, now);
      }
    }
  }

  /** @throws ProtocolError for a packet that arrived before */
  #countArrival(packet: Uint8Array, lane: LaneId, now: Millis): DataHeader {
    const header = decodeData(packet);
    if (!this.#arrivals.add(lane, header.number)) throw new ProtocolError('bad-number', 'replayed packet');
    this.#feedback.arrived(header.sentAt, packet.length, now);
    this.#scheduler.arrived(now);
    return header;
  }

  #handleSymbol(symbol: Symbol, now: Millis): void {
    const { header, bytes } = symbol;
    const transfer = this.#transfers.get(transferOf(header.stream));
    const object = transfer?.object(header.stream);
    if (transfer === undefined || object === undefined) {
      this.#keepUnoffered(symbol);
      return;
    }
    const original = object === transfer.original;
    if (transfer.state === 'offered') this.#transfers.admitEarly(transfer, object);
    if (original) transfer.packets += 1;
    switch (transfer.state) {
      case 'offered':
      case 'receiving':
        this.#takeSymbol(transfer, object, header, bytes, now);
        return;
      case 'verifying':
      case 'lingering':
      case 'done':
        if (transfer.state !== 'done') this.#budget.earn(DATA_HEADER + bytes.length);
        if (original) this.#countDuplicate(transfer, object.chunkOf(header.block, header.symbol));
        if (transfer.allCounted) transfer.lingerUntil(now);
        return;
      case 'ended':
    }
  }

  /** A preview's packets may be faster than its offer. */
  #keepUnoffered({ header, bytes }: Symbol): void {
    if (transferOf(header.stream) <= this.#newestOffer || kindOf(header.stream) !== PREVIEW)
      throw new ProtocolError('unknown-transfer');
    this.#unoffered.push({ header, bytes: bytes.slice() });
    if (this.#unoffered.length > MAX_UNOFFERED_PACKETS) this.#unoffered.shift();
  }

  #takeSymbol(
    transfer: IncomingTransfer,
    object: IncomingObject,
    { block, symbol }: DataHeader,
    bytes: Uint8Array,
    now: Millis,
  ): void {
    const original = object === transfer.original;
    const taken = this.#transfers.take(transfer, object, block, symbol, bytes);
    transfer.lastPacketAt = now;
    if (transfer.state === 'receiving') {
      this.#lastSymbolAt = now;
      this.#budget.earn(DATA_HEADER + bytes.length);
    }
    if (taken.kind === 'duplicate') {
      if (original) this.#countDuplicate(transfer, taken.chunk);
      return;
    }
    if (original && taken.chunk !== undefined) {
      transfer.chunks += 1;
      this.#events.push({ type: 'chunk', transfer: transfer.id, chunk: taken.chunk });
    }
    const { whole } = taken;
    if (whole === undefined) return;
    if (original) transfer.countRebuilt(whole);
    this.#events.push({ type: 'block', transfer: transfer.id, kind: kindOf(object.stream), ...whole });
    if (object.whole) this.#scheduler.urge(now);
    this.#checkComplete(transfer);
  }

  #countDuplicate(transfer: IncomingTransfer, chunk: number | undefined): void {
    transfer.countDuplicate(chunk);
    if (chunk !== undefined) this.#events.push({ type: 'twice', transfer: transfer.id, chunk });
  }

  /** The preview does not count: the picture is complete when the original is. */
  #checkComplete(transfer: IncomingTransfer): void {
    if (transfer.original.whole && transfer.step('blocks'))
      this.#events.push({ type: 'whole', transfer: transfer.id });
  }

  // ---- ends

  #finish(transfer: IncomingTransfer): void {
    this.#transfers.finish(transfer);
    this.#post(this.#progress.report(transfer, true));
    this.#events.push({ type: 'final', transfer: transfer.id });
  }

  #endSilent(transfer: IncomingTransfer): void {
    if (!this.#transfers.end(transfer, 'silence')) return;
    this.#post({ type: 'cancel', transfer: transfer.id, reason: CancelReason.silence });
    this.#events.push({ type: 'silence', transfer: transfer.id });
  }

  // ---- control channel

  #handleControl(message: ControlMessage, now: Millis): void {
    switch (message.type) {
      case 'hello':
        this.#unacquainted = false;
        this.#events.push(message);
        return;
      case 'bye':
        this.#events.push({ type: 'bye' });
        return;
      case 'invite':
        this.#events.push({ type: 'invited' });
        return;
      case 'offer':
        this.#handleOffer(message.transfer, message.header, now);
        return;
      case 'cancel': {
        const transfer = this.#transfers.get(message.transfer);
        // Its offer may have been lost with the control channel.
        if (transfer !== undefined && this.#transfers.withdraw(transfer))
          this.#events.push({ type: 'cancelled', transfer: transfer.id, reason: message.reason });
        return;
      }
      case 'sent':
        this.#handleSent(message, now);
        return;
      case 'pause': {
        const transfer = this.#transfers.get(message.transfer);
        if (transfer === undefined && this.#transfers.endingOf(message.transfer) !== undefined) return;
        if (transfer === undefined) throw new ProtocolError('unknown-transfer');
        if (this.#setPaused(transfer, 'there', message.paused, now))
          this.#events.push({ type: 'paused', transfer: transfer.id, paused: message.paused });
        return;
      }
      case 'sending': {
        const transfer = this.#transfers.get(message.transfer);
        if (transfer === undefined) throw new ProtocolError('unknown-transfer');
        if (transfer.state === 'offered') throw new ProtocolError('wrong-state', 'sending');
        // The map of a transfer that is over is not drawn.
        if (this.#transfers.active.has(transfer)) this.#events.push(message);
        return;
      }
      default:
        throw new ProtocolError('wrong-state', `${message.type} from a sender`);
    }
  }

  #setPaused(transfer: IncomingTransfer, side: PauseSide, paused: boolean, now: Millis): boolean {
    if (!transfer.pauses.set(side, paused)) return false;
    transfer.lastPacketAt = now;
    if (transfer.state === 'receiving') this.#scheduler.urge(now);
    return true;
  }

  #handleSent(message: Extract<ControlMessage, { type: 'sent' }>, now: Millis): void {
    const { packets, retransmitted, roundTrip } = message;
    const transfer = this.#transfers.get(message.transfer);
    if (transfer?.state !== 'lingering' && transfer?.state !== 'done')
      throw new ProtocolError('wrong-state', 'sent');
    // Only the first: repetitions would keep the transfer waiting.
    if (transfer.sent !== undefined) return;
    transfer.sent = { packets, retransmitted, roundTrip };
    // Nothing is sent after it; the last packets may be late.
    transfer.lingerUntil(transfer.allCounted ? now : now + LINGER);
    if (transfer.state === 'done') this.#events.push({ type: 'final', transfer: transfer.id });
  }

  #handleOffer(id: number, header: FileHeader, now: Millis): void {
    const known = this.#transfers.get(id);
    if (known !== undefined) {
      if (!sameBytes(known.header.digest, header.digest))
        throw new ProtocolError('wrong-state', 'another picture under a used number');
      // Said again behind a repeated offer.
      if (this.#setPaused(known, 'there', false, now))
        this.#events.push({ type: 'paused', transfer: id, paused: false });
      this.#repeatAnswer(known);
      return;
    }
    if (this.#transfers.endingOf(id) !== undefined) {
      this.#repeatEnding(id);
      return;
    }
    if (this.#transfers.full) {
      this.#events.push({ type: 'flooded' });
      throw new ProtocolError('too-many-offers');
    }
    this.#transfers.offer(id, header);
    this.#newestOffer = Math.max(this.#newestOffer, id);
    this.#events.push({ type: 'offered', transfer: id, header });
    for (const symbol of this.#unoffered.splice(0))
      this.violations.guard(() => this.#handleSymbol(symbol, now));
  }

  /**
   * The control channel was lost and is back: the sender offers again, and our answer may not have arrived.
   */
  #repeatAnswer({ id, phase, original, pauses }: IncomingTransfer): void {
    switch (phase.state) {
      case 'offered':
        return;
      case 'ended':
        this.#post({ type: 'cancel', transfer: id, reason: CancelReason.person });
        return;
      default: {
        const have = runsWhere(original.geometry.blocks, (block) => original.isClosed(block), MAX_RUNS);
        this.#post({ type: 'accept', transfer: id, have });
        if (pauses.here) this.#post({ type: 'pause', transfer: id, paused: true });
        if ('intact' in phase) this.#post({ type: 'complete', transfer: id, verified: phase.intact });
      }
    }
  }

  /** The same for a transfer of which only the ending is known. */
  #repeatEnding(transfer: number): void {
    const ending = this.#transfers.endingOf(transfer);
    if (ending === 'ended') this.#post({ type: 'cancel', transfer, reason: CancelReason.person });
    else this.#post({ type: 'complete', transfer, verified: ending === 'verified' });
  }

  #post(message: ControlMessage): void {
    this.#control.push(encodeControl(message));
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
