import type { LaneFate, LossSample } from '../congestion/loss-estimate.ts';
import type { LaneId, Millis } from '../endpoint.ts';
import { AssociationWindow } from './association-window.ts';
import { InFlight, type SentPacket } from './in-flight.ts';

/** What a packet carried, so that its fate is counted for the block it belongs to. */
export interface Carried {
  /** Symbols of this block that are neither delivered nor declared lost. */
  inFlight: number;
}

/** A packet of a lane. */
export interface LanePacket extends SentPacket {
  readonly lane: OutgoingLane;
  readonly number: number;
  readonly carried: Carried | undefined;
}

/** A packet with this many later ones delivered is lost (RFC 9002 §6.1.1). */
const REORDERING_THRESHOLD = 3;
/** Resolved packets that are dropped from memory at once. */
const TRIM = 64;

const NEVER = -Infinity;
const NOTHING: LossSample & LaneFate = { sentAt: NEVER, resolved: 0, lost: 0, late: 0 };

/** The sending side of one lane: numbers its packets, remembers what is in flight, and declares losses. */
export class OutgoingLane {
  readonly id: LaneId;
  /** Packets declared lost by the lane's own feedback. */
  losses = 0;
  #next = 0;
  readonly #packets: LanePacket[] = [];
  /** The first of `packets` that is not resolved. */
  #head = 0;
  /** Highest number delivered, and how many were delivered. */
  #highest = -1;
  #received = 0;
  #resolved = 0;
  /** Sum of what was reported as late. */
  #late = 0;
  /** Packets numbered below this were in flight when the window was last halved: one halving a round trip. */
  #recoverBelow = 0;
  /** The first packet that may be the one that was last lost; `undefined`: none since the lane was quiet. */
  #lostFrom: number | undefined;
  /** Packets that are missing, for which the window has collapsed already. */
  #collapsedFor = 0;
  #lastSentAt: Millis = NEVER;
  /** The newest packet of a train of probes: it may have overflowed a queue that pictures will not. */
  #trainThrough = -1;
  readonly #window = new AssociationWindow();
  /** Packets in flight on all lanes. */
  readonly #all: InFlight<LanePacket>;

  constructor(id: LaneId, all: InFlight<LanePacket> = new InFlight()) {
    this.id = id;
    this.#all = all;
  }

  get inFlight(): number {
    return this.#packets.length - this.#head;
  }

  /** Packets sent so far: their numbers are below this. */
  get sent(): number {
    return this.#next;
  }

  /** When the oldest packet in flight was sent. */
  oldest(): Millis | undefined {
    return this.#packets[this.#head]?.at;
  }

  /** Packets of `byteLength` that can leave at once and whole. */
  room(byteLength: number): number {
    return this.#window.room(byteLength, this.inFlight);
  }

  /** The packet number for a probe of a train: what is lost of those is no sign of the path's loss. */
  sendOfTrain(now: Millis): number {
    this.#trainThrough = this.#next;
    return this.send(undefined, now);
  }

  /** The packet number for what is sent now. */
  send(carried: Carried | undefined, now: Millis): number {
    const number = this.#next++;
    this.#lastSentAt = now;
    if (carried !== undefined) carried.inFlight += 1;
    const packet = { lane: this, number, at: now, carried, resolved: false };
    this.#packets.push(packet);
    this.#all.add(packet);
    return number;
  }

  /**
   * Feedback for this lane (16-bit counters, unwrapped here). Resolves every packet that was delivered, or
   * that a later one overtook by three packets or by `reorderWindow` ms (RFC 9002 §6.1, RFC 8985).
   */
  acknowledge(highest16: number, received16: number, reorderWindow: Millis): LossSample & LaneFate {
    const highest = this.#highest + (((highest16 - this.#highest) << 16) >> 16);
    const received = this.#received + (((received16 - this.#received) << 16) >> 16);
    // Old news, or claims about packets that were never sent.
    if (highest < this.#highest || received < this.#received || highest >= this.#next) return NOTHING;
    const ofTrain = this.#highest < this.#trainThrough;
    this.#highest = highest;
    this.#received = received;

    const complete = received === highest + 1;
    const overtakenBefore = complete ? 0 : this.#sentAt(highest) - reorderWindow;
    const sentAt = this.oldest() ?? NEVER;
    const first = this.#packets[this.#head]?.number ?? highest;
    let resolved = 0;
    while (this.#head < this.#packets.length) {
      const packet = this.#packets[this.#head] as LanePacket;
      if (packet.number > highest) break;
      const recent = packet.number < highest && packet.number > highest - REORDERING_THRESHOLD;
      // Missing, but perhaps only late.
      if (!complete && recent && packet.at > overtakenBefore) break;
      this.#resolve(packet);
      resolved += 1;
    }
    const lost = Math.max(0, this.#resolved - received - this.losses);
    // For what was missing after a rest the window has collapsed already.
    const known = Math.min(lost, this.#collapsedFor);
    this.#collapsedFor -= known;
    this.losses += lost;
    if (lost > known) this.#lose(first, highest);
    else if (resolved > 0) this.#window.grow(resolved, this.inFlight);
    // Beyond a gap that is still open more was delivered than is resolved.
    const gap = (this.#packets[this.#head]?.number ?? Infinity) <= highest;
    const late = gap ? 0 : Math.max(0, this.#resolved - received) - this.#late;
    this.#late += late;
    return ofTrain ? NOTHING : { sentAt, resolved, lost, late };
  }

  /**
   * Declares packets sent before `deadline` lost: no later one of this lane can show it. Returns how many.
   */
  expire(deadline: Millis): number {
    let count = 0;
    while (this.#head < this.#packets.length && (this.#packets[this.#head] as LanePacket).at < deadline) {
      this.#resolve(this.#packets[this.#head] as LanePacket);
      count += 1;
    }
    this.#late += count;
    return count;
  }

  /**
   * After a rest: what it sent before `deadline` and is missing, the association has waited for until its
   * retransmission timeout, unless three later packets showed the loss (RFC 9260 §7.2.4). Then its window is
   * one packet.
   */
  settle(deadline: Millis): void {
    if (this.#lastSentAt >= deadline) return;
    const missing = this.#resolved - this.#received - this.losses;
    const unseen = this.#lostFrom !== undefined && this.#next - this.#lostFrom <= REORDERING_THRESHOLD;
    this.#lostFrom = undefined;
    if (missing <= this.#collapsedFor && !unseen) return;
    this.#collapsedFor = Math.max(0, missing);
    this.#window.collapse();
  }

  /** The browser holds back `byteLength` bytes of what was sent. */
  hold(byteLength: number, now: Millis): void {
    this.#window.hold(byteLength, this.inFlight, now);
  }

  /** When packet `number` was sent; `NEVER` if it was resolved before. */
  #sentAt(number: number): Millis {
    const first = this.#packets[this.#head];
    return first === undefined ? NEVER : (this.#packets[this.#head + number - first.number]?.at ?? NEVER);
  }

  #resolve(packet: LanePacket): void {
    this.#resolved += 1;
    this.#all.resolve(packet);
    if (packet.carried !== undefined) packet.carried.inFlight -= 1;
    this.#head += 1;
    if (this.#head > TRIM && this.#head * 2 > this.#packets.length) {
      this.#packets.splice(0, this.#head);
      this.#head = 0;
    }
  }

  #lose(first: number, highest: number): void {
    this.#lostFrom = first;
    if (highest < this.#recoverBelow) return;
    this.#recoverBelow = this.#next;
    this.#window.halve();
  }
}
