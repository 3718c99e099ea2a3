import type { LaneId, Millis } from '../protocol/contract.ts';
import type { Link } from './link.ts';

/** What travels over a simulated link knows where it comes out, so that lanes and rival flows share one queue. */
export interface Datagram {
  deliver(now: Millis): void;
  /** What a duplicating link delivers besides: the callee owns the bytes of each, so they must not be shared. */
  copy(): Datagram;
}

/** Something on the virtual clock besides endpoints and links. */
export interface Actor {
  nextTimeout(): Millis | undefined;
  handleTimeout(now: Millis): void;
}

/** Called with each message that comes out of a lane, whole. */
export type MessageHandler = (bytes: Uint8Array, now: Millis) => void;

/** One direction of one lane, between an endpoint and the link. */
export interface LaneLink {
  send(bytes: Uint8Array, now: Millis): void;
  /** Bytes given to `send` that still wait for the lane's window. */
  backlog(): number;
  /** Nothing more comes out, not even what is in flight. */
  close(): void;
}

class LaneDatagram implements Datagram {
  readonly #bytes: Uint8Array;
  readonly #deliver: MessageHandler;

  constructor(bytes: Uint8Array, deliver: MessageHandler) {
    this.#bytes = bytes;
    this.#deliver = deliver;
  }

  deliver(now: Millis): void {
    this.#deliver(this.#bytes, now);
  }

  copy(): Datagram {
    return new LaneDatagram(this.#bytes.slice(), this.#deliver);
  }
}

/** A lane without a window: each message is one datagram, sent at once. */
export class PlainLane implements LaneLink {
  #open = true;
  readonly #link: Link<Datagram>;
  readonly #deliver: MessageHandler;

  constructor(link: Link<Datagram>, deliver: MessageHandler) {
    this.#link = link;
    this.#deliver = (bytes, now) => {
      if (this.#open) deliver(bytes, now);
    };
  }

  send(bytes: Uint8Array, now: Millis): void {
    if (this.#open) this.#link.send(new LaneDatagram(bytes, this.#deliver), bytes.length, now);
  }

  backlog(): number {
    return 0;
  }

  close(): void {
    this.#open = false;
  }
}

/** The control lane's retransmission time: dcSCTP's minimum. */
const CONTROL_RTO: Millis = 400;
/** dcSCTP doubles it on each loss of the same packet; kept lower than its 60 s so that runs at 60 % loss end. */
const CONTROL_RTO_MAX: Millis = 3200;

/**
 * The control lane without a window: reliable and ordered. A lost message goes again after a timeout that doubles;
 * what comes after it waits at the receiver. The model looks at the link's verdict in place of acknowledgements.
 */
export class PlainControlLane implements LaneLink, Actor {
  #open = true;
  #sent = 0;
  #expected = 0;
  readonly #waiting = new Map<number, Uint8Array>();
  readonly #again: { at: Millis; sequence: number; bytes: Uint8Array; rto: Millis }[] = [];
  readonly #link: Link<Datagram>;
  readonly #deliver: MessageHandler;

  constructor(link: Link<Datagram>, deliver: MessageHandler) {
    this.#link = link;
    this.#deliver = deliver;
  }

  send(bytes: Uint8Array, now: Millis): void {
    if (this.#open) this.#try(this.#sent++, bytes, CONTROL_RTO, now);
  }

  backlog(): number {
    return 0;
  }

  close(): void {
    this.#open = false;
    this.#again.length = 0;
  }

  nextTimeout(): Millis | undefined {
    let next: Millis | undefined;
    for (const { at } of this.#again) if (next === undefined || at < next) next = at;
    return next;
  }

  handleTimeout(now: Millis): void {
    const due = this.#again.filter(({ at }) => at <= now);
    if (due.length === 0) return;
    const later = this.#again.filter(({ at }) => at > now);
    this.#again.splice(0, this.#again.length, ...later);
    for (const { sequence, bytes, rto } of due) this.#try(sequence, bytes, rto, now);
  }

  #try(sequence: number, bytes: Uint8Array, rto: Millis, now: Millis): void {
    const datagram: Datagram = {
      deliver: (at) => this.#arrive(sequence, bytes, at),
      copy: () => datagram, // the second of two is dropped by its number
    };
    if (this.#link.send(datagram, bytes.length, now)) return;
    this.#again.push({ at: now + rto, sequence, bytes, rto: Math.min(2 * rto, CONTROL_RTO_MAX) });
  }

  #arrive(sequence: number, bytes: Uint8Array, now: Millis): void {
    if (!this.#open || sequence < this.#expected) return;
    this.#waiting.set(sequence, bytes);
    for (;;) {
      const next = this.#waiting.get(this.#expected);
      if (next === undefined) return;
      this.#waiting.delete(this.#expected++);
      this.#deliver(next, now);
    }
  }
}

/** A message counter of one direction of one lane. */
export interface LaneCount {
  lane: LaneId;
  sent: number;
  delivered: number;
}
