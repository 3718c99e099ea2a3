import type { LaneId, Millis } from '../endpoint.ts';
import { Flight, type Flying } from './in-flight.ts';
import { CHUNK_LENGTH } from '../limits.ts';

/** What a packet carried, so that its fate can be told to the block it belongs to. */
export interface Carried {
  /** Symbols of this block that are neither known to have come out nor taken as lost. */
  inFlight: number;
}

export interface Sent extends Flying {
  readonly lane: OutgoingLane;
  readonly number: number;
  readonly carried: Carried | undefined;
}

/*
 * What is known of Chromium's association (dcSCTP): an MTU of 1191 bytes, a window of ten at first, four at least after a
 * loss; slow start adds at most one MTU for each SACK (one for every second packet), congestion avoidance one for each
 * window that was acknowledged. A packet costs its bytes and 16 for the DATA chunk's header.
 */
const MTU = 1191;
const FRESH_WINDOW = 10 * MTU;
const WORN_WINDOW = 4 * MTU;
const CHUNK_HEADER = 16;
/**
 * Below the 64 KB that the transport gives to a channel (P-13): all of it counts as held there until the news that it has left
 * has crossed the browser's threads.
 */
const GREATEST_WINDOW = 60 * (CHUNK_LENGTH + CHUNK_HEADER);

/** Longer than both event loops take to say that a packet has left (ms). */
const HELD_FOR_LONG = 40;

const NEVER = -Infinity;

export interface Settled {
  readonly settled: number;
  readonly lost: number;
  /** Lost, or given up as lost; below zero: so many of those came after all. */
  readonly late: number;
}
const NOTHING: Settled = { settled: 0, lost: 0, late: 0 };

/**
 * The sending side of one lane: numbers its packets, remembers what is in flight, and guesses the window of the SCTP
 * association beneath, which the browser does not show.
 */
export class OutgoingLane {
  readonly id: LaneId;
  private next = 0;
  private readonly flight: Sent[] = [];
  private head = 0;
  /** Highest number known to have come out, and how many came out. */
  private highest = -1;
  private received = 0;
  private settled = 0;
  private window = FRESH_WINDOW;
  private threshold = Infinity;
  /** Bytes acknowledged since the window last grew. */
  private acknowledged = 0;
  /** Packets numbered below this were in flight when the window was last halved: one halving a round trip. */
  private recoverBelow = 0;
  /** Bytes that the browser holds back because the association's window is full. */
  backlog = 0;
  private heldSince: Millis | undefined;
  losses = 0;
  /** Sum of what was said to be late. */
  private late = 0;
  /** Of all lanes. */
  private readonly all: Flight<Sent>;

  constructor(id: LaneId, all: Flight<Sent> = new Flight()) {
    this.id = id;
    this.all = all;
  }

  get inFlight(): number {
    return this.flight.length - this.head;
  }

  get sent(): number {
    return this.next;
  }

  /** Packets of `bytes` that can leave at once and whole: a part of one would double its risk. */
  room(bytes: number): number {
    return this.backlog > 0 ? 0 : Math.floor(this.window / (bytes + CHUNK_HEADER)) - this.inFlight;
  }

  /** Whether a loss has ended its slow start: its window stays small from then on. */
  get worn(): boolean {
    return this.threshold < Infinity;
  }

  /** The packet number for what is sent now. */
  send(carried: Carried | undefined, now: Millis): number {
    const number = this.next++;
    if (carried !== undefined) carried.inFlight += 1;
    const sent = { lane: this, number, at: now, carried, settled: false };
    this.flight.push(sent);
    this.all.add(sent);
    return number;
  }

  /**
   * Feedback for this lane (16-bit counters, unwrapped here). Settles every packet that came out or that a later one
   * overtook by three packets or by `reorderWindow` ms (RFC 9002 §6.1, RFC 8985), and says how many were settled and how
   * many of them were lost.
   */
  acknowledge(highest16: number, received16: number, reorderWindow: Millis): Settled {
    const highest = this.highest + (((highest16 - this.highest) << 16) >> 16);
    const received = this.received + (((received16 - this.received) << 16) >> 16);
    // Old news, or claims about packets that were never sent.
    if (highest < this.highest || received < this.received || highest >= this.next) return NOTHING;
    this.highest = highest;
    this.received = received;

    const complete = received === highest + 1;
    const overtaken = complete ? 0 : this.sentAt(highest) - reorderWindow;
    let settled = 0;
    while (this.head < this.flight.length) {
      const sent = this.flight[this.head] as Sent;
      if (sent.number > highest) break;
      // Missing, but perhaps only late.
      if (!complete && sent.number < highest && sent.number > highest - 3 && sent.at > overtaken) break;
      this.settle(sent);
      settled += 1;
    }
    const lost = Math.max(0, this.settled - received - this.losses);
    if (lost > 0) this.lose(lost, highest);
    else if (settled > 0 && this.backlog === 0) this.grow(settled);
    // Beyond a gap that is still open more has come than is settled.
    const gap = (this.flight[this.head]?.number ?? Infinity) <= highest;
    const late = gap ? 0 : Math.max(0, this.settled - received) - this.late;
    this.late += late;
    return { settled, lost, late };
  }

  /** Takes packets sent before `deadline` as late: nothing after them on this lane can tell. Returns how many. */
  expire(deadline: Millis): number {
    let count = 0;
    while (this.head < this.flight.length && (this.flight[this.head] as Sent).at < deadline) {
      this.settle(this.flight[this.head] as Sent);
      count += 1;
    }
    this.late += count;
    return count;
  }

  /**
   * The browser holds back `bytes` of what was sent. It says so for a moment after every send, so only what stays tells
   * of a full window: then the window is what is in flight less that.
   */
  hold(bytes: number, now: Millis): void {
    this.backlog = bytes;
    if (bytes === 0) {
      this.heldSince = undefined;
      return;
    }
    this.heldSince ??= now;
    if (now - this.heldSince < HELD_FOR_LONG) return;
    const flying = this.inFlight * (CHUNK_LENGTH + CHUNK_HEADER) - bytes;
    this.window = Math.max(MTU, Math.min(this.window, flying));
  }

  /** When the oldest packet in flight was sent. */
  oldest(): Millis | undefined {
    return this.flight[this.head]?.at;
  }

  /** When packet `number` was sent; `NEVER` if it was settled before. */
  private sentAt(number: number): Millis {
    const first = this.flight[this.head];
    return first === undefined ? NEVER : (this.flight[this.head + number - first.number]?.at ?? NEVER);
  }

  private settle(sent: Sent): void {
    this.settled += 1;
    this.all.settle(sent);
    if (sent.carried !== undefined) sent.carried.inFlight -= 1;
    this.head += 1;
    if (this.head > 64 && this.head * 2 > this.flight.length) {
      this.flight.splice(0, this.head);
      this.head = 0;
    }
  }

  private lose(count: number, highest: number): void {
    this.losses += count;
    if (highest < this.recoverBelow) return;
    this.recoverBelow = this.next;
    this.threshold = Math.max(WORN_WINDOW, this.window / 2);
    this.window = this.threshold;
    this.acknowledged = 0;
  }

  /** The association's window grows while it is used. */
  private grow(packets: number): void {
    const bytes = packets * (CHUNK_LENGTH + CHUNK_HEADER);
    if ((this.inFlight + packets + 1) * (CHUNK_LENGTH + CHUNK_HEADER) < this.window / 2) return;
    let more = MTU;
    if (this.window < this.threshold) {
      more = Math.min(bytes, MTU * Math.ceil(packets / 2));
    } else {
      this.acknowledged += bytes;
      if (this.acknowledged < this.window) return;
      this.acknowledged = 0;
    }
    this.window = Math.min(GREATEST_WINDOW, this.window + more);
  }
}
