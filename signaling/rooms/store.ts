/**
 * Where meetings are kept: this process's memory (`memory-store.ts`), or Redis, so that any of several nodes
 * serves either side. The rules are in `rooms.ts`, once.
 */
import type { Outcome, PlacedEvent } from './events.ts';
import type { Meeting, SocketId } from './meeting.ts';

/** What an event may change. The rules change it in place. */
export interface Found {
  /** Where the socket is. */
  own: Meeting | undefined;
  /**
   * What the event asks for: of `join` the room of that slot; of `reopen` the room of that token; of
   * `turn-away` the rendezvous; of `open` and `rejoin` an empty one where there is none yet, unset when no
   * more are held. May be the same as `own`.
   */
  target: Meeting | undefined;
  /** Of `open`: claimed for it, by nobody else; unset when none is left. */
  slot?: string | undefined;
}

/** Times are passed in, Unix milliseconds: nodes that share a store need clocks that agree within seconds. */
export interface RoomStore<Answer extends Outcome | Promise<Outcome>> {
  /**
   * Finds, has decided, and writes all that was changed or nothing. `decide` may be called again, with what
   * another node has written meanwhile; only its last outcome counts.
   */
  transact(event: PlacedEvent, now: number, decide: (found: Found) => Outcome): Answer;
  /** The same for each meeting that is due, one by one; the outcome holds the effects of all. */
  sweep(now: number, decide: (meeting: Meeting) => Outcome): Answer;
  has(socket: SocketId): boolean | Promise<boolean>;
  counts(): Counts | Promise<Counts>;
}

/** Rooms that wait for a guest, pairs, and sides of dropped sessions that wait. */
export interface Counts {
  rooms: number;
  pairs: number;
  waiting: number;
}
