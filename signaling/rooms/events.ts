/** What happens to rooms, and what follows from it. */
import type { ExpiredReason, SignalingErrorCode } from '../wire/messages.ts';
import type { Party, SocketId } from './meeting.ts';

/** What sockets and people do. `random` is in [0, 1); tokens and ids are made by the caller. */
export type RoomsEvent =
  | { type: 'open'; socket: SocketId; token: string; random: number; minDigits: number }
  /** The host of a room, on another connection. */
  | { type: 'reopen'; socket: SocketId; token: string }
  /**
   * `from` is whom a failure counts against. `hello` is the first message to the host: it is handed over as
   * soon as both are there.
   */
  | { type: 'join'; socket: SocketId; slot: string; from: string; hello?: Uint8Array | undefined }
  | { type: 'rejoin'; socket: SocketId; id: string; party: Party }
  /** Who waits alone at a rendezvous is sent away: the other side is with another one. */
  | { type: 'turn-away'; socket: SocketId; id: string }
  /** Who waits alone at a rendezvous learns that the other side has been notified, and decides. */
  | { type: 'let-wait'; socket: SocketId; id: string }
  | { type: 'relay'; socket: SocketId; bytes: Uint8Array }
  /** The host's code was guessed at or given up: whatever it led to ends. */
  | { type: 'burn'; socket: SocketId }
  | { type: 'leave'; socket: SocketId }
  /** The connection is gone. */
  | { type: 'gone'; socket: SocketId }
  | { type: 'tick' };

export type Effect =
  | { to: SocketId; type: 'paired' }
  | { to: SocketId; type: 'message'; bytes: Uint8Array }
  | { to: SocketId; type: 'knock'; id: string }
  | { to: SocketId; type: 'peer-left' }
  | { to: SocketId; type: 'wait' }
  | { to: SocketId; type: 'expired'; reason: ExpiredReason }
  /**
   * A room was used up by somebody who did not have its words, or did not try them. For the limits, nobody is
   * told.
   */
  | { type: 'failed-join'; from: string };

export type Reply =
  | { type: 'opened'; slot: string; expiresAt: number }
  | { type: 'reopened'; expiresAt: number }
  | { type: 'joined' }
  | { type: 'rejoined'; waiting: boolean }
  | { type: 'done' }
  | { type: 'refused'; code: SignalingErrorCode };

/** Hand out the reply first, then the effects in order. */
export interface Outcome {
  reply: Reply;
  effects: Effect[];
}

/** What one socket did. */
export type PlacedEvent = Exclude<RoomsEvent, { type: 'tick' }>;
