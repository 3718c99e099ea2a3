import { CONTROL_LANE, type Endpoint, type LaneId, type Millis } from '../../protocol/endpoint.ts';
import { LaneChannels } from '../../transport/lane-channels.ts';
import { BatchWriter, readBatch } from '../bridge/packet-batch.ts';
import type { FromEngine, LinkMessage, PacketBatch } from '../bridge/engine-messages.ts';

/** What the engine gets from the place it runs in (a worker, or Node in tests). */
export interface EngineHost {
  /** Milliseconds of the same clock as the batches' `times`. */
  now(): Millis;
  post(message: FromEngine, transfer?: readonly ArrayBuffer[]): void;
  /** Calls back once at about `delay` ms from now; returns a function that calls it off. */
  schedule(delay: Millis, callback: () => void): () => void;
}

/**
 * Least time between two wake-ups for sending (ms). Each wakes the browser's network threads too, and a
 * hundred packets a burst at 200 Mbit/s is what a network card does; 10 ms cost no less (measured).
 */
const QUANTUM: Millis = 4;
/**
 * With a deadline ahead the loop wakes at least this often (ms), so that a sleep of the machine or the page
 * is noticed: a timer that fires `SLEPT` late. That time is no silence of the other side, and the endpoint's
 * clock leaves it out.
 */
const HEARTBEAT: Millis = 1000;
const SLEPT: Millis = 3000;
/** Longest delay between a packet and what follows from it (ms): a burst is drained once. */
const GATHER: Millis = 2;

/**
 * Drives one endpoint: input, drain, sleep until its next timeout. Knows which lanes are open, for an
 * endpoint made anew.
 */
export class EndpointLoop<E> {
  readonly lanes = new Set<LaneId>();
  #clock: Millis = 0;
  /** Time that the host's clock went on while nothing ran here. */
  #slept: Millis = 0;
  readonly #out = new BatchWriter();
  #cancelTimer: (() => void) | undefined;
  /** When that timer fires. */
  #pumpAt: Millis = Infinity;
  #pumping = false;
  /** When the latest packet arrived, on any lane, or was first expected. */
  #heardAt: Millis = 0;
  #endpoint: Endpoint<E>;
  readonly #host: EngineHost;
  readonly #onEvent: (event: E) => void;
  readonly #channels: LaneChannels;
  readonly #tickets = new Map<number, LaneId>();
  /** The page has said whom the control channel leads to. */
  #introduced = false;
  /** What came on the control channel before that: it may be faster than the page. */
  #early: PacketBatch[] = [];

  constructor(endpoint: Endpoint<E>, host: EngineHost, onEvent: (event: E) => void) {
    this.#endpoint = endpoint;
    this.#host = host;
    this.#onEvent = onEvent;
    this.#channels = new LaneChannels({
      packet: (lane, bytes) => {
        this.#heardAt = this.now();
        this.#endpoint.handlePacket(bytes, lane, this.#heardAt);
        this.#pumpWithin(GATHER, this.#heardAt);
      },
      backlog: (lane, byteLength) => {
        const now = this.now();
        this.#endpoint.handleLaneBacklog(lane, byteLength, now);
        this.#pumpWithin(GATHER, now);
      },
    });
  }

  /** The endpoint's time: never decreases. */
  now(): Millis {
    const present = this.#host.now();
    return this.#advance(present, present);
  }

  /** Since when nothing has arrived; time that was slept does not count. */
  silentFor(): Millis {
    return this.now() - this.#heardAt;
  }

  /** From now on something should arrive: the silence before does not count. */
  expect(): void {
    this.#heardAt = this.now();
  }

  /** To a time of the host's clock, the present one or shortly before it. Reading the clock costs. */
  #advance(host: Millis, present: Millis): Millis {
    const overdue = present - this.#slept - this.#pumpAt;
    // Asked before anything else on waking, be it a timer or a packet: what waited in the queues is looked at
    // first.
    if (overdue > SLEPT) {
      this.#slept += overdue;
      this.#pumpAt = Infinity;
      this.#pumpWithin(QUANTUM);
    }
    this.#clock = Math.max(this.#clock, host - this.#slept);
    return this.#clock;
  }

  /** Puts another endpoint in the place of the present one; it learns of the open lanes. */
  replace(endpoint: Endpoint<E>): void {
    this.#endpoint = endpoint;
    for (const lane of this.lanes) endpoint.handleLaneOpen(lane, this.now());
    this.pump();
  }

  /** It is known whom the control channel leads to, and HELLO is said: what came early is heard. */
  introduced(): void {
    this.#introduced = true;
    for (const batch of this.#early.splice(0)) this.handle({ type: 'packets', batch });
  }

  /** Handles what concerns the link; `false`: the message is for the engine. */
  handle(message: LinkMessage): boolean {
    const endpoint = this.#endpoint;
    switch (message.type) {
      case 'packets':
        if (!this.#introduced && message.batch.lanes.includes(CONTROL_LANE)) {
          this.#early.push(message.batch);
          return true;
        }
        readBatch(message.batch, (lane, bytes, time) => {
          // When it arrived, not when the worker got to it: the controller reads queues off these times.
          const present = this.#host.now();
          const now = this.#advance(time === undefined ? present : Math.min(time, present), present);
          this.#heardAt = now;
          this.#endpoint.handlePacket(bytes, lane, now);
          if (lane === CONTROL_LANE) this.#drainEvents();
        });
        break;
      case 'channel':
        this.#takeChannel(message);
        break;
      case 'channel-gone': {
        const lane = this.#tickets.get(message.ticket);
        if (lane === undefined) break;
        this.#tickets.delete(message.ticket);
        this.#channels.remove(lane);
        this.#laneClosed(lane);
        break;
      }
      case 'lane-open':
        this.#laneOpen(message.lane);
        break;
      case 'lane-closed':
        this.#laneClosed(message.lane);
        break;
      case 'backlogs':
        for (const [lane, byteLength] of message.lanes)
          endpoint.handleLaneBacklog(lane, byteLength, this.now());
        break;
      case 'disconnected':
        this.#introduced = false;
        this.#early = [];
        this.#channels.clear();
        this.#tickets.clear();
        for (const lane of this.lanes) endpoint.handleLaneClosed(lane, this.now());
        this.lanes.clear();
        break;
      default:
        return false;
    }
    this.pump();
    return true;
  }

  #takeChannel({ lane, ticket, channel }: Extract<LinkMessage, { type: 'channel' }>): void {
    // An earlier connection's channel of this number is not heard any more.
    for (const [earlier, other] of this.#tickets) if (other === lane) this.#tickets.delete(earlier);
    this.#tickets.set(ticket, lane);
    this.#channels.add(lane, channel, {
      open: () => {
        this.#host.post({ type: 'channel-open', ticket });
        this.#laneOpen(lane);
        this.pump();
      },
      ended: () => {
        this.#tickets.delete(ticket);
        this.#host.post({ type: 'channel-ended', ticket });
        this.#laneClosed(lane);
        this.pump();
      },
    });
  }

  #laneOpen(lane: LaneId): void {
    this.lanes.add(lane);
    this.#endpoint.handleLaneOpen(lane, this.now());
  }

  #laneClosed(lane: LaneId): void {
    if (this.lanes.delete(lane)) this.#endpoint.handleLaneClosed(lane, this.now());
  }

  /** Drains the endpoint and sleeps until its next timeout. To be called after every call from outside. */
  pump(): void {
    // An event's handler may call the endpoint and pump again.
    if (this.#pumping) return;
    this.#pumping = true;
    const now = this.now();
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#pumpAt = Infinity;
    const timeout = this.#endpoint.nextTimeout();
    if (timeout !== undefined && timeout <= now) this.#endpoint.handleTimeout(now);
    // Events may provide what was missing to transmit.
    do {
      for (
        let next = this.#endpoint.pollTransmit(now);
        next !== undefined;
        next = this.#endpoint.pollTransmit(now)
      ) {
        if (this.#channels.has(next.lane)) this.#channels.send(next.lane, next.bytes);
        else this.#out.add(next.lane, next.bytes);
      }
    } while (this.#drainEvents());
    if (this.#out.count > 0) {
      const batch = this.#out.take();
      this.#host.post({ type: 'transmit', batch }, [batch.data]);
    }
    this.#pumping = false;
    const next = this.#endpoint.nextTimeout();
    if (next === undefined) return;
    const after = this.now();
    this.#pumpWithin(Math.min(HEARTBEAT, Math.max(QUANTUM, next - after)), after);
  }

  #pumpWithin(delay: Millis, now = this.now()): void {
    const at = now + delay;
    if (at >= this.#pumpAt) return;
    this.#cancelTimer?.();
    this.#pumpAt = at;
    this.#cancelTimer = this.#host.schedule(delay, () => this.pump());
  }

  #drainEvents(): boolean {
    let any = false;
    for (let event = this.#endpoint.pollEvent(); event !== undefined; event = this.#endpoint.pollEvent()) {
      any = true;
      this.#onEvent(event);
    }
    return any;
  }
}
