/** What the two ends of a simulated association exchange. */
import type { Millis } from '../protocol/endpoint.ts';
import type { Datagram } from './link.ts';

/** A message on its way; both ends hold the same object, so nothing is copied. */
export interface Message {
  sequence: number;
  size: number;
  bytes: Uint8Array | undefined;
  /** Bytes that have gone into chunks, and those that the other end has. */
  taken: number;
  arrived: number;
  /** Given up: a chunk of it was lost and is not sent again. */
  abandoned: boolean;
  chunks: Chunk[];
}

type ChunkState = 'inFlight' | 'lost' | 'acknowledged' | 'abandoned';

/** A piece of a message with a transmission sequence number. */
export interface Chunk {
  number: number;
  message: Message;
  length: number;
  /** With its header. */
  size: number;
  state: ChunkState;
  misses: number;
  transmissions: number;
  sentAt: Millis;
  /** The how-manieth transmission of the association carried it last. */
  order: number;
  /** The delivery counters when it left, for the rate sample. */
  delivered: number;
  deliveredAt: Millis;
  firstSentAt: Millis;
  applicationLimited: boolean;
}

/**
 * Everything up to `cumulative` arrived or was given up; `gaps` are [first, last] pairs that arrived beyond.
 */
export interface Sack {
  cumulative: number;
  gaps: readonly number[];
}

/** Where packets of an association are delivered: its receiver at one end, its sender at the other. */
export interface PacketHandler {
  handlePacket(
    chunks: readonly Chunk[],
    forwardTo: number | undefined,
    immediate: boolean,
    now: Millis,
  ): void;
  handleSack(sack: Sack, now: Millis): void;
}

/** Chunks, and the number up to which the receiver must pass over what is missing. */
export class AssociationPacket implements Datagram {
  readonly #association: PacketHandler;
  readonly #chunks: readonly Chunk[];
  readonly #forwardTo: number | undefined;
  readonly #immediate: boolean;

  constructor(
    association: PacketHandler,
    chunks: readonly Chunk[],
    forwardTo: number | undefined,
    immediate: boolean,
  ) {
    this.#immediate = immediate;
    this.#association = association;
    this.#chunks = chunks;
    this.#forwardTo = forwardTo;
  }

  deliver(now: Millis): void {
    this.#association.handlePacket(this.#chunks, this.#forwardTo, this.#immediate, now);
  }

  copy(): Datagram {
    return this; // numbers distinguish the second from the first
  }
}

/** An acknowledgement on its way back. */
export class SackPacket implements Datagram {
  readonly #association: PacketHandler;
  readonly #sack: Sack;

  constructor(association: PacketHandler, sack: Sack) {
    this.#association = association;
    this.#sack = sack;
  }

  deliver(now: Millis): void {
    this.#association.handleSack(this.#sack, now);
  }

  copy(): Datagram {
    return this;
  }
}
