import type { Endpoint, LaneId, Millis } from '../../protocol/contract.ts';
import { BatchWriter, readBatch } from './batch.ts';
import type { LinkMessage, PacketBatch } from './messages.ts';

/** What the engine gets from the place it runs in (a worker, or Node in tests). */
export interface EngineHost<M> {
  /** Milliseconds of the same clock as the batches' `times`. */
  now(): Millis;
  post(message: M, transfer?: readonly ArrayBuffer[]): void;
  /** Calls back once at about `delay` ms from now; returns a function that calls it off. */
  schedule(delay: Millis, callback: () => void): () => void;
}

export interface LoopEvents<E> {
  transmit(batch: PacketBatch): void;
  event(event: E): void;
}

/**
 * Least time between two wake-ups for sending (ms). Each costs two threads a message, and a hundred packets a burst at
 * 200 Mbit/s is what a network card does too.
 */
const QUANTUM: Millis = 4;

/** Drives one endpoint: input, drain, sleep until its next timeout. Knows which lanes stand, for an endpoint made anew. */
export class EndpointLoop<E> {
  readonly lanes = new Set<LaneId>();
  private clock: Millis = 0;
  private readonly out = new BatchWriter();
  private cancelTimer: (() => void) | undefined;
  private pumping = false;
  private endpoint: Endpoint<E>;
  private readonly host: EngineHost<never>;
  private readonly events: LoopEvents<E>;

  constructor(endpoint: Endpoint<E>, host: EngineHost<never>, events: LoopEvents<E>) {
    this.endpoint = endpoint;
    this.host = host;
    this.events = events;
  }

  /** The endpoint's time: never decreases. */
  now(): Millis {
    this.clock = Math.max(this.clock, this.host.now());
    return this.clock;
  }

  /** Puts another endpoint in the place of the present one; open lanes are told to it. */
  replace(endpoint: Endpoint<E>): void {
    this.endpoint = endpoint;
    for (const lane of this.lanes) endpoint.handleLaneOpen(lane, this.now());
    this.pump();
  }

  /** Handles what concerns the link; `false`: the message is for the engine. */
  handle(message: LinkMessage): boolean {
    const { endpoint } = this;
    switch (message.type) {
      case 'packets':
        readBatch(message.batch, (lane, bytes, time) => {
          // When it came, not when the worker got to it: the controller reads queues off these times.
          if (time !== undefined) this.clock = Math.max(this.clock, Math.min(time, this.host.now()));
          this.endpoint.handlePacket(bytes, lane, this.clock);
          if (lane === 0) this.drainEvents();
        });
        break;
      case 'lane-open':
        this.lanes.add(message.lane);
        endpoint.handleLaneOpen(message.lane, this.now());
        break;
      case 'lane-closed':
        this.lanes.delete(message.lane);
        endpoint.handleLaneClosed(message.lane, this.now());
        break;
      case 'backlogs':
        for (const [lane, bytes] of message.lanes) endpoint.handleLaneBacklog(lane, bytes, this.now());
        break;
      case 'disconnected':
        for (const lane of this.lanes) endpoint.handleLaneClosed(lane, this.now());
        this.lanes.clear();
        break;
      default:
        return false;
    }
    this.pump();
    return true;
  }

  /** Drains the endpoint and sleeps until its next timeout. To be called after every call from outside. */
  pump(): void {
    // An event's handler may call the endpoint and pump again.
    if (this.pumping) return;
    this.pumping = true;
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    const now = this.now();
    const timeout = this.endpoint.nextTimeout();
    if (timeout !== undefined && timeout <= now) this.endpoint.handleTimeout(now);
    // Events may provide what was missing to transmit.
    do {
      for (
        let next = this.endpoint.pollTransmit(now);
        next !== undefined;
        next = this.endpoint.pollTransmit(now)
      ) {
        this.out.add(next.lane, next.bytes);
      }
    } while (this.drainEvents());
    if (this.out.count > 0) this.events.transmit(this.out.take());
    this.pumping = false;
    const next = this.endpoint.nextTimeout();
    if (next !== undefined) {
      this.cancelTimer = this.host.schedule(Math.max(QUANTUM, next - this.now()), () => this.pump());
    }
  }

  private drainEvents(): boolean {
    let any = false;
    for (let event = this.endpoint.pollEvent(); event !== undefined; event = this.endpoint.pollEvent()) {
      any = true;
      this.events.event(event);
    }
    return any;
  }
}
