/**
 * Pages at which remembered devices can ring. A page announces all of its ids with one message, and is rung
 * by whoever knows one. The ids are of no use for anything else, and change every quarter of an hour.
 */
import { MAX_PAGES_AT_ID, MAX_PRESENT } from '../wire/limits.ts';
import type { SocketId } from './meeting.ts';

/** A page, and which of the ids asked for is its own. */
export interface Present {
  at: number;
  socket: SocketId;
}

/** Where it is kept: in this process's memory, or in Redis. */
export interface Presence {
  /** This socket's ids from now on; none: it cannot be rung. `false`: no more are held, and none of these. */
  announce(socket: SocketId, ids: readonly string[]): boolean | Promise<boolean>;
  /** The first of the ids at which a page is. */
  find(ids: readonly string[]): Present | undefined | Promise<Present | undefined>;
}

/** `Presence` of one process. Of several pages with one id the newest is rung. */
export class MemoryPresence implements Presence {
  /** The newest last. */
  readonly #sockets = new Map<string, readonly SocketId[]>();
  readonly #ids = new Map<SocketId, readonly string[]>();
  /** Of all sockets, each with its own, though several may have the same. */
  #held = 0;

  announce(socket: SocketId, ids: readonly string[]): boolean {
    const before = this.#ids.get(socket) ?? [];
    for (const id of before) {
      const others = this.#sockets.get(id)?.filter((one) => one !== socket) ?? [];
      if (others.length > 0) this.#sockets.set(id, others);
      else this.#sockets.delete(id);
    }
    this.#ids.delete(socket);
    this.#held -= before.length;
    if (this.#held + ids.length > MAX_PRESENT) return false;
    if (ids.length === 0) return true;
    this.#held += ids.length;
    this.#ids.set(socket, ids);
    for (const id of ids) {
      const others = this.#sockets.get(id)?.slice(1 - MAX_PAGES_AT_ID) ?? [];
      this.#sockets.set(id, [...others, socket]);
    }
    return true;
  }

  find(ids: readonly string[]): Present | undefined {
    for (const [at, id] of ids.entries()) {
      const socket = this.#sockets.get(id)?.at(-1);
      if (socket !== undefined) return { at, socket };
    }
    return undefined;
  }
}
