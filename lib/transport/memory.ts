/**
 * Two transports in one process, for Node: the session's tests run over the real thing's contract without a
 * browser. The network between them is given: a function that carries one message, late, twice, or never.
 */
import { CONTROL_LANE, type LaneId } from '../protocol/endpoint.ts';
import type { PathKind, Transport, TransportFigures, TransportOptions } from './contract.ts';
import { TRANSPORT_MESSAGE } from './lane-signals.ts';
import { MAX_CONTROL_MESSAGE_BYTES, DIRECT_LANES, RELAYED_LANES } from './limits.ts';
import { isRecord } from './signals.ts';

/** Carries an unreliable message one way: calls `deliver` once, later, several times, or never. */
type Carry = (lane: LaneId, bytes: Uint8Array, deliver: () => void) => void;

export interface MemoryNetworkOptions {
  /** Initiator to the other side, and back. Default: everything arrives, in order, in the next turn. */
  toOther?: Carry;
  toInitiator?: Carry;
  /** One-way delay of control messages, ms. */
  controlDelayMs?: number;
  path?: PathKind;
}

const FINGERPRINTS: readonly [string, string] = [
  Array.from({ length: 32 }, () => 'A1').join(':'),
  Array.from({ length: 32 }, () => 'B2').join(':'),
];

const nextTurn: Carry = (_lane, _bytes, deliver) => void setTimeout(deliver, 0);

/** A place where transports find each other by their signals, as browsers do by theirs. */
export class MemoryNetwork {
  readonly options: MemoryNetworkOptions;
  #ends = new Map<string, MemoryTransport>();
  #nextId = 1;

  constructor(options: MemoryNetworkOptions = {}) {
    this.options = options;
  }

  /** What `createTransport` is in the browser. */
  createTransport = (options: TransportOptions): Transport => {
    const id = `memory-${this.#nextId++}`;
    const end = new MemoryTransport(this, id, options);
    this.#ends.set(id, end);
    return end;
  };

  find(id: unknown): MemoryTransport | undefined {
    return typeof id === 'string' ? this.#ends.get(id) : undefined;
  }

  forget(id: string): void {
    this.#ends.delete(id);
  }

  /** Ends a lane as a network would: both sides see it closed. */
  killLane(lane: LaneId): void {
    for (const end of this.#ends.values()) end.laneDied(lane);
  }

  /** The path is gone: both sides of every connection fail. */
  cut(): void {
    for (const end of this.#ends.values()) end.ended('failed');
  }
}

class MemoryTransport implements Transport {
  #network: MemoryNetwork;
  #id: string;
  #options: TransportOptions;
  #other: MemoryTransport | undefined;
  #connected = false;
  #ended = false;
  #open = new Set<LaneId>();
  #target = 1;
  #highest: LaneId = 0;
  #lastControl = 0;

  constructor(network: MemoryNetwork, id: string, options: TransportOptions) {
    this.#network = network;
    this.#id = id;
    this.#options = options;
    if (options.initiator) this.#soon(() => options.signal({ type: 'offer', memory: id }));
  }

  handleSignal(message: unknown): void {
    if (this.#ended || this.#other || !isRecord(message)) return;
    if (message.type !== (this.#options.initiator ? 'answer' : 'offer')) return;
    const other = this.#network.find(message.memory);
    if (!other || other === this) return;
    this.#other = other;
    if (this.#options.initiator) {
      this.#soon(() => this.#connect());
      this.#soon(() => other.#connect());
    } else {
      this.#options.signal({ type: 'answer', memory: this.#id });
    }
  }

  send(lane: LaneId, bytes: Uint8Array): boolean {
    const other = this.#other;
    if (!this.#connected || this.#ended || !other) return false;
    // As over a real channel: what is sent now cannot be changed by the sender later.
    const copy = bytes.slice();
    if (lane === CONTROL_LANE) {
      if (bytes.length === 0 || bytes.length > MAX_CONTROL_MESSAGE_BYTES || bytes[0] === TRANSPORT_MESSAGE) {
        throw new RangeError('a control message has 1 … 65536 bytes and does not begin with 0x00');
      }
      this.#control(() => other.#packet(CONTROL_LANE, copy));
      return true;
    }
    if (!this.#open.has(lane)) return false;
    const { toOther = nextTurn, toInitiator = nextTurn } = this.#network.options;
    const carry = this.#options.initiator ? toOther : toInitiator;
    carry(lane, copy, () => {
      if (other.#open.has(lane)) other.#packet(lane, copy.slice());
    });
    return true;
  }

  setLaneTarget(count: number, hold = false): void {
    if (!this.#options.initiator || hold) return;
    const limit = this.#network.options.path === 'relayed' ? RELAYED_LANES : DIRECT_LANES;
    this.#target = Math.max(1, Math.min(Math.floor(count), limit));
    this.#adjust();
  }

  async path(): Promise<PathKind | undefined> {
    return this.#connected && !this.#ended ? (this.#network.options.path ?? 'direct') : undefined;
  }

  fingerprints(): readonly [string, string] | undefined {
    return this.#connected ? FINGERPRINTS : undefined;
  }

  figures(): TransportFigures {
    return { lanesOpen: this.#open.size, lanesTarget: this.#target };
  }

  close(): void {
    if (this.#ended) return;
    const other = this.#other;
    if (!this.#connected || !other) return this.ended('closed');
    // In order behind the control messages already on their way.
    this.#connected = false;
    this.#control(() => {
      other.ended('closed');
      this.ended('closed');
    });
  }

  /** For the network: the lane is gone on this side. */
  laneDied(lane: LaneId): void {
    if (!this.#open.delete(lane)) return;
    this.#options.events.laneClosed(lane);
    if (this.#options.initiator) this.#soon(() => this.#adjust());
  }

  ended(reason: 'closed' | 'failed'): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#connected = false;
    this.#open.clear();
    this.#network.forget(this.#id);
    this.#options.events.closed(reason);
  }

  #connect(): void {
    if (this.#connected || this.#ended) return;
    this.#connected = true;
    this.#options.events.connected();
    this.#openLane(1);
    this.#adjust();
  }

  #adjust(): void {
    if (!this.#options.initiator || !this.#connected) return;
    for (const lane of [...this.#open].sort((a, b) => b - a)) {
      if (this.#open.size <= this.#target || lane === 1) break;
      this.#closeLane(lane);
    }
    for (let missing = this.#target - this.#open.size; missing > 0; missing--) {
      const lane = Math.max(1, this.#highest) + 1;
      this.#highest = lane;
      if (this.#other) this.#other.#openLane(lane);
      this.#openLane(lane);
    }
  }

  #openLane(lane: LaneId): void {
    if (this.#ended || this.#open.has(lane)) return;
    this.#open.add(lane);
    this.#options.events.laneOpen(lane);
  }

  #closeLane(lane: LaneId): void {
    for (const end of [this, this.#other]) {
      if (end && end.#open.delete(lane)) end.#options.events.laneClosed(lane);
    }
  }

  #packet(lane: LaneId, bytes: Uint8Array): void {
    if (this.#ended || (!this.#connected && lane !== CONTROL_LANE)) return;
    this.#options.events.packet(lane, bytes);
  }

  /** Runs in order with all other control messages of this direction. */
  #control(deliver: () => void): void {
    const now = performance.now();
    const at = Math.max(this.#lastControl, now + (this.#network.options.controlDelayMs ?? 0));
    this.#lastControl = at;
    this.#controlQueue.push(deliver);
    setTimeout(() => this.#controlQueue.shift()?.(), at - now);
  }
  #controlQueue: (() => void)[] = [];

  #soon(step: () => void): void {
    setTimeout(() => {
      if (!this.#ended) step();
    }, 0);
  }
}
