import type { Millis } from '../endpoint.ts';
import { CHUNK_LENGTH } from '../limits.ts';

/*
 * Chromium's SCTP association (dcSCTP): an MTU of 1191 bytes, a window of ten at first, four at least after a
 * loss. Slow start adds at most one MTU for each SACK (one for every second packet), congestion avoidance one
 * for each window acknowledged. A packet costs its bytes and 16 for the DATA chunk's header.
 */
const MTU = 1191;
const INITIAL_WINDOW = 10 * MTU;
const MIN_THRESHOLD = 4 * MTU;
const CHUNK_HEADER = 16;
const PACKET_COST = CHUNK_LENGTH + CHUNK_HEADER;
/**
 * Below the 64 KB that the transport gives to a channel (P-13): all of it counts as held there until the news
 * that it has left has crossed the browser's threads.
 */
const MAX_WINDOW = 60 * PACKET_COST;
/** A backlog for this long is not the delay of both event loops' news. */
const HELD_FOR_LONG: Millis = 40;

/**
 * A guess of the congestion window of the SCTP association beneath a lane, which the browser does not show.
 */
export class AssociationWindow {
  /** Bytes that the browser holds back because the association's window is full. */
  backlog = 0;
  #backlogSince: Millis | undefined;
  /** Bytes. */
  #size = INITIAL_WINDOW;
  /** Slow start's threshold, bytes. */
  #threshold = Infinity;
  /** Bytes acknowledged since congestion avoidance last grew the window. */
  #acknowledged = 0;

  /** Packets of `byteLength` that can leave at once and whole: a part of one would double its risk. */
  room(byteLength: number, inFlight: number): number {
    return this.backlog > 0 ? 0 : Math.floor(this.#size / (byteLength + CHUNK_HEADER)) - inFlight;
  }

  /**
   * The browser holds back `byteLength` bytes of what was sent. It reports that for a moment after every
   * send, so only a lasting backlog shows a full window, which then is what is in flight less the backlog.
   */
  hold(byteLength: number, inFlight: number, now: Millis): void {
    this.backlog = byteLength;
    if (byteLength === 0) {
      this.#backlogSince = undefined;
      return;
    }
    this.#backlogSince ??= now;
    if (now - this.#backlogSince < HELD_FOR_LONG) return;
    this.#size = Math.max(MTU, Math.min(this.#size, inFlight * PACKET_COST - byteLength));
  }

  /** One of its packets was lost; to be called once a round trip of losses. */
  halve(): void {
    this.#threshold = Math.max(MIN_THRESHOLD, this.#size / 2);
    this.#size = this.#threshold;
    this.#acknowledged = 0;
  }

  /** Its retransmission timeout has passed: one packet, and slow start. */
  collapse(): void {
    this.#threshold = Math.max(MIN_THRESHOLD, this.#size / 2);
    this.#size = MTU;
    this.#acknowledged = 0;
  }

  /** `packets` were acknowledged while `inFlight` others remain. Grows only while it is used. */
  grow(packets: number, inFlight: number): void {
    if (this.backlog > 0) return;
    const newly = packets * PACKET_COST;
    if ((inFlight + packets + 1) * PACKET_COST < this.#size / 2) return;
    let more = MTU;
    if (this.#size < this.#threshold) {
      more = Math.min(newly, MTU * Math.ceil(packets / 2));
    } else {
      this.#acknowledged += newly;
      if (this.#acknowledged < this.#size) return;
      this.#acknowledged = 0;
    }
    this.#size = Math.min(MAX_WINDOW, this.#size + more);
  }
}
