/**
 * What several nodes share through one Redis: rooms, limits, and what one hands to another's sockets. Loaded
 * with `REDIS_URL` alone. The one door of @socket.io/redis-streams-adapter.
 */
import { randomBytes } from 'node:crypto';
import { createAdapter } from '@socket.io/redis-streams-adapter';
import type { Log } from '../log.ts';
import type { Shared } from '../socket/shared.ts';
import { Rooms } from '../rooms/rooms.ts';
import { RedisDoors } from './redis-doors.ts';
import { Nodes } from './nodes.ts';
import { RedisAttempts } from './redis-attempts.ts';
import { RedisPresence } from './redis-presence.ts';
import { RedisLink } from './redis-link.ts';
import { RedisStore } from './redis-store.ts';

/** Of every key and channel. */
const PREFIX = 'tessera:';
const STREAM = `${PREFIX}stream`;
/** Messages on their way between nodes, of 16 KB at most; a node that is this far behind has lost some. */
const MAX_STREAM = 10_000;

export async function connectShared(url: string, log: Log): Promise<Shared> {
  const link = await RedisLink.connect(url, log);
  const node = randomBytes(8).toString('hex');
  const nodes = new Nodes(link, PREFIX, node);
  // Known before it has a socket: one that dies in its first second is missed as well.
  await nodes.beat(performance.now()).catch(() => {});
  const adapter = createAdapter(link.publisher, {
    streamName: STREAM,
    channelPrefix: `${PREFIX}channel`,
    maxLen: MAX_STREAM,
  });
  // The adapter reads from "now on" until it has read something: between two such readings it would miss what
  // is said, so each node says something at its start.
  const hello = () => void link.publisher.xAdd(STREAM, '*', { hello: node }).catch(() => {});
  const hellos = [100, 500, 2000].map((delay) => setTimeout(hello, delay).unref());
  return {
    node,
    rooms: new Rooms(new RedisStore(link, PREFIX)),
    doors: new RedisDoors(link, PREFIX),
    presence: new RedisPresence(link, PREFIX),
    limits: (onAlarm) => new RedisAttempts(link, PREFIX, onAlarm),
    adapter,
    available: () => link.available,
    beat: (clock) => nodes.beat(clock),
    close: async () => {
      for (const timer of hellos) clearTimeout(timer);
      await nodes.leave().catch(() => {});
      link.close();
    },
  };
}
