/** What rooms are made of: plain data, so that it can be kept anywhere. */
export type SocketId = string;
export type Party = 'host' | 'guest';

/** A room, what became of it, or a rendezvous. Over when none of its last three is set. */
export interface Meeting {
  /** Unset while the host of a room is away. */
  host?: SocketId | undefined;
  /** Who joined, perhaps while the host was away. */
  guest?: SocketId | undefined;
  /** Until its time is over, or its host has said a word to its guest: the host may take it back. */
  room?: Room | undefined;
  /** Both are there. */
  pair?: Pair | undefined;
  /** Of a rendezvous at which one side waits. Unix milliseconds, as all times here. */
  waitsUntil?: number | undefined;
}

export interface Room {
  slot: string;
  /** Nobody has joined yet. */
  joinable: boolean;
  /** What the guest wants to say first; handed over once. */
  hello?: Uint8Array | undefined;
  /** The guest's origin; set with the join. */
  from?: string | undefined;
  expiresAt: number;
}

export interface Pair {
  bytes: number;
  expiresAt: number;
  /**
   * Set when it was made by a code: the guest's origin, until the host has said more than it says to a
   * wrong guess.
   */
  unproven?: { from: string; messages: number } | undefined;
}

/** Whether nothing of it is left. */
export const isOver = ({ room, pair, waitsUntil }: Meeting): boolean =>
  room === undefined && pair === undefined && waitsUntil === undefined;

/** When a meeting has to be looked at, at the latest. */
export const dueAt = ({ room, pair, waitsUntil }: Meeting): number =>
  Math.min(room?.expiresAt ?? Infinity, pair?.expiresAt ?? Infinity, waitsUntil ?? Infinity);

/** When nothing of a meeting is left. */
export const endsAt = ({ room, pair, waitsUntil }: Meeting): number =>
  Math.max(room?.expiresAt ?? 0, pair?.expiresAt ?? 0, waitsUntil ?? 0);

/** The name under which a meeting is kept: a room's by its host's token, a rendezvous by its id. */
export const roomKey = (token: string): string => `room:${token}`;
export const rendezvousKey = (id: string): string => `rejoin:${id}`;

/** Whom a meeting gives a place. */
export const socketsOf = ({ host, guest }: Meeting): SocketId[] =>
  [host, guest].filter((socket) => socket !== undefined);

/** The slot under which it can be joined. */
export const slotOf = ({ room }: Meeting): string | undefined => (room?.joinable ? room.slot : undefined);
