/**
 * Doors of rooms that stay open: whoever has a room's link knocks, again and again, and is given a meeting
 * place of its own, at which the host meets it by `rejoin`. A door is kept by its host's token for a while
 * after it was last opened, so that a host that loses its connection finds who knocked meanwhile.
 */
import { DOOR_LIFETIME_MS, KNOCK_MS, MAX_DOORS, MAX_KNOCKS } from '../wire/limits.ts';
import type { SocketId } from './meeting.ts';

/** `undefined`: there is no such door, or it is another's. */
type Perhaps<T> = T | undefined | Promise<T | undefined>;

/** Where doors are kept: in this process's memory, or in Redis. */
export interface Doors {
  /** Opens it, or keeps it open, on this socket → the meetings at which guests wait since a short while. */
  open(id: string, token: string, socket: SocketId, now: number): Perhaps<readonly string[]>;
  /** Only by the socket that opened it last: a page that is loaded anew may be quicker than its goodbye. */
  close(id: string, token: string, socket: SocketId, now: number): void | Promise<void>;
  /** → the socket of its host, which may be gone just now. */
  knock(id: string, meeting: string, now: number): Perhaps<SocketId>;
}

interface Door {
  token: string;
  socket: SocketId;
  until: number;
  knocks: { meeting: string; at: number }[];
}

/** `Doors` of one process; all of it bounded. */
export class MemoryDoors implements Doors {
  /** In the order in which they were last opened. */
  readonly #doors = new Map<string, Door>();

  open(id: string, token: string, socket: SocketId, now: number): readonly string[] | undefined {
    const known = this.#find(id, now);
    if (known !== undefined && known.token !== token) return undefined;
    for (const [old, { until }] of this.#doors) {
      if (until > now && this.#doors.size < MAX_DOORS) break;
      this.#doors.delete(old);
    }
    const knocks = (known?.knocks ?? []).filter(({ at }) => at > now - KNOCK_MS);
    this.#doors.delete(id);
    this.#doors.set(id, { token, socket, until: now + DOOR_LIFETIME_MS, knocks });
    return knocks.map(({ meeting }) => meeting);
  }

  close(id: string, token: string, socket: SocketId, now: number): void {
    const door = this.#find(id, now);
    if (door?.token === token && door.socket === socket) this.#doors.delete(id);
  }

  knock(id: string, meeting: string, now: number): SocketId | undefined {
    const door = this.#find(id, now);
    if (door === undefined) return undefined;
    door.knocks = [...door.knocks, { meeting, at: now }].slice(-MAX_KNOCKS);
    return door.socket;
  }

  #find(id: string, now: number): Door | undefined {
    const door = this.#doors.get(id);
    return door !== undefined && door.until > now ? door : undefined;
  }
}
