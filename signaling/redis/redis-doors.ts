/** Doors in Redis, which several nodes share; each with a time to live. */
import type { Doors } from '../rooms/doors.ts';
import type { SocketId } from '../rooms/meeting.ts';
import { DOOR_LIFETIME_MS, KNOCK_MS, MAX_KNOCKS } from '../wire/limits.ts';
import type { RedisLink } from './redis-link.ts';
import { CLOSE_DOOR, KNOCK, OPEN_DOOR } from './scripts.ts';

export class RedisDoors implements Doors {
  readonly #link: RedisLink;
  readonly #prefix: string;

  constructor(link: RedisLink, prefix: string) {
    this.#link = link;
    this.#prefix = prefix;
  }

  async open(
    id: string,
    token: string,
    socket: SocketId,
    now: number,
  ): Promise<readonly string[] | undefined> {
    const knocks = await this.#link.run(OPEN_DOOR, this.#prefix, id, token, socket, DOOR_LIFETIME_MS);
    if (!Array.isArray(knocks)) return undefined;
    return (knocks as string[]).flatMap((knock) => {
      const [at, meeting] = knock.split(' ');
      return meeting !== undefined && Number(at) > now - KNOCK_MS ? [meeting] : [];
    });
  }

  async close(id: string, token: string, socket: SocketId): Promise<void> {
    await this.#link.run(CLOSE_DOOR, this.#prefix, id, token, socket);
  }

  async knock(id: string, meeting: string, now: number): Promise<SocketId | undefined> {
    const knock = `${now} ${meeting}`;
    const socket = await this.#link.run(KNOCK, this.#prefix, id, knock, MAX_KNOCKS, KNOCK_MS);
    return socket === '' ? undefined : String(socket);
  }
}
