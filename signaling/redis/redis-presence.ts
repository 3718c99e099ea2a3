/** Presence in Redis, which several nodes share; each id with a time to live. */
import type { SocketId } from '../rooms/meeting.ts';
import type { Presence, Present } from '../rooms/presence.ts';
import { MAX_PAGES_AT_ID, MAX_PRESENT, PRESENT_MS } from '../wire/limits.ts';
import type { RedisLink } from './redis-link.ts';
import { ANNOUNCE, FIND_PRESENT } from './scripts.ts';

export class RedisPresence implements Presence {
  readonly #link: RedisLink;
  readonly #prefix: string;
  /** Of this node's own sockets: what each takes back when it announces others, or is gone. */
  readonly #ids = new Map<SocketId, readonly string[]>();
  #held = 0;

  constructor(link: RedisLink, prefix: string) {
    this.#link = link;
    this.#prefix = prefix;
  }

  async announce(socket: SocketId, ids: readonly string[]): Promise<boolean> {
    const before = this.#ids.get(socket) ?? [];
    const fits = this.#held - before.length + ids.length <= MAX_PRESENT;
    const after = fits ? ids : [];
    this.#held += after.length - before.length;
    if (after.length > 0) this.#ids.set(socket, after);
    else this.#ids.delete(socket);
    const held = [before.length, MAX_PAGES_AT_ID];
    await this.#link.run(ANNOUNCE, this.#prefix, socket, PRESENT_MS, ...held, ...before, ...after);
    return fits;
  }

  async find(ids: readonly string[]): Promise<Present | undefined> {
    const found = await this.#link.run(FIND_PRESENT, this.#prefix, ...ids);
    const [at, socket] = Array.isArray(found) ? (found as [number, string] | []) : [];
    return at === undefined || socket === undefined ? undefined : { at, socket };
  }
}
