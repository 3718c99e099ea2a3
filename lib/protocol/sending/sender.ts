import { RateController, type RateState, type UplinkOrder } from '../congestion/rate-controller.ts';
import { RoundTrip } from '../congestion/round-trip.ts';
import type { LaneFate, LossSample } from '../congestion/loss-estimate.ts';
import { CONTROL_LANE, type Endpoint, type LaneId, type Millis, type Transmit } from '../endpoint.ts';
import { ProtocolError } from '../errors.ts';
import { LaneBudget } from '../lane-budget.ts';
import type { PauseSide } from '../pauses.ts';
import { CHUNK_LENGTH, MAX_BLOCK_CHUNKS, MAX_MESSAGE_PACKETS } from '../limits.ts';
import { Violations } from '../violations.ts';
import {
  CancelReason,
  decodeControl,
  encodeControl,
  MAX_RUNS,
  type ControlMessage,
} from '../wire/control-message.ts';
import type { FileHeader } from '../wire/file-header.ts';
import { decodeFeedback, type Feedback } from '../wire/feedback-packet.ts';
import { DATA_PACKET, FEEDBACK, packetType } from '../wire/lane-packet.ts';
import { takeRuns, type Run } from '../wire/run-list.ts';
import { kindOf, ORIGINAL, transferOf, type ObjectKind } from '../wire/stream-id.ts';
import { DeliveryTracker } from './delivery-tracker.ts';
import { LaneManager } from './lane-manager.ts';
import { LaneSet } from './lane-set.ts';
import { LossTimer, type LossTimerInput } from './loss-timer.ts';
import { MessageWriter } from './message-writer.ts';
import type { OutgoingSymbol } from './outgoing-object.ts';
import type { OutgoingTransfer } from './outgoing-transfer.ts';
import { Pacer } from './pacer.ts';
import { PathProber } from './path-prober.ts';
import type { SenderEvent } from './sender-event.ts';
import { SilenceTimer } from './silence-timer.ts';
import { TransferQueue } from './transfer-queue.ts';

/** What hosts, tests and benchmarks may read off a sender at any time. Reading changes nothing. */
export interface SenderFigures {
  readonly state: RateState;
  /** Pacing rate, bytes a second of lane messages. */
  readonly rate: number;
  /** Smoothed round-trip time, ms; `undefined` before the first sample. */
  readonly roundTrip: Millis | undefined;
  /** Packets of the session that feedback has shown to be lost. */
  readonly packetsLost: number;
  readonly lanes: number;
  /** Packets neither acknowledged nor declared lost. */
  readonly inFlight: number;
}

/**
 * With a queue this long in front of it a sender that is blocked has filled it: what is missing was dropped.
 */
const OVERFLOWED_QUEUE: Millis = 40;

/** What a feedback shows of packets: all together, and by lane. */
type Fate = LossSample & { readonly fates: readonly LaneFate[] };

/** On a low-loss path packets of this much time share a message: less than the delay of the event loop. */
const MESSAGE_TIME: Millis = 2;
/**
 * dcSCTP sends four packets at a time; the rest of a message waits for an acknowledgement. With a round trip
 * of at most `NEAR` messages may be longer, and the fewer lanes are used the less often the browsers' threads
 * wake. Elsewhere a lane that is filled to the brim holds packets back until they are late.
 */
const BURST_PACKETS = 4;
const NEAR: Millis = 10;

/**
 * Loss assumed until enough packets are resolved: a little repair at the edges costs less than a round trip.
 */
const MIN_LOSS = 0.005;
/** Blocks of this much more than one round trip carries count as the end of a picture. */
const EDGE_MARGIN = 1.25;

/** To others that share the uplink. */
const REPORT_INTERVAL: Millis = 20;

/** A blind sender (without feedback) sends one packet in this time. */
const BLIND_INTERVAL: Millis = 50;

/**
 * Bandwidth-delay products in flight, and packets beside: more would only wait in queues (BBR's cwnd_gain).
 */
const FLIGHT_GAIN = 2;
const FLIGHT_ALLOWANCE = 64;
const FLIGHT_SLACK: Millis = 20;

/**
 * The sending endpoint of a session: transfers, lanes and one rate for all of them. See `Endpoint` for how it
 * is driven.
 */
export class Sender implements Endpoint<SenderEvent> {
  /** Rules that the receiver broke. */
  readonly violations = new Violations();
  #budget = new LaneBudget();
  readonly #queue = new TransferQueue();
  readonly #lanes = new LaneSet();
  readonly #roundTrip = new RoundTrip();
  readonly #controller = new RateController();
  readonly #delivery = new DeliveryTracker();
  readonly #lossTimer = new LossTimer(this.#lanes, this.#roundTrip);
  readonly #pacer = new Pacer();
  readonly #silence = new SilenceTimer();
  readonly #prober = new PathProber();
  readonly #laneManager = new LaneManager(this.#lanes, (target, hold) =>
    this.#events.push({ type: 'lanes', target, hold }),
  );
  readonly #writer = new MessageWriter();
  /** Control messages to be sent. */
  readonly #control: Uint8Array[] = [];
  readonly #events: SenderEvent[] = [];
  #packetsLost = 0;
  /** When it last was time to send, no lane had room. */
  #blocked = false;
  /** What those that share the uplink know of this session; `undefined`: it has it to itself. */
  #uplink: { sending: boolean; reportedAt: Millis; due: boolean } | undefined;
  /** Nothing to send, or no lane for it, in the newest feedback's time. */
  #limited = false;

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
   * Offers a picture; returns its transfer number, 1 … 32,767.
   * @throws UsageError when the session's numbers are used up
   */
  offer(header: FileHeader, now: Millis): number {
    const { id } = this.#queue.offer(header);
    this.#post({ type: 'offer', transfer: id, header });
    this.#requestBytes();
    this.#laneManager.offered(now);
    if (!this.#queue.busy) this.#begin(now);
    return id;
  }

  /**
   * Whether previews of unanswered offers may be sent (P-49): not before the receiver has accepted a picture,
   * which permits it by itself, and no longer when another receiver is next.
   */
  allowEarlyPreviews(allowed: boolean): void {
    this.#queue.allowEarlyPreviews(allowed);
    this.#requestBytes();
  }

  /**
   * The control channel was lost and is back: repeats what may not have arrived.
   * @param fresh the receiver has no memory of this session (its page was reloaded), so every transfer starts
   * over
   */
  resync(fresh: boolean): void {
    if (fresh) this.#delivery.restart();
    const ended = fresh ? [] : this.#queue.recent().filter(({ state }) => state === 'ended');
    for (const { id } of ended) this.#post({ type: 'cancel', transfer: id, reason: CancelReason.person });
    for (const transfer of this.#queue.live()) {
      if (fresh) this.#queue.restart(transfer);
      else transfer.offerAgain();
      this.#post({ type: 'offer', transfer: transfer.id, header: transfer.header });
      if (transfer.pauses.here) this.#post({ type: 'pause', transfer: transfer.id, paused: true });
    }
    this.#requestBytes();
  }

  /** Bytes that a `need` event asked for; of another length, or too late, they are ignored. */
  provide(transfer: number, kind: ObjectKind, block: number, bytes: Uint8Array): void {
    this.#queue.get(transfer)?.object(kind)?.provide(block, bytes);
  }

  /** Ends a transfer on both sides; does nothing if it has ended. */
  cancel(transfer: number, reason: CancelReason = CancelReason.person): void {
    if (this.#queue.end(transfer, 'cancel')) this.#post({ type: 'cancel', transfer, reason });
  }

  /** Lets the bytes of a transfer rest, or go on (P-124). @returns whether that is new */
  pause(transfer: number, paused: boolean, now: Millis): boolean {
    const changed = this.#setPaused(transfer, 'here', paused, now);
    if (changed) this.#post({ type: 'pause', transfer, paused });
    return changed;
  }

  /**
   * Sends no faster from now on.
   * @param rate bytes of lane messages a second; `undefined`: as fast as the path carries
   */
  limitRate(rate: number | undefined, now: Millis): void {
    this.#controller.limit(rate === undefined ? undefined : rate / 1000, now);
  }

  /** Says from now on what others have to know that share the uplink with this session. */
  joinUplink(): void {
    this.#uplink ??= { sending: false, reportedAt: -Infinity, due: false };
  }

  /** What the one that knows of all of them wants this one to do. */
  shareUplink(order: UplinkOrder, now: Millis): void {
    this.#controller.share(order, now);
  }

  /** Tells the receiver that this side's page takes pictures of it, too (P-136). */
  invite(): void {
    this.#post({ type: 'invite' });
  }

  /** Tells the receiver that this side leaves. */
  bye(): void {
    this.#post({ type: 'bye' });
  }

  /** Another session began: what the last one cost is not the next one's. */
  forgive(): void {
    this.#budget = new LaneBudget();
  }

  /** One that is offered or being sent, or one of the last that are over. */
  transfer(id: number): OutgoingTransfer | undefined {
    return this.#queue.get(id);
  }

  figures(): SenderFigures {
    return {
      state: this.#controller.state,
      rate: this.#controller.rate() * 1000,
      roundTrip: this.#roundTrip.smoothed,
      packetsLost: this.#packetsLost,
      lanes: this.#lanes.size,
      inFlight: this.#lanes.inFlight,
    };
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
        throw new ProtocolError('too-long', 'lane bytes for a sender');
      }
      if (packetType(bytes) === FEEDBACK) this.#handleFeedback(decodeFeedback(bytes), now);
      else throw new ProtocolError('wrong-lane', 'picture bytes for a sender');
    });
  }

  handleTimeout(now: Millis): void {
    this.#laneManager.handleTimeout(this.#queue.busy, now);
    if (this.#queue.idle) return;
    this.#lossTimer.expire(this.#lossInput, now);
    // While anything is being received feedback arrives several times a second, whatever it has to report.
    if (this.#lanes.size > 0 && this.#silence.expired(now)) this.#endSilent();
    this.#planRepair();
  }

  handleLaneOpen(lane: LaneId, now: Millis): void {
    if (lane === CONTROL_LANE) return;
    // The first lane of another connection: perhaps over another path.
    if (this.#lanes.size === 0 && this.#roundTrip.smoothed !== undefined) {
      this.#prober.forget(now);
      this.#controller.reconnect(now);
    }
    this.#lanes.open(lane);
    this.#silence.restart(now);
    if (this.#laneManager.opened(now)) this.#controller.widen(now);
  }

  handleLaneClosed(lane: LaneId, _now: Millis): void {
    this.#lanes.close(lane);
    this.#laneManager.closed();
    this.#planRepair();
  }

  handleLaneBacklog(lane: LaneId, byteLength: number, now: Millis): void {
    this.#lanes.get(lane)?.hold(byteLength, now);
  }

  // ---- Endpoint: out

  pollTransmit(now: Millis): Transmit | undefined {
    return this.#pollControl() ?? this.#pollProbe(now) ?? this.#pollData(now);
  }

  pollEvent(): SenderEvent | undefined {
    return this.#events.shift() ?? this.#pollReport();
  }

  #pollReport(): SenderEvent | undefined {
    const uplink = this.#uplink;
    if (uplink === undefined) return undefined;
    const { busy: sending } = this.#queue;
    if (sending === uplink.sending && !uplink.due) return undefined;
    uplink.sending = sending;
    uplink.due = false;
    const { queue, excessLoss: loss, sharers, held } = this.#controller;
    const limited = this.#limited || held;
    const roundTrip = this.#roundTrip.srtt;
    return {
      type: 'uplink',
      report: { sending, limited, queue, loss, rate: this.#controller.rate(), sharers, roundTrip },
    };
  }

  nextTimeout(): Millis | undefined {
    if (this.#lanes.size === 0) return undefined;
    const next = Math.min(...Object.values(this.#deadlines()));
    return next === Infinity ? undefined : next;
  }

  /**
   * When each part wants `handleTimeout` or `pollTransmit` to be called; `Infinity`: not before another
   * input.
   */
  #deadlines(): Readonly<Record<'probe' | 'idleLanes' | 'pacing' | 'loss' | 'silence', Millis>> {
    const queue = this.#queue;
    const pacer = this.#pacer;
    const busy = queue.busy;
    const probe = busy ? Infinity : this.#prober.nextTimeout(this.#lanes);
    const idleLanes = this.#laneManager.nextTimeout(busy);
    if (queue.idle) return { probe, idleLanes, pacing: Infinity, loss: Infinity, silence: Infinity };
    // Without a lane or a packet there is nothing to do at `nextSendAt`: feedback or the end of a backlog is
    // earlier.
    const blocked = pacer.limited || !queue.hasWork();
    const earliest = blocked ? pacer.limitedAt + 1 : -Infinity;
    const loss = this.#lossTimer.nextTimeout(this.#lossInput);
    // While packets are in flight the loss timer is earlier.
    const silence = busy && loss === Infinity ? this.#silence.nextTimeout() : Infinity;
    return {
      probe,
      idleLanes,
      pacing: blocked ? Infinity : pacer.nextSendAt,
      loss: Math.max(earliest, loss),
      silence: Math.max(earliest, silence),
    };
  }

  // ---- sending

  #pollControl(): Transmit | undefined {
    const bytes = this.#control.shift();
    return bytes === undefined ? undefined : { lane: CONTROL_LANE, bytes };
  }

  #pollProbe(now: Millis): Transmit | undefined {
    if (this.#queue.busy) return undefined;
    const probe = this.#prober.poll(this.#lanes, now);
    if (probe === undefined) return undefined;
    this.#pacer.limit(now);
    this.#delivery.onProbeSent(probe.bytes.length);
    return probe;
  }

  #pollData(now: Millis): Transmit | undefined {
    if (now < this.#pacer.nextSendAt || this.#lanes.size === 0 || !this.#queue.hasWork()) return undefined;
    const packets = this.#packetsPerMessage();
    const concentrate = this.#near && this.#controller.lowLoss;
    const lane = concentrate
      ? this.#lanes.concentrate(DATA_PACKET, packets)
      : this.#lanes.spread(DATA_PACKET, this.#roundTrip.outlastsFirstTimeout);
    if (lane === undefined) this.#laneManager.limit(now);
    this.#blocked = lane === undefined || this.#lanes.inFlight >= this.#flightLimit();
    const bytes =
      lane === undefined || this.#blocked
        ? undefined
        : this.#writer.write(lane, this.#lanes, packets, () => this.#nextSymbol(), now);
    if (lane === undefined || bytes === undefined) {
      this.#pacer.limit(now);
      return undefined;
    }
    this.#pacer.sent(bytes.length, this.#pacingRate(now), now);
    this.#delivery.onSent(bytes.length, now);
    return { lane: lane.id, bytes };
  }

  /** Bytes a millisecond. */
  #pacingRate(now: Millis): number {
    const blind = this.#silence.blind(this.#roundTrip.srtt, now);
    return blind ? DATA_PACKET / BLIND_INTERVAL : this.#controller.rate();
  }

  /** Packets that may be in flight. */
  #flightLimit(): number {
    const product = this.#controller.rate() * (this.#roundTrip.srtt + FLIGHT_SLACK);
    return FLIGHT_ALLOWANCE + (FLIGHT_GAIN * product) / DATA_PACKET;
  }

  get #near(): boolean {
    return this.#roundTrip.minRtt <= NEAR;
  }

  #packetsPerMessage(): number {
    if (!this.#controller.lowLoss) return 1;
    const most = this.#near ? MAX_MESSAGE_PACKETS : BURST_PACKETS;
    const inTime = Math.floor((this.#controller.rate() * MESSAGE_TIME) / DATA_PACKET);
    return Math.max(1, Math.min(most, inTime));
  }

  #nextSymbol(): OutgoingSymbol | undefined {
    const symbol = this.#queue.take();
    if (symbol?.lastSource === true) {
      this.#planRepair();
      this.#requestBytes();
    }
    if (symbol !== undefined) this.#checkSpent(symbol.object.stream);
    return symbol;
  }

  /** Whatever a receiver claims, the packets of a picture are bounded. */
  #checkSpent(stream: number): void {
    const transfer = this.#queue.get(transferOf(stream));
    if (transfer?.overspent !== true) return;
    this.cancel(transfer.id, CancelReason.violation);
    this.#events.push({ type: 'violation', transfer: transfer.id });
  }

  #planRepair(): void {
    const { loss, lossUpperBound, bottleneck } = this.#controller;
    const flight = bottleneck * this.#roundTrip.srtt;
    this.#queue.plan({
      loss: { middle: Math.max(MIN_LOSS, loss), edge: Math.max(MIN_LOSS, lossUpperBound) },
      edgeBlocks: Math.ceil((flight * EDGE_MARGIN) / (MAX_BLOCK_CHUNKS * CHUNK_LENGTH)) + 1,
    });
  }

  #requestBytes(): void {
    for (const wanted of this.#queue.wanted()) this.#events.push({ type: 'need', ...wanted });
  }

  get #lossInput(): LossTimerInput {
    const { newestDeliveredAt } = this.#delivery;
    return {
      newestDeliveredAt,
      firstPassSent: this.#queue.firstPassSent,
      blocked: this.#blocked,
      exhausted:
        (this.#queue.firstPassSent && !this.#queue.hasWork()) ||
        (this.#blocked && this.#controller.queue > OVERFLOWED_QUEUE),
      baseLoss: this.#controller.baseLoss,
    };
  }

  #endSilent(): void {
    for (const { id } of this.#queue.sending) {
      if (!this.#queue.end(id, 'silence')) continue;
      this.#post({ type: 'cancel', transfer: id, reason: CancelReason.silence });
      this.#events.push({ type: 'silence', transfer: id });
    }
  }

  // ---- feedback

  #handleFeedback(feedback: Feedback, now: Millis): void {
    if (!this.#delivery.accept(feedback)) return;
    const previousHeard = this.#silence.heardAt;
    this.#silence.heard(now);

    // Feedback about an offered original is its acceptance: the control channel's own copy may be late by
    // seconds.
    for (const { stream } of feedback.streams) {
      const transfer = this.#queue.get(transferOf(stream));
      if (transfer?.state === 'offered' && kindOf(stream) === ORIGINAL) this.#accepted(transfer, [], now);
    }
    // This feedback covers an application-limited period.
    if (!this.#queue.hasWork()) this.#pacer.limit(now);
    const measured = feedback.packets > 0;
    const sample = measured ? this.#delivery.roundTripSample(feedback, now) : undefined;
    if (sample !== undefined) this.#roundTrip.add(sample, now);
    this.#prober.heard(feedback.train, this.#delivery.newestDeliveredAt, now);
    const fate = this.#resolve(feedback);
    for (const { id } of this.#queue.report(feedback.streams))
      this.#events.push({ type: 'delivered', transfer: id });
    if (measured) this.#steer(feedback, fate, previousHeard, now);
    this.#lossTimer.expire(this.#lossInput, now);
    this.#planRepair();
    this.#requestBytes();
    this.#updateLanes(now);
  }

  /** Resolves the packets that this feedback acknowledges or shows to be lost. */
  #resolve(feedback: Feedback): Fate {
    // Whether what the timer declared lost was lost, its lane's next number shows; it was late at any rate.
    const expired = this.#lossTimer.take();
    const sum = { resolved: expired, lost: 0, late: expired };
    const fates: LaneFate[] = [];
    const { reorderWindow } = this.#roundTrip;
    for (const report of feedback.lanes) {
      const fate = this.#lanes.get(report.lane)?.acknowledge(report.highest, report.received, reorderWindow);
      if (fate === undefined) continue;
      // What the timer declared lost earlier is in `lost`, not in `resolved`, and may be older than `sentAt`.
      if (fate.resolved > 0) fates.push({ ...fate, lost: Math.min(fate.lost, fate.resolved) });
      sum.resolved += fate.resolved;
      sum.lost += fate.lost;
      sum.late += fate.late;
    }
    this.#packetsLost += sum.lost;
    return { ...sum, fates };
  }

  #steer(feedback: Feedback, fate: Fate, previousHeard: Millis, now: Millis): void {
    const limitedSince = Math.min(previousHeard, now) - (this.#roundTrip.smoothed ?? 0);
    this.#limited = this.#pacer.limitedAt >= limitedSince;
    this.#controller.onFeedback(
      {
        ...this.#delivery.sample(feedback),
        ...fate,
        roundTrip: this.#roundTrip.minRtt,
        limited: this.#limited,
        exhausted: !this.#queue.hasWork(),
        idle: !this.#queue.busy,
        // Nor may what a picture has left be taken for the path's own delay.
        disturbed:
          this.#prober.disturbed(this.#lanes, now) ||
          this.#delivery.newestDeliveredAt <= this.#pacer.lastSentAt,
      },
      now,
    );
    if (this.#controller.takeRebase()) this.#roundTrip.rebase();
    const uplink = this.#uplink;
    if (uplink === undefined || !this.#queue.busy || now - uplink.reportedAt < REPORT_INTERVAL) return;
    uplink.reportedAt = now;
    uplink.due = true;
  }

  #updateLanes(now: Millis): void {
    const controller = this.#controller;
    const roundTrip = this.#roundTrip;
    const { busy, unsentBytes } = this.#queue;
    this.#laneManager.update({ busy, unsentBytes, controller, roundTrip, trains: this.#prober }, now);
  }

  // ---- control channel

  #handleControl(message: ControlMessage, now: Millis): void {
    switch (message.type) {
      case 'hello':
        this.#events.push(message);
        return;
      case 'bye':
        this.#events.push({ type: 'bye' });
        return;
      case 'back':
        this.#events.push(message);
        return;
      case 'invite':
      case 'offer':
      case 'sent':
      case 'sending':
        throw new ProtocolError('wrong-state', `${message.type} from a receiver`);
      default:
    }
    const transfer = this.#queue.get(message.transfer);
    if (transfer === undefined) {
      if (this.#queue.isOver(message.transfer)) return;
      throw new ProtocolError('unknown-transfer');
    }
    const { id, state } = transfer;
    switch (message.type) {
      case 'pause':
        if (this.#setPaused(id, 'there', message.paused, now))
          this.#events.push({ type: 'paused', transfer: id, paused: message.paused });
        return;
      case 'accept':
        if (!transfer.takeAnswer()) throw new ProtocolError('wrong-state', 'accept');
        // Said again behind an acceptance that is an answer to a repeated offer.
        if (this.#setPaused(id, 'there', false, now))
          this.#events.push({ type: 'paused', transfer: id, paused: false });
        if (state === 'offered') this.#accepted(transfer, message.have, now);
        else if (state === 'sending') this.#queue.skip(transfer, message.have);
        return;
      case 'decline':
        if (!this.#queue.end(id, 'decline')) throw new ProtocolError('wrong-state', 'decline');
        this.#events.push({ type: 'declined', transfer: id });
        return;
      case 'cancel':
        if (this.#queue.end(id, 'cancel'))
          this.#events.push({ type: 'cancelled', transfer: id, reason: message.reason });
        return;
      case 'complete':
        // A repetition, when the control channel was lost in between.
        if (state === 'done') return;
        if (!this.#queue.end(id, 'complete', message.verified ? 'verified' : 'refuted'))
          throw new ProtocolError('wrong-state', 'complete');
        this.#completed(transfer, message.verified, now);
        return;
      case 'progress':
        if (state !== 'sending' && state !== 'done') return;
        this.#events.push({ type: 'progress', transfer: id, report: message });
        if (state === 'sending') this.#reportSending(transfer);
        return;
    }
  }

  #accepted(transfer: OutgoingTransfer, have: readonly Run[], now: Millis): void {
    if (!this.#queue.busy) this.#resume(now);
    this.#queue.accept(transfer, have);
    this.#queue.allowEarlyPreviews(true);
    this.#events.push({ type: 'accepted', transfer: transfer.id });
    if (transfer.original.complete) this.#events.push({ type: 'delivered', transfer: transfer.id });
    this.#updateLanes(now);
    this.#requestBytes();
  }

  #setPaused(id: number, side: PauseSide, paused: boolean, now: Millis): boolean {
    const { busy } = this.#queue;
    if (!this.#queue.pause(id, side, paused)) return false;
    if (!busy && this.#queue.busy) this.#resume(now);
    this.#updateLanes(now);
    this.#requestBytes();
    return true;
  }

  /** Pictures are sent after a period without any. */
  #resume(now: Millis): void {
    this.#prober.stop();
    this.#lossTimer.expire(this.#lossInput, now);
    this.#lanes.settle(now - this.#roundTrip.associationTimeout);
    this.#controller.resume(this.#prober.rate, now);
    this.#begin(now);
  }

  /** Sending begins after an idle period. */
  #begin(now: Millis): void {
    this.#pacer.limit(now);
    this.#silence.restart(now);
  }

  #completed(transfer: OutgoingTransfer, verified: boolean, now: Millis): void {
    const { id, original } = transfer;
    this.#events.push({ type: 'complete', transfer: id, verified });
    this.#reportSending(transfer);
    this.#post({
      type: 'sent',
      transfer: id,
      packets: original.packetsSent,
      retransmitted: original.retransmitted,
      roundTrip: this.#roundTripMillis,
    });
    this.#updateLanes(now);
  }

  /** The answer to progress: what only this side knows, for the receiver's plots and its chunk map. */
  #reportSending({ id, original }: OutgoingTransfer): void {
    const { runs } = takeRuns(original.takeRetransmitted(), MAX_RUNS);
    this.#post({ type: 'sending', transfer: id, roundTrip: this.#roundTripMillis, again: runs });
  }

  get #roundTripMillis(): number {
    return Math.min(0xffff, Math.round(this.#roundTrip.smoothed ?? 0));
  }

  #post(message: ControlMessage): void {
    this.#control.push(encodeControl(message));
  }
}
