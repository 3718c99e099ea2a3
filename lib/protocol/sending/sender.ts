import { CONTROL_LANE, type Endpoint, type LaneId, type Millis, type Transmit } from '../endpoint.ts';
import {
  CancelReason,
  decodeControl,
  encodeControl,
  MAX_RUNS,
  type ControlMessage,
  type Run,
} from '../wire/control-message.ts';
import { ProtocolError, UsageError, type ProtocolErrorCode } from '../errors.ts';
import { RoundTrip } from '../congestion/round-trip.ts';
import { blockRange } from '../geometry.ts';
import type { FileHeader } from '../wire/file-header.ts';
import { CLEAN_LANES, lanesWanted } from './lane-demand.ts';
import { LaneSet } from './lane-set.ts';
import {
  CHUNK_LENGTH,
  MAX_BLOCK_CHUNKS,
  MAX_EARLY_PREVIEWS,
  MAX_MESSAGE_PACKETS,
  MAX_TRANSFER,
  SILENCE_LIMIT,
} from '../limits.ts';
import type { OutgoingLane, Settled } from './outgoing-lane.ts';
import type { OutgoingObject, OutgoingSymbol } from './outgoing-object.ts';
import { OutgoingTransfer } from './outgoing-transfer.ts';
import {
  DATA_HEADER,
  DATA_PACKET,
  decodeFeedback,
  encodeProbe,
  encodeData,
  FEEDBACK,
  LONGEST_HELD,
  millisBetween,
  NO_TRANSIT,
  packetType,
  TICKS,
  ticksOf,
  type Feedback,
} from '../wire/lane-packet.ts';
import { RateController, type RateState } from '../congestion/rate-controller.ts';
import { takeRuns } from '../wire/run-list.ts';
import { TransferTable, type Ending } from '../transfer-table.ts';
import { SentLog } from './sent-log.ts';
import { kindOf, ORIGINAL, transferOf, type ObjectKind } from '../wire/stream-id.ts';

export type SenderEvent =
  | { readonly type: 'hello'; readonly instance: Uint8Array; readonly name: string }
  | { readonly type: 'accepted'; readonly transfer: number }
  | { readonly type: 'declined'; readonly transfer: number }
  /** Bytes `[from, to)` of an object are wanted: answer with `provide`. */
  | {
      readonly type: 'need';
      readonly transfer: number;
      readonly kind: ObjectKind;
      readonly block: number;
      readonly from: number;
      readonly to: number;
    }
  /** The receiver has every byte and compared the digest. */
  | { readonly type: 'complete'; readonly transfer: number; readonly verified: boolean }
  | { readonly type: 'cancelled'; readonly transfer: number; readonly reason: CancelReason }
  | { readonly type: 'progress'; readonly transfer: number; readonly report: ProgressReport }
  /** So many lanes should stand. `hold`: not now, a picture is crossing and needs the processor; close none either. */
  | { readonly type: 'lanes'; readonly target: number; readonly hold: boolean }
  | { readonly type: 'silence'; readonly transfer: number }
  /** The receiver made it cost more than any honest one would: it has ended. */
  | { readonly type: 'violation'; readonly transfer: number }
  | { readonly type: 'bye' };

export type ProgressReport = Extract<ControlMessage, { type: 'progress' }>;

/** What the pages and the benchmarks read off a sender at any time. */
export interface SenderFigures {
  readonly state: RateState;
  /** Bytes a second of lane messages. */
  readonly rate: number;
  readonly roundTrip: Millis | undefined;
  readonly leastRoundTrip: Millis | undefined;
  readonly queue: Millis;
  readonly loss: number;
  /** Of the whole session, as far as feedback has told. */
  readonly packetsLost: number;
  readonly lanes: number;
  readonly inFlight: number;
  readonly protocolErrors: number;
}

/** On a path that loses nothing so much time's packets travel in one message: below what the event loop is late anyway. */
const MESSAGE_TIME: Millis = 2;
/**
 * dcSCTP sends four packets on one occasion; the rest of a message waits for an acknowledgement. Where those come soon,
 * messages may be longer, and the fewer lanes are used the less the browsers' threads are woken. Elsewhere a lane that is
 * filled to the brim holds packets back until they are late.
 */
const BURST_PACKETS = 4;
const NEAR: Millis = 10;

/** Messages are written into pieces of this size: memory of its own for each costs more than all else about it. */
const PIECE_LENGTH = 64 * DATA_PACKET;

/** What may be sent at once after the event loop was late; more than that is a lost opportunity, not a debt. */
const BURST: Millis = 8;

/** Loss assumed before enough packets have told: a little repair at the edges costs less than a round trip. */
const LEAST_LOSS = 0.005;

/**
 * A path that has carried nothing yet is probed while the person is still choosing: so many small packets, so far apart, over a
 * few lanes (a loss shows when a later packet of its lane comes out). They tell the loss to 3 % or so, hence whether it is
 * worth opening lanes before the first picture.
 */
const PROBES = 64;
const PROBE_INTERVAL: Millis = 25;
const PROBE_LANES = 4;

/** Between two steps of lanes while a picture crosses, and the time it must still take for a step to pay. */
const LANE_STEP_INTERVAL: Millis = 500;
const WORTH_A_LANE: Millis = 3000;
/** Lanes that held us back this lately are too few. */
const LANE_LIMITED_FOR: Millis = 1500;

/** Lanes cost both sides a little even at rest: after so long without a picture most of them are closed. */
const IDLE_AFTER: Millis = 60_000;

/**
 * While there is more to send a packet may be late by so many times what it may be at the end: its lane's next packet tells
 * soon enough, and what was only late would be sent twice. Less so with more loss, since lanes then stand still for an
 * association's time-out, and what waits in them is as good as lost.
 */
const MOST_PATIENCE = 2;
const PATIENCE_AT_NO_LOSS = 2.5;
const IMPATIENCE = 15;

/** Round trip assumed before the first feedback. */
const FIRST_ROUND_TRIP: Millis = 200;

/** Feedback older than this leaves the sender blind: it then sends one packet now and then until it hears again. */
const BLIND_AFTER: Millis = 500;
const BLIND_INTERVAL: Millis = 50;

/** What is being sent, in the order of acceptance, and the first of what is offered. */
interface Turn {
  readonly sending: readonly OutgoingTransfer[];
  readonly objects: readonly OutgoingObject[];
  readonly offers: readonly OutgoingTransfer[];
}

/** The sending endpoint of a session: all its transfers, all its lanes, one controller. */
export class Sender implements Endpoint<SenderEvent> {
  private readonly transfers = new TransferTable<OutgoingTransfer>();
  private readonly lanes = new LaneSet();
  private readonly controller = new RateController();
  private readonly roundTrip = new RoundTrip();
  private readonly sentLog = new SentLog();
  private readonly control: Uint8Array[] = [];
  private readonly events: SenderEvent[] = [];
  private nextTransfer = 1;
  private newestFeedback: number | undefined;
  private lastFeedbackAt: Millis = 0;
  private clock: Millis = 0;
  private lastClockTicks: number | undefined;
  private newestEcho: number | undefined;
  /** When the latest packet was sent of those that came out. */
  private newestOutAt: Millis = -Infinity;
  /** Ticks between the two clocks, without the wrap of 32 bits. */
  private transit: number | undefined;
  private delivered = 0;
  /** Of all lane messages so far: what feedback may claim to have come out. */
  private sentBytes = 0;
  private lastDeliveredBytes = 0;
  private expired = 0;
  private packetsLost = 0;
  private nextSendAt: Millis = 0;
  private lastSentAt: Millis = -Infinity;
  /** When we last could have sent and had nothing, or no lane: samples of that time say nothing of the path. */
  private limitedAt: Millis = -Infinity;
  private laneLimitedAt: Millis = -Infinity;
  private probesLeft = PROBES;
  private nextProbeAt: Millis = 0;
  /** How many lanes there were when they first held us back. */
  private limitedLanes = Infinity;
  private laneTarget = 0;
  private laneHold = false;
  /** A picture is, or was last, on its way or being chosen. */
  private busyAt: Millis = 0;
  private offered = false;
  /** How many were asked for before most were closed. */
  private lanesAtWork = 0;
  private laneTargetAt: Millis = -Infinity;
  private protocolErrors = 0;
  /** What is being sent and what is offered, until a transfer's state changes: asked for with each packet, of up to 200 pictures. */
  private turn: Turn | undefined;
  private piece = new Uint8Array(0);
  private pieceUsed = 0;
  /** The newest rule that the other side broke, for the log. */
  lastError: ProtocolErrorCode | undefined;

  // ---- what the host asks for

  /** Introduces this side; `instance` is 8 random bytes that change when the page is loaded anew. */
  hello(instance: Uint8Array, name: string): void {
    this.say({ type: 'hello', instance, name });
  }

  /**
   * Offers a picture; returns its transfer number.
   * @param previewFirst whether its preview may be sent before the offer is answered
   */
  offer(header: FileHeader, previewFirst = true): number {
    if (this.nextTransfer > MAX_TRANSFER) throw new UsageError('a session has numbers for 32,767 transfers');
    const transfer = new OutgoingTransfer(this.nextTransfer++, header, previewFirst);
    this.transfers.append(transfer);
    this.changed();
    this.say({ type: 'offer', transfer: transfer.id, header });
    this.offered = true;
    this.askForBytes();
    return transfer.id;
  }

  /**
   * After the control channel was lost and is back: says again what may not have arrived. `fresh`: the other side has no
   * memory of this session (its page was loaded anew), so every transfer starts over.
   */
  resync(fresh: boolean): void {
    if (fresh) {
      this.newestFeedback = undefined;
      this.lastClockTicks = undefined;
    }
    if (!fresh)
      for (const { id, state } of this.transfers.recent())
        if (state === 'ended') this.say({ type: 'cancel', transfer: id, reason: CancelReason.person });
    for (const transfer of this.transfers.values()) {
      const { id, header, previewFirst } = transfer;
      if (fresh) this.transfers.replace(new OutgoingTransfer(id, header, previewFirst));
      else transfer.answersDue += 1;
      this.say({ type: 'offer', transfer: id, header });
    }
    this.changed();
    this.askForBytes();
  }

  /** Bytes that a `need` event asked for. */
  provide(transfer: number, kind: ObjectKind, block: number, bytes: Uint8Array): void {
    this.transfers.get(transfer)?.object(kind)?.provide(block, bytes);
  }

  cancel(transfer: number, reason: CancelReason = CancelReason.person): void {
    if (this.end(transfer)) this.say({ type: 'cancel', transfer, reason });
  }

  bye(): void {
    this.say({ type: 'bye' });
  }

  /** One that goes on, or one of the last that are over. */
  transfer(id: number): OutgoingTransfer | undefined {
    return this.transfers.get(id);
  }

  figures(): SenderFigures {
    return {
      state: this.controller.state,
      rate: this.controller.rate() * 1000,
      roundTrip: this.roundTrip.smoothed,
      leastRoundTrip: this.roundTrip.minimum,
      queue: this.controller.queue,
      loss: this.controller.loss,
      packetsLost: this.packetsLost,
      lanes: this.lanes.size,
      inFlight: this.lanes.inFlight,
      protocolErrors: this.protocolErrors,
    };
  }

  // ---- Endpoint: in

  handlePacket(bytes: Uint8Array, lane: LaneId, now: Millis): void {
    try {
      if (lane === CONTROL_LANE) this.handleControl(decodeControl(bytes), now);
      else if (packetType(bytes) === FEEDBACK) this.handleFeedback(decodeFeedback(bytes), now);
      else throw new ProtocolError('wrong-lane', 'picture bytes for a sender');
    } catch (error) {
      this.refuse(error);
    }
  }

  handleTimeout(now: Millis): void {
    const active = this.sending();
    if (active.length === 0 && now >= this.idleAt() && this.laneTarget > CLEAN_LANES) {
      this.lanesAtWork = this.laneTarget;
      this.askLanes(CLEAN_LANES, false);
    }
    if (this.resting) return;
    this.expire(now);
    // While anything is being received feedback comes several times a second, whatever there is to say.
    if (this.lanes.size > 0 && now - this.lastFeedbackAt > SILENCE_LIMIT) {
      for (const transfer of active) {
        this.cancel(transfer.id, CancelReason.silence);
        this.events.push({ type: 'silence', transfer: transfer.id });
      }
    }
    this.plan();
  }

  handleLaneOpen(lane: LaneId, now: Millis): void {
    if (lane === CONTROL_LANE) return;
    this.lanes.open(lane);
    if (this.lanes.size === 1) this.busyAt = now;
    this.lastFeedbackAt = Math.max(this.lastFeedbackAt, now);
    if (this.lanes.size < this.limitedLanes * 1.2) return;
    this.limitedLanes = Infinity;
    this.controller.widen(now);
  }

  handleLaneClosed(lane: LaneId, _now: Millis): void {
    this.lanes.close(lane);
    // A new transport knows nothing of what was asked of the one before.
    if (this.lanes.size === 0) this.laneTarget = 0;
    if (this.lanes.size < CLEAN_LANES && this.laneHold) this.askLanes(this.laneTarget, false);
    this.plan();
  }

  handleLaneBacklog(lane: LaneId, bytes: number, now: Millis): void {
    this.lanes.get(lane)?.hold(bytes, now);
  }

  // ---- Endpoint: out

  pollTransmit(now: Millis): Transmit | undefined {
    const control = this.control.shift();
    if (control !== undefined) return { lane: CONTROL_LANE, bytes: control };
    if (this.offered) {
      // The person on the other side takes longer to press Accept than the lanes to open again.
      this.offered = false;
      this.busyAt = now;
      if (this.laneTarget < this.lanesAtWork) this.askLanes(this.lanesAtWork, false);
      if (this.sending().length === 0) this.begin(now);
    }
    const probe = this.probe(now);
    if (probe !== undefined) return probe;
    if (now < this.nextSendAt || this.lanes.size === 0) return undefined;
    if (!this.hasWork()) return undefined;
    const atOnce = this.packetsAtOnce();
    const lane =
      this.near && this.controller.lowLoss
        ? this.lanes.first(DATA_PACKET, atOnce)
        : this.lanes.rested(DATA_PACKET);
    if (lane === undefined || this.lanes.inFlight >= this.flightLimit()) {
      if (lane === undefined) {
        this.laneLimitedAt = now;
        if (this.limitedLanes === Infinity) this.limitedLanes = this.lanes.size;
      }
      this.limitedAt = now;
      return undefined;
    }
    const bytes = this.takePackets(lane, atOnce, now);
    if (bytes === undefined) {
      this.limitedAt = now;
      return undefined;
    }
    if (now - this.nextSendAt > BURST) {
      if (this.lastSentAt > now - 1000) this.limitedAt = now;
      this.nextSendAt = now - BURST;
    }
    this.nextSendAt += bytes.length / this.pace(now);
    this.sentBytes += bytes.length;
    this.sentLog.add(now, bytes.length);
    this.lastSentAt = now;
    return { lane: lane.id, bytes };
  }

  pollEvent(): SenderEvent | undefined {
    return this.events.shift();
  }

  nextTimeout(): Millis | undefined {
    if (this.lanes.size === 0) return undefined;
    const next = Math.min(this.restTimeout(), this.sendTimeout());
    return next === Infinity ? undefined : next;
  }

  // ---- probing

  private get probing(): boolean {
    return this.probesLeft > 0 && this.lanes.size > 0 && this.sending().length === 0;
  }

  private probe(now: Millis): Transmit | undefined {
    if (!this.probing || now < this.nextProbeAt) return undefined;
    this.nextProbeAt = now + PROBE_INTERVAL;
    this.limitedAt = now;
    this.probesLeft -= 1;
    this.sentBytes += DATA_HEADER;
    const lane = this.lanes.nth(this.probesLeft % PROBE_LANES);
    return {
      lane: lane.id,
      bytes: encodeProbe(this.lanes.send(lane, undefined, now), ticksOf(now), DATA_HEADER),
    };
  }

  // ---- choosing

  private get near(): boolean {
    return (this.roundTrip.minimum ?? FIRST_ROUND_TRIP) <= NEAR;
  }

  private packetsAtOnce(): number {
    if (!this.controller.lowLoss) return 1;
    const most = this.near ? MAX_MESSAGE_PACKETS : BURST_PACKETS;
    const inTime = Math.floor((this.controller.rate() * MESSAGE_TIME) / DATA_PACKET);
    return Math.max(1, Math.min(most, inTime));
  }

  /** A message of the next packets: at most `most`, as many as the lane has room for; a short one ends it. */
  private takePackets(lane: OutgoingLane, most: number, now: Millis): Uint8Array | undefined {
    const count = Math.min(most, lane.room(DATA_PACKET));
    const message = this.memory(count * DATA_PACKET);
    let at = 0;
    while (at < message.length) {
      const chosen = this.choose();
      if (chosen === undefined) break;
      const header = {
        symbol: chosen.symbol,
        stream: chosen.object.stream,
        block: chosen.block.index,
        number: this.lanes.send(lane, chosen.block, now),
        sentAt: ticksOf(now),
      };
      encodeData(header, chosen.bytes, message, at);
      at += DATA_HEADER + chosen.bytes.length;
      this.checkSpent(chosen.object);
      if (chosen.bytes.length < CHUNK_LENGTH) break;
    }
    this.pieceUsed += at;
    return at > 0 ? message.subarray(0, at) : undefined;
  }

  /** Whatever a receiver claims, no picture costs more than so many packets for each of its chunks. */
  private checkSpent(object: OutgoingObject): void {
    const transfer = this.transfers.live(transferOf(object.stream));
    if (transfer?.overspent !== true) return;
    this.cancel(transfer.id, CancelReason.violation);
    this.events.push({ type: 'violation', transfer: transfer.id });
  }

  /** Room for a message that was never written to: whoever takes the message may keep it. */
  private memory(length: number): Uint8Array<ArrayBuffer> {
    if (this.pieceUsed + length > this.piece.length) {
      this.piece = new Uint8Array(PIECE_LENGTH);
      this.pieceUsed = 0;
    }
    return this.piece.subarray(this.pieceUsed, this.pieceUsed + length);
  }

  /** Repair first (the front of the picture waits for it), then sources in order; transfers in the order accepted. */
  private choose(): OutgoingSymbol | undefined {
    for (const object of this.objects()) {
      const repair = object.takeRepair();
      if (repair !== undefined) {
        object.packetsSent += 1;
        object.retransmitted += 1;
        return repair;
      }
      const source = object.takeSource();
      if (source === undefined) continue;
      object.packetsSent += 1;
      if (source.block.sourcesSent) {
        this.plan();
        this.askForBytes();
      }
      return source;
    }
    return undefined;
  }

  private hasWork(): boolean {
    return this.objects().some((object) => object.hasWork());
  }

  /** What may be sent now: accepted pictures in the order of acceptance, then the previews of the first offers. */
  private objects(): readonly OutgoingObject[] {
    const { objects, offers } = this.inTurn();
    return offers.length === 0 ? objects : [...objects, ...this.earlyPreviews()];
  }

  private earlyPreviews(): OutgoingObject[] {
    return this.inTurn().offers.flatMap(({ earlyPreview }) => earlyPreview ?? []);
  }

  private sending(): readonly OutgoingTransfer[] {
    return this.inTurn().sending;
  }

  private inTurn(): Turn {
    if (this.turn !== undefined) return this.turn;
    const all = [...this.transfers.values()];
    const sending = all.filter((transfer) => transfer.state === 'sending' && !transfer.whole);
    this.turn = {
      sending,
      objects: sending.flatMap(({ objects }) => objects),
      offers: all.filter(({ state }) => state === 'offered').slice(0, MAX_EARLY_PREVIEWS),
    };
    return this.turn;
  }

  /** A transfer's state is another, or more of it is whole. */
  private changed(): void {
    this.turn = undefined;
  }

  private get resting(): boolean {
    return this.sending().length === 0 && this.earlyPreviews().length === 0;
  }

  private plan(): void {
    const active = this.sending();
    const loss = {
      middle: Math.max(LEAST_LOSS, this.controller.loss),
      edge: Math.max(LEAST_LOSS, this.controller.lossUpperBound),
    };
    const flight = this.controller.bottleneck * (this.roundTrip.smoothed ?? FIRST_ROUND_TRIP);
    const edgeBlocks = Math.ceil((flight * 1.25) / (MAX_BLOCK_CHUNKS * CHUNK_LENGTH)) + 1;
    for (const transfer of active) {
      const ending = active.every((other) => other === transfer || other.exhausted);
      for (const object of transfer.objects)
        object.plan(loss, edgeBlocks, ending || object !== transfer.original);
    }
    for (const preview of this.earlyPreviews()) preview.plan(loss, edgeBlocks, true);
  }

  /** Of an album that was accepted at once, the bytes of what is being sent and of the next: nobody holds two hundred fronts. */
  private askForBytes(): void {
    let unsent = 0;
    for (const transfer of this.sending()) {
      if (unsent > 1) break;
      for (const object of transfer.objects) this.ask(object);
      if (!transfer.exhausted) unsent += 1;
    }
    for (const preview of this.earlyPreviews()) this.ask(preview);
  }

  private ask(object: OutgoingObject): void {
    const transfer = transferOf(object.stream);
    const kind = kindOf(object.stream);
    for (const block of object.wanted()) {
      const [from, to] = blockRange(object.geometry, block);
      this.events.push({ type: 'need', transfer, kind, block, from, to });
    }
  }

  // ---- pacing

  private pace(now: Millis): number {
    const blindFor =
      now - this.lastFeedbackAt - Math.max(BLIND_AFTER, 4 * (this.roundTrip.smoothed ?? FIRST_ROUND_TRIP));
    return blindFor > 0 ? DATA_PACKET / BLIND_INTERVAL : this.controller.rate();
  }

  /** More than two bandwidth-delay products in flight would only stand in queues (BBR's cap). */
  private flightLimit(): number {
    const roundTrip = (this.roundTrip.smoothed ?? FIRST_ROUND_TRIP) + 20;
    return 64 + (2 * this.controller.rate() * roundTrip) / DATA_PACKET;
  }

  /** How long a packet may take that nothing on its lane overtook (RFC 9002's loss delay with the probe timeout's variation). */
  private get patience(): Millis {
    const smoothed = this.roundTrip.smoothed ?? FIRST_ROUND_TRIP;
    const least = smoothed * 1.25 + Math.max(20, 4 * this.roundTrip.variation);
    if (this.sending().every((transfer) => transfer.exhausted)) return least;
    const more = PATIENCE_AT_NO_LOSS - IMPATIENCE * this.controller.baseLoss;
    return least * Math.min(MOST_PATIENCE, Math.max(1, more));
  }

  /** Something sent later than this has come out of some lane; where nothing has, the path or an event loop stands still. */
  private get overtakenBefore(): Millis {
    return this.newestOutAt - this.reorderWindow;
  }

  /** In a standstill packets have twice the time. */
  private patienceWith(sentAt: Millis): Millis {
    return sentAt < this.overtakenBefore ? this.patience : 2 * this.patience;
  }

  private expire(now: Millis): void {
    const overtaken = Math.min(now - this.patience, this.overtakenBefore);
    this.expired += this.lanes.expire(Math.max(overtaken, now - 2 * this.patience));
  }

  private get reorderWindow(): Millis {
    return Math.min(20, Math.max(2, (this.roundTrip.minimum ?? FIRST_ROUND_TRIP) / 8));
  }

  // ---- what the other side says

  private handleFeedback(feedback: Feedback, now: Millis): void {
    const newest = this.newestFeedback;
    if (newest !== undefined && ((feedback.number - newest) | 0) <= 0) return;
    const previousHeard = this.lastFeedbackAt;
    this.newestFeedback = feedback.number;
    this.lastFeedbackAt = now;

    // Feedback that speaks of an offered original is its acceptance: the control channel's own copy may be late by seconds.
    for (const { stream } of feedback.streams) {
      const transfer = this.transfers.get(transferOf(stream));
      if (transfer?.state === 'offered' && kindOf(stream) === ORIGINAL) this.accepted(transfer, [], now);
    }
    // What comes out now tells of a time in which nothing was left to send.
    if (!this.hasWork()) this.limitedAt = now;
    const measured = feedback.packets > 0;
    if (measured && feedback.newestSentAt !== this.newestEcho) {
      this.newestEcho = feedback.newestSentAt;
      const age = millisBetween(ticksOf(now), feedback.newestSentAt);
      if (age >= 0) this.newestOutAt = Math.max(this.newestOutAt, now - age);
      const sample = age - feedback.held / TICKS;
      // A receiver that has heard nothing for longer does not say for how long.
      if (sample >= 0 && sample < 60_000 && feedback.held < LONGEST_HELD) this.roundTrip.add(sample);
    }
    // Whether what was given up was lost, its lane's next number tells; it was late at any rate.
    let settled = this.expired;
    let late = this.expired;
    let lost = 0;
    this.expired = 0;
    const { reorderWindow } = this;
    for (const report of feedback.lanes) {
      const fate = this.lanes.get(report.lane)?.acknowledge(report.highest, report.received, reorderWindow);
      if (fate === undefined) continue;
      settled += fate.settled;
      lost += fate.lost;
      late += fate.late;
    }
    this.packetsLost += lost;
    for (const report of feedback.streams) {
      this.transfers.get(transferOf(report.stream))?.object(kindOf(report.stream))?.onReport(report);
    }
    this.changed();
    if (measured) this.steer(feedback, { settled, lost, late }, previousHeard, now);
    this.expire(now);
    this.plan();
    this.askForBytes();
    this.demandLanes(now);
  }

  private steer(feedback: Feedback, fate: Settled, previousHeard: Millis, now: Millis): void {
    if (this.lastClockTicks === undefined) {
      this.lastDeliveredBytes = feedback.bytes;
    } else {
      this.clock += Math.max(0, millisBetween(feedback.clock, this.lastClockTicks));
      const claimed = this.delivered + ((feedback.bytes - this.lastDeliveredBytes) >>> 0);
      // More than was sent cannot have come out.
      this.delivered = Math.min(claimed, this.sentBytes);
      this.lastDeliveredBytes = feedback.bytes;
    }
    this.lastClockTicks = feedback.clock;
    const roundTrip = this.roundTrip.minimum ?? FIRST_ROUND_TRIP;
    this.controller.onFeedback(
      {
        clock: this.clock,
        delivered: this.delivered,
        newestSentAt: this.newestOutAt,
        sent: this.sentLog.upTo(this.newestOutAt),
        oneWayDelay: feedback.transit === NO_TRANSIT ? undefined : this.unwrap(feedback.transit) / TICKS,
        resolved: fate.settled,
        lost: fate.lost,
        late: fate.late,
        roundTrip,
        limited: this.limitedAt >= Math.min(previousHeard, now) - (this.roundTrip.smoothed ?? 0),
        idle: this.sending().length === 0,
      },
      now,
    );
  }

  private unwrap(transit: number): number {
    const last = this.transit;
    this.transit = last === undefined ? transit | 0 : last + ((transit - last) | 0);
    return this.transit;
  }

  /** Asks for the lanes that the path wants: few at a time while a picture crosses, all of them when nobody waits. */
  private demandLanes(now: Millis): void {
    const busy = this.sending().length > 0;
    if (busy) this.busyAt = now;
    else if (now >= this.idleAt()) return;
    if (busy && this.timeLeft() < WORTH_A_LANE) return this.askLanes(this.laneTarget, true);
    if (busy && now - this.laneTargetAt < LANE_STEP_INTERVAL) return;
    const wanted = lanesWanted({
      rate: this.controller.bottleneck,
      roundTrip: this.roundTrip.minimum ?? FIRST_ROUND_TRIP,
      loss: this.controller.loss,
      // Only more lanes can show what a path carries that never showed its limit.
      limited: !this.controller.knowsRate || now - this.laneLimitedAt < LANE_LIMITED_FOR,
      lanes: this.lanes.size,
      busy,
    });
    this.laneTargetAt = now;
    this.askLanes(Math.max(wanted, busy ? this.lanes.size : this.laneTarget), false);
  }

  private askLanes(target: number, hold: boolean): void {
    if (target === this.laneTarget && hold === this.laneHold) return;
    this.laneTarget = target;
    this.laneHold = hold;
    this.events.push({ type: 'lanes', target, hold });
  }

  /** While no picture is being sent: the next probe, or the closing of lanes. */
  private restTimeout(): Millis {
    if (this.probing) return this.nextProbeAt;
    return this.sending().length === 0 && this.laneTarget > CLEAN_LANES ? this.idleAt() : Infinity;
  }

  private sendTimeout(): Millis {
    if (this.resting) return Infinity;
    const oldest = this.lanes.oldest();
    const silence = this.sending().length > 0 ? this.lastFeedbackAt + SILENCE_LIMIT + 1 : Infinity;
    const expiry = oldest === undefined ? silence : oldest + this.patienceWith(oldest) + 1;
    // Without a lane or a packet there is nothing to do at `nextSendAt`: feedback or a backlog's end comes first.
    const blocked = !this.hasWork() || this.limitedAt >= this.nextSendAt;
    return blocked ? Math.max(expiry, this.limitedAt + 1) : Math.min(this.nextSendAt, expiry);
  }

  private idleAt(): Millis {
    return this.busyAt + IDLE_AFTER;
  }

  /** Milliseconds of sending that are left at the present rate. */
  private timeLeft(): Millis {
    const bytes = this.sending().reduce((sum, transfer) => sum + transfer.original.unsentBytes, 0);
    return bytes / this.controller.bottleneck;
  }

  private handleControl(message: ControlMessage, now: Millis): void {
    switch (message.type) {
      case 'hello':
        this.events.push(message);
        return;
      case 'bye':
        this.events.push({ type: 'bye' });
        return;
      case 'offer':
      case 'sent':
      case 'sending':
        throw new ProtocolError('wrong-state', `${message.type} from a receiver`);
      default:
    }
    const transfer = this.transfers.get(message.transfer);
    if (transfer === undefined) {
      // One of those that were over long ago.
      if (this.transfers.endingOf(message.transfer) !== undefined) return;
      throw new ProtocolError('unknown-transfer');
    }
    switch (message.type) {
      case 'accept':
        // Once for each offer: what it names is walked block by block.
        if (transfer.answersDue === 0) throw new ProtocolError('wrong-state', 'accept');
        transfer.answersDue -= 1;
        if (transfer.state === 'offered') this.accepted(transfer, message.have, now);
        else if (transfer.state === 'sending') this.skip(transfer, message.have);
        return;
      case 'decline':
        if (transfer.state !== 'offered') throw new ProtocolError('wrong-state', 'decline');
        this.end(transfer.id);
        this.events.push({ type: 'declined', transfer: transfer.id });
        return;
      case 'cancel':
        if (this.end(transfer.id))
          this.events.push({ type: 'cancelled', transfer: transfer.id, reason: message.reason });
        return;
      case 'complete':
        // Said twice when the control channel was lost in between.
        if (transfer.state === 'done') return;
        if (transfer.state !== 'sending') throw new ProtocolError('wrong-state', 'complete');
        transfer.state = 'done';
        this.retire(transfer, message.verified ? 'verified' : 'refuted');
        this.events.push({ type: 'complete', transfer: transfer.id, verified: message.verified });
        this.tellSending(transfer);
        this.say({
          type: 'sent',
          transfer: transfer.id,
          packets: transfer.original.packetsSent,
          retransmitted: transfer.original.retransmitted,
          roundTrip: this.roundTripMillis,
        });
        this.demandLanes(now);
        return;
      case 'progress':
        if (transfer.state !== 'sending' && transfer.state !== 'done') return;
        this.events.push({ type: 'progress', transfer: transfer.id, report: message });
        if (transfer.state === 'sending') this.tellSending(transfer);
        return;
    }
  }

  /** In answer to progress: what only this side knows, for the receiver's plots and its chunk map. */
  private tellSending(transfer: OutgoingTransfer): void {
    const { runs } = takeRuns(transfer.original.takeSentAgain(), MAX_RUNS);
    this.say({ type: 'sending', transfer: transfer.id, roundTrip: this.roundTripMillis, again: runs });
  }

  private get roundTripMillis(): number {
    return Math.min(0xffff, Math.round(this.roundTrip.smoothed ?? 0));
  }

  private accepted(transfer: OutgoingTransfer, have: readonly Run[], now: Millis): void {
    if (this.sending().length === 0) {
      this.controller.resume(now);
      this.begin(now);
    }
    transfer.state = 'sending';
    // In the order of acceptance, which is the person's.
    this.transfers.append(transfer);
    this.skip(transfer, have);
    this.events.push({ type: 'accepted', transfer: transfer.id });
    this.demandLanes(now);
    this.askForBytes();
  }

  /** Sends again after a rest: that nothing was heard meanwhile says nothing. */
  private begin(now: Millis): void {
    this.limitedAt = now;
    this.lastFeedbackAt = Math.max(this.lastFeedbackAt, now);
  }

  private skip(transfer: OutgoingTransfer, have: readonly Run[]): void {
    const { original } = transfer;
    for (const run of have) {
      const end = Math.min(run.first + run.count, original.geometry.blocks);
      for (let block = run.first; block < end; block++) original.close(block);
    }
    this.changed();
  }

  private end(id: number): boolean {
    const transfer = this.transfers.live(id);
    if (transfer === undefined) return false;
    transfer.state = 'ended';
    this.retire(transfer, 'ended');
    return true;
  }

  private retire(transfer: OutgoingTransfer, ending: Ending): void {
    this.transfers.retire(transfer, ending);
    transfer.release();
    this.changed();
  }

  private say(message: ControlMessage): void {
    this.control.push(encodeControl(message));
  }

  private refuse(error: unknown): void {
    if (!(error instanceof ProtocolError)) throw error;
    this.protocolErrors += 1;
    this.lastError = error.code;
  }
}
