import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Log } from '../log.ts';
import { doorsContract } from '../rooms/doors.contract.ts';
import { presenceContract } from '../rooms/presence.contract.ts';
import { roomsContract, type AnyRooms } from '../rooms/rooms.contract.ts';
import { Rooms } from '../rooms/rooms.ts';
import { noRedis, startRedis, type RedisServer } from '../../testbed/redis-server.ts';
import { ADDRESS_LIMITS, MAX_PAIR_BYTES, ROOM_LIFETIME_MS } from '../wire/limits.ts';
import { Nodes } from './nodes.ts';
import { RedisAttempts } from './redis-attempts.ts';
import { RedisDoors } from './redis-doors.ts';
import { RedisPresence } from './redis-presence.ts';
import { RedisLink } from './redis-link.ts';
import { RedisStore } from './redis-store.ts';

const LONG = process.env['TESSERA_LONG'] === '1';
const silent: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** A way to Redis that can be lost: from then on nothing crosses on the connections there are. */
async function startPath(url: string) {
  const ends = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(new URL(url).port), '127.0.0.1');
    near.pipe(far).pipe(near);
    for (const end of [near, far]) {
      ends.add(end);
      end.on('error', () => {});
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lose: () => {
      for (const end of ends) end.unpipe().pause();
    },
    close: () => {
      server.close();
      for (const end of ends) end.destroy();
    },
  };
}

describe.skipIf(noRedis)('in Redis [needs redis-server]', () => {
  let redis: RedisServer;
  let link: RedisLink;
  let other: RedisLink;
  let world = 0;
  const prefix = () => `test${world}:`;
  beforeAll(async () => {
    redis = await startRedis();
    link = await RedisLink.connect(redis.url, silent);
    other = await RedisLink.connect(redis.url, silent);
    return async () => {
      link.close();
      other.close();
      await redis.stop();
    };
  });
  beforeEach(() => void (world += 1));

  let turn = 0;
  /** Each event at the next of two nodes: nothing that matters is in either. */
  const twoNodes = (): AnyRooms => {
    world += 1;
    const nodes = [link, other].map((node) => new Rooms(new RedisStore(node, prefix())));
    return {
      handle: (event, now) => nodes[(turn += 1) % 2]!.handle(event, now),
      has: (socket) => nodes[1]!.has(socket),
      counts: () => nodes[0]!.counts(),
    };
  };
  roomsContract(twoNodes, LONG ? 1000 : 40);
  doorsContract(() => {
    world += 1;
    return new RedisDoors(link, prefix());
  });
  presenceContract(() => {
    world += 1;
    return new RedisPresence(link, prefix());
  });

  test('[P-74] of 50 guests at two nodes at the same moment one is let in, a hundred times', async () => {
    const nodes = [link, other].map((node) => new Rooms(new RedisStore(node, prefix())));
    for (let round = 0; round < 100; round++) {
      const open = {
        type: 'open',
        socket: `s${round}`,
        token: `t${round}`,
        random: 0.5,
        minDigits: 1,
      } as const;
      const { reply } = await nodes[0]!.handle(open, round);
      if (reply.type !== 'opened') throw new Error('expected a room');
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          nodes[i % 2]!.handle(
            { type: 'join', socket: `r${round}-${i}`, from: 'here', slot: reply.slot },
            round,
          ),
        ),
      );
      expect(outcomes.filter((outcome) => outcome.reply.type === 'joined')).toHaveLength(1);
      expect(outcomes.flatMap(({ effects }) => effects.filter(({ type }) => type === 'paired'))).toHaveLength(
        2,
      );
    }
  });

  test('what both sides say at the same moment is all counted', async () => {
    const nodes = [link, other].map((node) => new Rooms(new RedisStore(node, prefix())));
    for (const [i, party] of (['host', 'guest'] as const).entries())
      await nodes[i]!.handle({ type: 'rejoin', socket: party, id: 'x', party }, 0);
    const bytes = new Uint8Array(16 * 1024);
    const messages = MAX_PAIR_BYTES / bytes.length;
    const say = async (i: number, socket: string) => {
      for (let n = 0; n < messages / 2; n++) await nodes[i]!.handle({ type: 'relay', socket, bytes }, 0);
    };
    await Promise.all([say(0, 'host'), say(1, 'guest')]);
    expect((await nodes[0]!.handle({ type: 'relay', socket: 'host', bytes }, 0)).reply).toEqual({
      type: 'refused',
      code: 'too-many-attempts',
    });
  });

  test('every key goes by itself, and a meeting that is over leaves none but its slot at rest', async () => {
    const rooms = new Rooms(new RedisStore(link, prefix()));
    const keys = async () =>
      (await redis.command('KEYS', `${prefix()}*`)).split('\r\n').filter((line) => line.startsWith('test'));
    const now = Date.now();
    const open = { type: 'open', socket: 's', token: 't', random: 0.5, minDigits: 1 } as const;
    const { reply } = await rooms.handle(open, now);
    if (reply.type !== 'opened') throw new Error('expected a room');
    await rooms.handle({ type: 'join', socket: 'r', from: 'here', slot: reply.slot }, now);
    await rooms.handle({ type: 'rejoin', socket: 'w', id: 'x', party: 'host' }, now);
    const held = await keys();
    expect(held.length).toBeGreaterThan(5);
    for (const key of held) {
      const left = Number((await redis.command('PTTL', key)).slice(1));
      expect([key, left > 0 && left <= 4 * ROOM_LIFETIME_MS]).toEqual([key, true]);
    }
    await rooms.handle({ type: 'leave', socket: 'r' }, now);
    await rooms.handle({ type: 'leave', socket: 'w' }, now);
    expect(await keys()).toEqual([`${prefix()}slots:1`]);
  });

  test("wrong codes at one node count at the other, and the alarm is everybody's", async () => {
    const raised: number[] = [];
    const [here, there] = [link, other].map(
      (node, i) => new RedisAttempts(node, prefix(), () => raised.push(i)),
    ) as [RedisAttempts, RedisAttempts];
    const { points } = ADDRESS_LIMITS.failedJoin;
    for (let i = 0; i < points; i++) await here.failedJoin('192.0.2.1', 0);
    expect(await there.mayJoin('192.0.2.1', 0)).toBe(false);
    expect(await there.mayJoin('192.0.2.2', 0)).toBe(true);
    for (let i = 0; i < 60; i++) expect(await [here, there][i % 2]!.allow('open', 'x', 0)).toBe(true);
    expect(await here.allow('open', 'x', 0)).toBe(false);
    for (let i = 0; i < 99 - points; i++) await here.failedJoin(`198.51.100.${i}`, 0);
    await there.sweep(0);
    expect([there.alarm(0), raised]).toEqual([false, []]);
    await here.failedJoin('198.51.100.90', 0);
    expect(here.alarm(0)).toBe(true);
    await there.sweep(0);
    expect([there.alarm(0), raised]).toEqual([true, [0]]);
  });

  test('a node that does not beat is missed after seconds by one of the others, and learns that it was', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map(
      (name) => new Nodes(name === 'a' ? link : other, prefix(), name),
    ) as [Nodes, Nodes, Nodes];
    const rooms = new Rooms(new RedisStore(link, prefix()));
    await rooms.handle({ type: 'rejoin', socket: 'c.1', id: 'x', party: 'host' }, 0);
    await rooms.handle({ type: 'rejoin', socket: 'a.1', id: 'y', party: 'host' }, 0);
    await c.beat(0);
    const lost: string[] = [];
    for (let second = 0; second <= 10; second++) {
      for (const node of [a, b]) {
        const beaten = await node.beat(second * 1000);
        lost.push(...beaten.lost);
        expect(beaten.forgotten).toBe(false);
      }
      expect(lost).toEqual(second < 4 ? [] : ['c.1']);
    }
    expect(await c.beat(11_000)).toEqual({ lost: [], forgotten: true });
    expect(await c.beat(12_000)).toEqual({ lost: [], forgotten: false });
  });

  test('after a pause of its own a node buries nobody who stood still with it', async () => {
    const [a, b] = [new Nodes(link, prefix(), 'a'), new Nodes(other, prefix(), 'b')];
    const rooms = new Rooms(new RedisStore(link, prefix()));
    await rooms.handle({ type: 'rejoin', socket: 'b.1', id: 'x', party: 'host' }, 0);
    for (const second of [0, 1]) for (const node of [b, a]) await node.beat(second * 1000);
    // Both are woken; the one looks before the other has counted on.
    expect(await a.beat(60_000)).toEqual({ lost: [], forgotten: false });
    expect(await b.beat(60_500)).toEqual({ lost: [], forgotten: false });
    for (const second of [61, 62, 63]) expect((await a.beat(second * 1000)).lost).toEqual([]);
  });

  test('of two beats at a time one waits for the next second', async () => {
    const node = new Nodes(link, prefix(), 'a');
    await Promise.all([node.beat(0), node.beat(1)]);
    expect(await redis.command('ZSCORE', `${prefix()}nodes`, 'a')).toContain('\r\n1\r\n');
  });

  test('what nodes have handed to one another is gone from Redis after a minute', async () => {
    const stream = `${prefix()}stream`;
    const add = (at: number) => redis.command('XADD', stream, `${at}-1`, 'data', 'sealed');
    const length = async () => Number((await redis.command('XLEN', stream)).slice(1));
    const [now] = (await redis.command('TIME')).split('\r\n').filter((line) => /^\d{10}$/.test(line));
    for (const age of [3600, 70, 65, 50, 1]) await add((Number(now) - age) * 1000);
    expect(await length()).toBe(5);
    await new Nodes(link, prefix(), 'a').beat(0);
    expect(await length()).toBe(2);
    const left = Number((await redis.command('PTTL', stream)).slice(1));
    expect(left).toBeGreaterThan(60_000);
    expect(left).toBeLessThanOrEqual(120_000);
  });

  test('a path that is lost without a word is given up for a new one, and what waited happens there', async () => {
    const path = await startPath(redis.url);
    const far = await RedisLink.connect(path.url, silent, 1000);
    try {
      const rooms = new Rooms(new RedisStore(far, prefix()));
      for (const party of ['host', 'guest'] as const)
        await rooms.handle({ type: 'rejoin', socket: party, id: 'x', party }, 0);
      path.lose();
      const relayed = rooms.handle({ type: 'relay', socket: 'host', bytes: Uint8Array.of(1) }, 0);
      await expect.poll(() => far.publisher.ping().catch(() => ''), { timeout: 10_000 }).toBe('PONG');
      expect((await relayed).effects).toEqual([{ to: 'guest', type: 'message', bytes: Uint8Array.of(1) }]);
    } finally {
      far.close();
      path.close();
    }
  });

  test('frozen, it refuses new rooms within seconds, and what was waiting happens afterwards', async () => {
    const rooms = new Rooms(new RedisStore(link, prefix()));
    for (const party of ['host', 'guest'] as const)
      await rooms.handle({ type: 'rejoin', socket: party, id: 'x', party }, 0);
    const open = { type: 'open', socket: 's', token: 't', random: 0.5, minDigits: 1 } as const;
    const refused = { reply: { type: 'refused', code: 'busy' }, effects: [] };
    redis.freeze();
    const frozenAt = performance.now();
    const relayed = rooms.handle({ type: 'relay', socket: 'host', bytes: Uint8Array.of(1) }, 0);
    try {
      // The first one finds out; the second one is answered at once.
      expect(await rooms.handle(open, 0)).toEqual(refused);
      expect(performance.now() - frozenAt).toBeLessThan(5000);
      const askedAt = performance.now();
      expect(await rooms.handle(open, 0)).toEqual(refused);
      expect(performance.now() - askedAt).toBeLessThan(500);
    } finally {
      redis.thaw();
    }
    expect((await relayed).effects).toHaveLength(1);
    await link.back();
    expect((await rooms.handle(open, 0)).reply.type).toBe('opened');
  });

  test('a goodbye does not wait for one that froze a moment ago', async () => {
    const node = new Nodes(link, prefix(), 'a');
    await node.beat(0);
    redis.freeze();
    try {
      const from = performance.now();
      await node.leave();
      expect(performance.now() - from).toBeLessThan(5000);
    } finally {
      redis.thaw();
    }
    await link.back();
  });

  test('killed and started again, it is used again by itself', async () => {
    const rooms = new Rooms(new RedisStore(link, prefix()));
    const open = { type: 'open', socket: 's', token: 't', random: 0.5, minDigits: 1 } as const;
    await redis.kill();
    await expect
      .poll(async () => (await rooms.handle(open, 0)).reply)
      .toEqual({ type: 'refused', code: 'busy' });
    const attempts = new RedisAttempts(link, prefix(), () => {});
    expect(await attempts.allow('open', 'here', 0)).toBe(true);
    const left = rooms.handle({ type: 'leave', socket: 's' }, 0);
    await redis.start();
    await Promise.all([left, link.back(), other.back()]);
    expect((await rooms.handle(open, 0)).reply.type).toBe('opened');
  });
});
