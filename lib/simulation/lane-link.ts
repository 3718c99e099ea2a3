/** One lane over a simulated path: a datagram each, or a Chromium association. */
import type { LaneId, Millis } from '../protocol/endpoint.ts';
import { Association } from './association.ts';
import { DCSCTP } from './association-options.ts';
import type { AssociationOptions } from './association-options.ts';
import { NewReno } from './congestion.ts';
import type { Datagram, Link } from './link.ts';
import type { Path } from './path.ts';

/** Called with each message that a lane delivers, whole. */
export type MessageHandler = (bytes: Uint8Array, now: Millis) => void;

/** `plain`: every message is a datagram of its own. `sctp`: every lane is a Chromium association. */
export type LaneModel = 'plain' | 'sctp';

/** One direction of one lane, between an endpoint and the link. */
export interface LaneLink {
  send(bytes: Uint8Array, now: Millis): void;
  /** Bytes given to `send` that still wait for the lane's window. */
  backlog(): number;
  /** Nothing more is delivered, not even what is in flight. */
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

/** dcSCTP counts its windows in MTUs. */
export const MTU = 1191;

/** The options of the control lane: reliable and ordered. */
export function controlOptions(model: LaneModel): AssociationOptions {
  // At 60 % loss in both directions dcSCTP's longest timeout of three seconds would outlast a plain test's
  // patience.
  return model === 'sctp' ? DCSCTP : { ...DCSCTP, maxRto: 1600 };
}

/**
 * A lane as Chromium has it: messages wait for the association's window, share packets and are cut where a
 * packet or the window ends, and every loss halves the window.
 */
export class SctpLane implements LaneLink {
  readonly association: Association;
  #open = true;

  /** @param drained the backlog shrank other than in `send`. */
  constructor(options: AssociationOptions, path: Path, deliver: MessageHandler, drained: () => void) {
    const congestion = new NewReno({ packet: MTU });
    this.association = new Association(
      options,
      congestion,
      path,
      (message, now) => {
        if (this.#open) deliver(message.bytes as Uint8Array, now);
      },
      drained,
    );
  }

  send(bytes: Uint8Array, now: Millis): void {
    this.association.send(bytes.length, bytes, now);
  }

  backlog(): number {
    return this.association.backlog();
  }

  close(): void {
    this.#open = false;
    this.association.close();
  }
}

/** A message counter of one direction of one lane. */
export interface LaneCount {
  lane: LaneId;
  sent: number;
  delivered: number;
}
