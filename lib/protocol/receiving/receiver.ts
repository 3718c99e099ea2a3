import { Arrivals } from './lane-arrivals.ts';
import { CONTROL_LANE, type Endpoint, type LaneId, type Millis, type Transmit } from '../endpoint.ts';
import {
  CancelReason,
  decodeControl,
  encodeControl,
  MAX_RUNS,
  MAX_SIDE_RUNS,
  type ControlMessage,
  type Run,
} from '../wire/control-message.ts';
import { ProtocolError, UsageError, type ProtocolErrorCode } from '../errors.ts';
import { blockChunks } from '../geometry.ts';
import type { FileHeader } from '../wire/file-header.ts';
import { IncomingTransfer } from './incoming-transfer.ts';
import {
  LINGER,
  MAX_EARLY_PREVIEWS,
  MAX_FEEDBACK_STREAMS,
  MAX_UNANSWERED_OFFERS,
  MAX_UNFINISHED_BLOCKS,
  MAX_UNOFFERED_PACKETS,
  MAX_WAITING_OFFERS,
  SENT_LIMIT,
  SILENCE_LIMIT,
} from '../limits.ts';
import {
  DATA,
  DATA_HEADER,
  decodeData,
  type DataHeader,
  encodeFeedback,
  FEEDBACK,
  LONGEST_HELD,
  NO_TRANSIT,
  packetType,
  roomForBlocks,
  splitMessage,
  TICKS,
  ticksOf,
} from '../wire/lane-packet.ts';
import { takeRuns } from '../wire/run-list.ts';
import { TransferTable } from '../transfer-table.ts';
import { kindOf, PREVIEW, transferOf, type ObjectKind } from '../wire/stream-id.ts';

export type ReceiverEvent =
  | { readonly type: 'hello'; readonly instance: Uint8Array; readonly name: string }
  | { readonly type: 'offered'; readonly transfer: number; readonly header: FileHeader }
  /** A chunk came by itself: its number in the file. */
  | { readonly type: 'chunk'; readonly transfer: number; readonly chunk: number }
  /** A chunk came by itself that was here already, by itself or rebuilt. */
  | { readonly type: 'twice'; readonly transfer: number; readonly chunk: number }
  /** A block became whole; `at` is where its bytes stand, `rebuilt` the chunks that did not come by themselves. */
  | {
      readonly type: 'block';
      readonly transfer: number;
      readonly kind: ObjectKind;
      readonly block: number;
      readonly at: number;
      readonly bytes: Uint8Array;
      readonly rebuilt: readonly number[];
    }
  /** The sender's round trip, and blocks for which it sent more after their first pass. */
  | {
      readonly type: 'sending';
      readonly transfer: number;
      readonly roundTrip: Millis;
      readonly again: readonly Run[];
    }
  /** Every byte is here: compare the digest and call `verified`. */
  | { readonly type: 'whole'; readonly transfer: number }
  /** The figures will not change any more. */
  | { readonly type: 'final'; readonly transfer: number }
  | { readonly type: 'cancelled'; readonly transfer: number; readonly reason: CancelReason }
  | { readonly type: 'silence'; readonly transfer: number }
  /** More offers than a session may hold: end it. */
  | { readonly type: 'flooded' }
  | { readonly type: 'bye' };

/** Least time between two feedbacks while packets arrive: many a round trip, below 2 % of any rate. */
const FEEDBACK_INTERVAL: Millis = 10;
/** Without news feedback is repeated, at first soon (it may have been lost), then less and less often. */
const REPEAT_FIRST: Millis = 20;
const REPEAT_LAST: Millis = 400;
/** An acceptance goes over several lanes at once: nothing else would tell the sender for a round trip. */
const URGENT_COPIES = 3;
const PROGRESS_INTERVAL: Millis = 250;
/** Chunks that came twice, kept until the sender is told: nobody may fill our memory by sending the same again. */
const MAX_UNTOLD_TWICE = 10_000;

/** The receiving endpoint of a session. */
export class Receiver implements Endpoint<ReceiverEvent> {
  private readonly transfers = new TransferTable<IncomingTransfer>();
  /** Those that nobody has answered, and those of which something of the preview is here. */
  private readonly waiting = new Set<IncomingTransfer>();
  private readonly early = new Set<IncomingTransfer>();
  /** Accepted, and not over. */
  private readonly active = new Set<IncomingTransfer>();
  private unfinished = 0;
  /** Offers that the sender took back before anyone had answered. */
  private withdrawn: number;
  private readonly arrivals = new Arrivals();
  private readonly backlogs = new Map<LaneId, number>();
  private readonly control: Uint8Array[] = [];
  private readonly events: ReceiverEvent[] = [];
  private newestOffer = 0;
  /** Packets of previews that came before their offers: the control channel may be late by tenths of a second. */
  private readonly unoffered: Uint8Array[] = [];
  private nextLane = 0;
  private feedbackNumber = 0;
  private feedbackAt: Millis | undefined;
  private lastFeedbackAt: Millis = -Infinity;
  private repeat: Millis = REPEAT_FIRST;
  private copies = 0;
  private progressAt: Millis = -Infinity;
  private packets = 0;
  private bytes = 0;
  private newestSentAt = 0;
  private newestAt: Millis = 0;
  /** Of any transfer: those accepted later wait for their turn, however long. */
  private lastSymbolAt: Millis = -Infinity;
  private transit: number | undefined;
  private protocolErrors = 0;
  /** The newest rule that the other side broke, for the log. */
  lastError: ProtocolErrorCode | undefined;

  /** @param unanswered offers of the same session that an earlier endpoint was left with (`unanswered`) */
  constructor(unanswered = 0) {
    this.withdrawn = unanswered;
  }

  // ---- what the host asks for

  hello(instance: Uint8Array, name: string): void {
    this.say({ type: 'hello', instance, name });
  }

  /** `have`: blocks of the original that are here from an earlier session. */
  accept(transfer: number, have: readonly Run[], now: Millis): void {
    const incoming = this.transfers.get(transfer);
    if (incoming?.state !== 'offered') throw new UsageError('only an offer can be accepted');
    incoming.state = 'receiving';
    this.waiting.delete(incoming);
    this.early.delete(incoming);
    this.active.add(incoming);
    incoming.lastPacketAt = now;
    for (const run of have) {
      for (let block = run.first; block < run.first + run.count; block++) {
        incoming.original.close(block);
        incoming.chunks += blockChunks(incoming.original.geometry, block);
      }
    }
    this.say({ type: 'accept', transfer, have: have.slice(0, MAX_RUNS) });
    this.urge(now);
    this.checkWhole(incoming);
  }

  decline(transfer: number): void {
    const incoming = this.transfers.get(transfer);
    if (incoming?.state !== 'offered') throw new UsageError('only an offer can be declined');
    this.end(incoming);
    this.say({ type: 'decline', transfer });
  }

  cancel(transfer: number, reason: CancelReason = CancelReason.person): void {
    const incoming = this.transfers.get(transfer);
    if (incoming !== undefined && this.end(incoming)) this.say({ type: 'cancel', transfer, reason });
  }

  /** The answer to `whole`: whether the digest of what was stored is the announced one. */
  verified(transfer: number, ok: boolean, now: Millis): void {
    const incoming = this.transfers.get(transfer);
    if (incoming?.state !== 'verifying') throw new UsageError('nothing to verify');
    incoming.state = 'lingering';
    incoming.lingerUntil = now + SENT_LIMIT;
    incoming.intact = ok;
    this.say({ type: 'complete', transfer, verified: ok });
    this.urge(now);
  }

  bye(): void {
    this.say({ type: 'bye' });
  }

  /** Offers of this session that nobody has answered: those that wait, and those that were taken back. */
  get unanswered(): number {
    return this.withdrawn + this.waiting.size;
  }

  /** Another session has begun with the same sender: its person is asked anew. */
  forgive(): void {
    this.withdrawn = 0;
  }

  /** One that goes on, or one of the last that are over. */
  transfer(id: number): IncomingTransfer | undefined {
    return this.transfers.get(id);
  }

  /** Packets of the session that a later one of their lane overtook and that did not come. */
  get missing(): number {
    return this.arrivals.missing;
  }

  get lanes(): number {
    return this.arrivals.size;
  }

  get errors(): number {
    return this.protocolErrors;
  }

  // ---- Endpoint: in

  handlePacket(bytes: Uint8Array, lane: LaneId, now: Millis): void {
    if (lane === CONTROL_LANE) {
      this.guard(() => this.handleControl(decodeControl(bytes), now));
      return;
    }
    this.guard(() => {
      // A packet that breaks a rule takes none of its message with it.
      for (const packet of splitMessage(bytes)) this.guard(() => this.handleLane(packet, lane, now));
    });
  }

  private handleLane(packet: Uint8Array, lane: LaneId, now: Millis): void {
    if (packetType(packet) === FEEDBACK) throw new ProtocolError('wrong-lane', 'feedback for a receiver');
    this.handleData(packet, lane, now);
  }

  private guard(handle: () => void): void {
    try {
      handle();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.protocolErrors += 1;
      this.lastError = error.code;
    }
  }

  handleTimeout(now: Millis): void {
    for (const transfer of this.active) {
      if (transfer.state === 'lingering' && now >= transfer.lingerUntil) {
        transfer.state = 'done';
        this.retire(transfer);
        this.tellProgress(transfer, true);
        this.events.push({ type: 'final', transfer: transfer.id });
      } else if (
        transfer.state === 'receiving' &&
        this.arrivals.size > 0 &&
        now - Math.max(transfer.lastPacketAt, this.lastSymbolAt) > SILENCE_LIMIT
      ) {
        this.cancel(transfer.id, CancelReason.silence);
        this.events.push({ type: 'silence', transfer: transfer.id });
      }
    }
    if (now >= this.progressAt + PROGRESS_INTERVAL) {
      this.progressAt = now;
      // An album's later pictures wait without news.
      for (const transfer of this.receiving())
        if (transfer.packets !== transfer.toldPackets || transfer.untold.length > 0)
          this.tellProgress(transfer, false);
    }
  }

  handleLaneOpen(lane: LaneId, now: Millis): void {
    if (lane === CONTROL_LANE) return;
    this.arrivals.open(lane);
    for (const transfer of this.receiving()) transfer.lastPacketAt = now;
    if (this.receiving().length > 0) this.urge(now);
  }

  handleLaneClosed(lane: LaneId, _now: Millis): void {
    this.arrivals.close(lane);
    this.backlogs.delete(lane);
  }

  handleLaneBacklog(lane: LaneId, bytes: number, _now: Millis): void {
    this.backlogs.set(lane, bytes);
  }

  // ---- Endpoint: out

  pollTransmit(now: Millis): Transmit | undefined {
    const control = this.control.shift();
    if (control !== undefined) return { lane: CONTROL_LANE, bytes: control };
    if (this.feedbackAt === undefined || now < this.feedbackAt) return undefined;
    const lane = this.pickLane();
    if (lane === undefined) return undefined;
    const bytes = this.feedback(now);
    this.lastFeedbackAt = now;
    this.copies -= 1;
    if (this.copies > 0) return { lane, bytes };
    // Somebody waits for the rest: say it again in case this one was lost.
    this.feedbackAt = this.receiving().length > 0 ? now + this.repeat : undefined;
    this.repeat = Math.min(REPEAT_LAST, this.repeat * 1.5);
    return { lane, bytes };
  }

  pollEvent(): ReceiverEvent | undefined {
    return this.events.shift();
  }

  nextTimeout(): Millis | undefined {
    let next = this.arrivals.size > 0 ? this.feedbackAt : undefined;
    const consider = (at: Millis): void => {
      if (next === undefined || at < next) next = at;
    };
    for (const transfer of this.active) {
      if (transfer.state === 'lingering') consider(transfer.lingerUntil);
      if (transfer.state !== 'receiving') continue;
      consider(this.progressAt + PROGRESS_INTERVAL);
      if (this.arrivals.size > 0)
        consider(Math.max(transfer.lastPacketAt, this.lastSymbolAt) + SILENCE_LIMIT + 1);
    }
    return next;
  }

  // ---- packets

  private handleData(bytes: Uint8Array, lane: LaneId, now: Millis): void {
    const header = decodeData(bytes);
    if (!this.arrivals.add(lane, header.number)) throw new ProtocolError('bad-number', 'replayed packet');
    this.packets += 1;
    this.bytes += bytes.length;
    // A packet that stood in a lane while later ones overtook it tells of the lane's window, not of the path.
    if (this.packets === 1 || ((header.sentAt - this.newestSentAt) | 0) >= 0) {
      this.newestSentAt = header.sentAt;
      this.newestAt = now;
      const transit = (ticksOf(now) - header.sentAt) | 0;
      if (this.transit === undefined || ((transit - this.transit) | 0) < 0) this.transit = transit;
    }
    this.news(now);
    if (bytes[0] === DATA) this.handleSymbol(header, bytes, now);
  }

  private handleSymbol(header: DataHeader, bytes: Uint8Array, now: Millis): void {
    const id = transferOf(header.stream);
    const transfer = this.transfers.get(id);
    const object = transfer?.object(header.stream);
    if (transfer === undefined || object === undefined) {
      if (id <= this.newestOffer || kindOf(header.stream) !== PREVIEW)
        throw new ProtocolError('unknown-transfer');
      this.unoffered.push(bytes.slice());
      if (this.unoffered.length > MAX_UNOFFERED_PACKETS) this.unoffered.shift();
      return;
    }
    const original = object === transfer.original;
    if (transfer.state === 'offered') this.admitEarly(transfer, original);
    if (original) transfer.packets += 1;
    if (transfer.state === 'ended') return;
    if (transfer.state !== 'receiving' && transfer.state !== 'offered') {
      if (original) this.countDuplicate(transfer, object.chunkOf(header.block, header.symbol));
      if (transfer.sent !== undefined && transfer.packets >= transfer.sent.packets)
        transfer.lingerUntil = now;
      return;
    }
    if (object.isUntouched(header.block) && this.unfinished >= MAX_UNFINISHED_BLOCKS)
      throw new ProtocolError('too-long', 'unfinished blocks');
    const before = object.unfinished;
    const taken = object.take(header.block, header.symbol, bytes.subarray(DATA_HEADER));
    this.unfinished += object.unfinished - before;
    if (taken.kind === 'refused') throw new ProtocolError('bad-number', 'symbol outside its object');
    transfer.lastPacketAt = now;
    if (transfer.state === 'receiving') this.lastSymbolAt = now;
    else this.early.add(transfer);
    if (taken.kind === 'duplicate') {
      if (original) this.countDuplicate(transfer, taken.chunk);
      return;
    }
    if (original && taken.chunk !== undefined) {
      transfer.chunks += 1;
      this.events.push({ type: 'chunk', transfer: transfer.id, chunk: taken.chunk });
    }
    const { whole } = taken;
    if (whole === undefined) return;
    if (original) {
      transfer.chunks += whole.rebuilt.length;
      transfer.repaired += whole.rebuilt.length;
      transfer.untold.push(...whole.rebuilt);
    }
    this.events.push({ type: 'block', transfer: transfer.id, kind: kindOf(object.stream), ...whole });
    if (object.whole) this.urge(now);
    this.checkWhole(transfer);
  }

  /** Of a picture that nobody has accepted only the preview is taken, and of so many at most. */
  private admitEarly(transfer: IncomingTransfer, original: boolean): void {
    if (original) throw new ProtocolError('wrong-state', 'data before acceptance');
    if (this.early.has(transfer)) return;
    if (this.early.size >= 2 * MAX_EARLY_PREVIEWS)
      throw new ProtocolError('too-many-offers', 'early previews');
  }

  private countDuplicate(transfer: IncomingTransfer, chunk: number | undefined): void {
    transfer.duplicates += 1;
    if (chunk === undefined) return;
    if (transfer.untoldTwice.length < MAX_UNTOLD_TWICE) transfer.untoldTwice.push(chunk);
    this.events.push({ type: 'twice', transfer: transfer.id, chunk });
  }

  /** Bytes of the preview do not count: the picture is whole when the original is. */
  private checkWhole(transfer: IncomingTransfer): void {
    if (transfer.state !== 'receiving' || !transfer.original.whole) return;
    transfer.state = 'verifying';
    this.events.push({ type: 'whole', transfer: transfer.id });
  }

  // ---- feedback

  private news(now: Millis): void {
    this.repeat = REPEAT_FIRST;
    const at = Math.max(now, this.lastFeedbackAt + FEEDBACK_INTERVAL);
    if (this.feedbackAt === undefined || at < this.feedbackAt) {
      this.feedbackAt = at;
      this.copies = 1;
    }
  }

  /** Feedback now, in several copies. */
  private urge(now: Millis): void {
    this.repeat = REPEAT_FIRST;
    this.feedbackAt = now;
    this.copies = URGENT_COPIES;
  }

  private feedback(now: Millis): Uint8Array {
    const objects = [...this.active, ...this.early]
      // What is being sent now comes first: the sender's order is that of acceptance, not of the offers.
      .toSorted((a, b) => b.lastPacketAt - a.lastPacketAt)
      // Speaking of an original accepts it.
      .flatMap(({ objects, preview, state }) => (state === 'offered' ? (preview ?? []) : objects))
      .slice(0, MAX_FEEDBACK_STREAMS);
    const lanes = this.arrivals.report();
    let room = roomForBlocks(lanes.length, objects.length);
    const streams = objects.map((object) => {
      const report = object.report(room);
      room -= report.lacking.length;
      return report;
    });
    this.feedbackNumber += 1;
    const transit = this.transit ?? NO_TRANSIT;
    this.transit = undefined;
    return encodeFeedback({
      number: this.feedbackNumber,
      clock: ticksOf(now),
      newestSentAt: this.newestSentAt,
      held: Math.min(LONGEST_HELD, Math.round((now - this.newestAt) * TICKS)),
      transit: transit >>> 0,
      packets: this.packets,
      bytes: this.bytes >>> 0,
      lanes,
      streams,
    });
  }

  private pickLane(): LaneId | undefined {
    const lanes = this.arrivals.ids();
    for (let tried = 0; tried < lanes.length; tried++) {
      const lane = lanes[this.nextLane++ % lanes.length] as LaneId;
      if ((this.backlogs.get(lane) ?? 0) === 0) return lane;
    }
    return lanes[this.nextLane++ % Math.max(1, lanes.length)];
  }

  // ---- control

  private handleControl(message: ControlMessage, now: Millis): void {
    switch (message.type) {
      case 'hello':
        this.events.push(message);
        return;
      case 'bye':
        this.events.push({ type: 'bye' });
        return;
      case 'offer':
        this.handleOffer(message.transfer, message.header, now);
        return;
      case 'cancel': {
        const transfer = this.transfers.get(message.transfer);
        // Its offer may have been lost with the control channel.
        if (transfer === undefined) return;
        if (transfer.state === 'offered') this.withdrawn += 1;
        if (this.end(transfer))
          this.events.push({ type: 'cancelled', transfer: transfer.id, reason: message.reason });
        return;
      }
      case 'sent': {
        const transfer = this.transfers.get(message.transfer);
        if (transfer?.state !== 'lingering' && transfer?.state !== 'done')
          throw new ProtocolError('wrong-state', 'sent');
        // Once: repeated, it would keep the transfer waiting for ever.
        if (transfer.sent !== undefined) return;
        transfer.sent = {
          packets: message.packets,
          retransmitted: message.retransmitted,
          roundTrip: message.roundTrip,
        };
        // Nothing was sent after it; the last packets may be behind.
        transfer.lingerUntil = now + (transfer.packets < message.packets ? LINGER : 0);
        if (transfer.state === 'done') this.events.push({ type: 'final', transfer: transfer.id });
        return;
      }
      case 'sending': {
        const transfer = this.transfers.get(message.transfer);
        if (transfer === undefined) throw new ProtocolError('unknown-transfer');
        if (transfer.state === 'offered') throw new ProtocolError('wrong-state', 'sending');
        // Nobody draws the map of one that is over.
        if (this.active.has(transfer)) this.events.push(message);
        return;
      }
      default:
        throw new ProtocolError('wrong-state', `${message.type} from a sender`);
    }
  }

  private handleOffer(id: number, header: FileHeader, now: Millis): void {
    const known = this.transfers.get(id);
    if (known !== undefined) {
      if (!sameBytes(known.header.digest, header.digest))
        throw new ProtocolError('wrong-state', 'another picture under a used number');
      this.answerAgain(known);
      return;
    }
    if (this.transfers.endingOf(id) !== undefined) return this.answerOver(id);
    if (this.waiting.size >= MAX_WAITING_OFFERS || this.unanswered >= MAX_UNANSWERED_OFFERS) {
      this.events.push({ type: 'flooded' });
      throw new ProtocolError('too-many-offers');
    }
    const transfer = new IncomingTransfer(id, header);
    this.transfers.append(transfer);
    this.waiting.add(transfer);
    this.newestOffer = Math.max(this.newestOffer, id);
    this.events.push({ type: 'offered', transfer: id, header });
    for (const bytes of this.unoffered.splice(0))
      this.guard(() => this.handleSymbol(decodeData(bytes), bytes, now));
  }

  /** The control channel was lost and is back: the sender offers again, and what we said may not have arrived. */
  private answerAgain(transfer: IncomingTransfer): void {
    const { id, state } = transfer;
    if (state === 'offered') return;
    if (state === 'ended') this.say({ type: 'cancel', transfer: id, reason: CancelReason.person });
    else this.say({ type: 'accept', transfer: id, have: closedRuns(transfer) });
    if (state === 'lingering' || state === 'done')
      this.say({ type: 'complete', transfer: id, verified: transfer.intact });
  }

  /** The same of one whose end is all that is known. */
  private answerOver(transfer: number): void {
    const ending = this.transfers.endingOf(transfer);
    if (ending === 'ended') this.say({ type: 'cancel', transfer, reason: CancelReason.person });
    else this.say({ type: 'complete', transfer, verified: ending === 'verified' });
  }

  private tellProgress(transfer: IncomingTransfer, final: boolean): void {
    const rebuilt = takeRuns(transfer.untold, MAX_RUNS);
    const twice = takeRuns(transfer.untoldTwice, MAX_SIDE_RUNS);
    const missing: number[] = [];
    if (transfer.state === 'receiving') transfer.original.holes((chunk) => missing.push(chunk));
    transfer.untold = rebuilt.rest;
    transfer.untoldTwice = twice.rest;
    transfer.toldPackets = transfer.packets;
    const { id, packets, duplicates, chunks, repaired } = transfer;
    this.say({
      type: 'progress',
      transfer: id,
      final,
      packets,
      duplicates,
      chunks,
      repaired,
      runs: rebuilt.runs,
      twice: twice.runs,
      holes: takeRuns(missing, MAX_SIDE_RUNS).runs,
    });
  }

  private receiving(): IncomingTransfer[] {
    return [...this.active].filter((transfer) => transfer.state === 'receiving');
  }

  private end(transfer: IncomingTransfer): boolean {
    if (transfer.state !== 'offered' && transfer.state !== 'receiving' && transfer.state !== 'verifying')
      return false;
    transfer.state = 'ended';
    this.retire(transfer);
    return true;
  }

  /** It is over: nothing looks for it any more, and its memory is given up. */
  private retire(transfer: IncomingTransfer): void {
    this.unfinished -= transfer.unfinished;
    transfer.release();
    for (const set of [this.waiting, this.early, this.active]) set.delete(transfer);
    const ending = transfer.state === 'ended' ? 'ended' : transfer.intact ? 'verified' : 'refuted';
    this.transfers.retire(transfer, ending);
  }

  private say(message: ControlMessage): void {
    this.control.push(encodeControl(message));
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Closed blocks of the original, as runs. */
function closedRuns(transfer: IncomingTransfer): Run[] {
  const { original } = transfer;
  const runs: Run[] = [];
  for (let block = 0; block < original.geometry.blocks && runs.length < MAX_RUNS; block++) {
    if (!original.isClosed(block)) continue;
    const last = runs.at(-1);
    if (last !== undefined && last.first + last.count === block)
      runs[runs.length - 1] = { first: last.first, count: last.count + 1 };
    else runs.push({ first: block, count: 1 });
  }
  return runs;
}
