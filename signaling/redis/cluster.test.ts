/** Three nodes, each a process, one Redis, and the page's own client, which does not know where it is. */
import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hearingClient } from '../../lib/session/connection/signaling-client.fixture.ts';
import { startCluster, type Cluster } from '../../testbed/cluster.ts';
import type { LivingServer } from '../../testbed/living-server.ts';
import { noRedis } from '../../testbed/redis-server.ts';
import { ADDRESS_LIMITS } from '../wire/limits.ts';
import type { ClientToServer, ServerToClient } from '../wire/messages.ts';

const LONG = process.env['TESSERA_LONG'] === '1';
/** Processes start and nodes are missed, on a busy machine. */
const PATIENCE = { timeout: 45_000, interval: 20 };
const clients: { close(): unknown }[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

function connect(server: string) {
  const one = hearingClient(server, PATIENCE);
  clients.push(one.client);
  return one;
}

describe.skipIf(noRedis)('three nodes and Redis [needs redis-server]', { timeout: 120_000 }, () => {
  let cluster: Cluster;
  let first: LivingServer;
  let second: LivingServer;
  beforeAll(async () => {
    cluster = await startCluster(3);
    [first, second] = cluster.nodes as [LivingServer, LivingServer];
  }, 120_000);
  afterAll(() => cluster.stop());

  /** A host at the first node, and its guest at the second, who have heard of each other. */
  const pair = async () => {
    const [host, guest] = [connect(first.origin), connect(second.origin)];
    const { slot, token } = await host.client.open();
    await guest.client.join(slot, Uint8Array.of(9));
    await host.until('message 9');
    await guest.until('paired');
    return { host, guest, slot, token };
  };

  test('two sides at two nodes meet, talk in order, and are notified when the other leaves', async () => {
    const { host, guest } = await pair();
    for (let i = 0; i < 40; i++) {
      host.client.send(Uint8Array.of(1, i));
      guest.client.send(Uint8Array.of(2, i));
    }
    await guest.until('message 1,39');
    await host.until('message 2,39');
    const messages = ({ heard }: typeof host) => heard.filter((one) => one.startsWith('message')).slice(-40);
    expect(messages(guest)).toEqual(Array.from({ length: 40 }, (_, i) => `message 1,${i}`));
    expect(messages(host)).toEqual(Array.from({ length: 40 }, (_, i) => `message 2,${i}`));
    await guest.client.leave();
    await host.until('peer-left');
  });

  test('[P-135] a door of one node is knocked at from another, again and again', async () => {
    const host = connect(first.origin);
    const [id, token] = ['d'.repeat(22), 't'.repeat(22)];
    await host.until('online');
    await host.client.openDoor(id, token);
    for (const turn of [1, 2]) {
      const guest = connect(second.origin);
      await guest.client.knock(id);
      const knocks = () => host.heard.filter((one) => one.startsWith('knock'));
      await expect.poll(knocks, PATIENCE).toHaveLength(turn);
      const meeting = knocks().at(-1)!.split(' ')[1]!;
      if (turn === 1) {
        await host.client.rejoin(meeting, 'host');
        await guest.until('paired');
        host.client.send(Uint8Array.of(turn));
        await guest.until(`message ${turn}`);
      } else {
        await host.client.letWait(meeting);
        await guest.until('wait');
        await host.client.turnAway(meeting);
        await guest.until('expired occupied');
      }
    }
    await host.client.closeDoor(id, token);
    await expect(connect(second.origin).client.knock(id)).rejects.toMatchObject({ code: 'code-unknown' });
  });

  test('[P-142] a page at one node is rung from another, until it is gone', async () => {
    const page = connect(first.origin);
    const id = 'p'.repeat(22);
    await page.until('online');
    await page.client.present(['q'.repeat(22), id]);
    const caller = connect(second.origin);
    expect(await caller.client.ring(['x'.repeat(22), id])).toBe(1);
    await page.until(`ring ${id}`);
    page.client.close();
    await expect.poll(() => caller.client.ring([id]), PATIENCE).toBe(-1);
  });

  test('a code is accepted once, at whichever node it is tried', async () => {
    const { slot } = await pair();
    for (const node of cluster.nodes)
      await expect(connect(node.origin).client.join(slot)).rejects.toMatchObject({ code: 'code-unknown' });
  });

  test('a dropped session finds itself again from two nodes', async () => {
    const [host, guest] = [connect(first.origin), connect(second.origin)];
    const id = 'a'.repeat(32);
    expect(await host.client.rejoin(id, 'host')).toMatchObject({ waiting: true });
    expect(await guest.client.rejoin(id, 'guest')).toMatchObject({ waiting: false });
    await host.until('paired');
    host.client.send(Uint8Array.of(1));
    await guest.until('message 1');
  });

  test('wrong codes count at all nodes together', async () => {
    // All tests of this file are one address: its own, here.
    const at = (node: LivingServer): Promise<Socket<ServerToClient, ClientToServer>> => {
      const socket = io(node.origin, {
        transports: ['websocket'],
        forceNew: true,
        extraHeaders: { 'x-forwarded-for': '192.0.2.1' },
      });
      clients.push(socket);
      return new Promise((resolve) => socket.on('connect', () => resolve(socket)));
    };
    const sockets = await Promise.all(cluster.nodes.map(at));
    const answers: unknown[] = [];
    const { points } = ADDRESS_LIMITS.failedJoin;
    for (let i = 0; i < points; i++)
      answers.push(await sockets[i % sockets.length]?.emitWithAck('join', { slot: '999999' }));
    expect(answers).toEqual(Array.from({ length: points }, () => ({ error: 'code-unknown' })));
    // The last one is answered before it is counted.
    await expect
      .poll(() => sockets[0]?.emitWithAck('join', { slot: '999999' }), PATIENCE)
      .toEqual({ error: 'too-many-attempts' });
  });

  test('Redis frozen: new rooms are refused at once, sockets stay, and what was said arrives afterwards', async () => {
    const { host, guest } = await pair();
    const other = connect(cluster.origin);
    await other.until('online');
    cluster.redis.freeze();
    try {
      await expect(other.client.open()).rejects.toMatchObject({ code: 'server-busy' });
      // As a page does that has failed; it waits for Redis, and whoever asks again does not wait behind it.
      void other.client.leave().catch(() => {});
      const askedAt = performance.now();
      await expect(other.client.open()).rejects.toMatchObject({ code: 'server-busy' });
      // Behind it, it would wait for as long as Redis is frozen, and the page give up after five seconds.
      expect(performance.now() - askedAt).toBeLessThan(3000);
      // Each node finds out for itself.
      const health = async (): Promise<unknown> => (await fetch(`${first.origin}/healthz`)).json();
      await expect.poll(health, PATIENCE).toMatchObject({ redis: 'away' });
      host.client.send(Uint8Array.of(7));
      await new Promise((resolve) => setTimeout(resolve, 1000));
    } finally {
      cluster.redis.thaw();
    }
    await guest.until('message 7');
    await expect.poll(() => other.client.open().catch(() => ({})), PATIENCE).toHaveProperty('slot');
    expect([host.heard, guest.heard, other.heard].flat()).not.toContain('offline');
  });

  test('a host that waits at a node that is killed takes its room back at another, with the same code', async () => {
    const node = await cluster.add();
    const host = connect(node.origin);
    const { slot, token } = await host.client.open();
    node.stop();
    await host.until('offline');
    const again = connect(cluster.origin);
    await again.client.reopen(token);
    const guest = connect(second.origin);
    await guest.client.join(slot, Uint8Array.of(5));
    await again.until('message 5');
    await guest.until('paired');
  });

  test('the other side of a pair whose node is killed is notified by another node', async () => {
    const node = await cluster.add();
    const [host, guest] = [connect(node.origin), connect(second.origin)];
    const { slot } = await host.client.open();
    await guest.client.join(slot);
    await host.until('paired');
    host.client.send(Uint8Array.of(1));
    await guest.until('message 1');
    node.stop();
    await guest.until('peer-left');
  });

  test('a node that is drained sends its pages to another, and their rooms go with them', async () => {
    const node = await cluster.add();
    const host = connect(node.origin);
    const { slot, token } = await host.client.open();
    process.kill(node.pid, 'SIGTERM');
    await host.until('offline');
    await expect.poll(() => node.exitCode(), PATIENCE).toBe(0);
    const again = connect(cluster.origin);
    await again.client.reopen(token);
    await connect(first.origin).client.join(slot);
    await again.until('paired');
  });

  test('Redis killed and started again is used again by itself, though it has forgotten all', async () => {
    const other = connect(cluster.origin);
    await other.until('online');
    const waiting = connect(first.origin);
    await waiting.client.open();
    await cluster.redis.kill();
    await expect
      .poll(() => other.client.open().catch((error: unknown) => error), PATIENCE)
      .toMatchObject({
        code: 'server-busy',
      });
    await cluster.redis.start();
    // Who waits returns on a new connection, so that it learns that its room is gone.
    await waiting.until('offline');
    await expect.poll(() => other.client.open().catch(() => ({})), PATIENCE).toHaveProperty('slot');
    // A node sends away all who are there once it sees that their places are gone: a page asks again.
    await expect
      .poll(
        () =>
          pair()
            .then(() => true)
            .catch(() => false),
        PATIENCE,
      )
      .toBe(true);
  });
});

describe.skipIf(noRedis || !LONG)(
  'two nodes that stand still together [needs redis-server, TESSERA_LONG]',
  { timeout: 120_000 },
  () => {
    test('do not bury each other, whichever goes on first', async () => {
      const cluster = await startCluster(2);
      try {
        const [first, second] = cluster.nodes as [LivingServer, LivingServer];
        const waiting = [connect(first.origin), connect(second.origin)];
        for (const { client } of waiting) await client.open();
        for (const [one, other] of [
          [first, second],
          [second, first],
        ] as const) {
          process.kill(other.pid, 'SIGSTOP');
          // So that the one has seen how far the other had counted.
          await new Promise((resolve) => setTimeout(resolve, 1500));
          process.kill(one.pid, 'SIGSTOP');
          await new Promise((resolve) => setTimeout(resolve, 6000));
          process.kill(one.pid, 'SIGCONT');
          await new Promise((resolve) => setTimeout(resolve, 1000));
          process.kill(other.pid, 'SIGCONT');
          await new Promise((resolve) => setTimeout(resolve, 3000));
        }
        expect(waiting.flatMap(({ heard }) => heard)).toEqual(['online', 'online']);
      } finally {
        await cluster.stop();
      }
    });
  },
);
