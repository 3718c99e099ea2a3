/**
 * The connector's shell over the real signaling server; only WebRTC between the two sides is in memory. What
 * it decides is tested on a virtual clock, in `connection-machine.test.ts`.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startTestServer, type TestServer } from '../../../signaling/test-server.ts';
import type { Transport, TransportOptions } from '../../transport/contract.ts';
import { MemoryNetwork } from '../../transport/memory.ts';
import { Connector } from './connector.ts';
import type { Role } from '../model.ts';
import { makeBond } from '../pairing/bond.ts';
import { Pairing } from '../pairing/pairing.ts';
import { wordsPassword } from '../pairing/password.ts';
import type { RejoinState } from '../pairing/rejoin.ts';
import { recallRejoin, recallRoom } from './rejoin-memory.ts';

/** A server's restart, a socket's return, and a few steps of looking, on a busy machine. */
const PATIENCE = { timeout: 25_000, interval: 10 };

/** What was asked of the server about visitors since the test began. */
const aboutVisitors: ('turn-away' | 'let-wait')[] = [];
vi.mock(import('./signaling-client.ts'), async (original) => {
  const real = await original();
  return {
    ...real,
    createSignalingClient: (options) => {
      const client = real.createSignalingClient(options);
      return {
        ...client,
        turnAway: (id) => (aboutVisitors.push('turn-away'), client.turnAway(id)),
        letWait: (id) => (aboutVisitors.push('let-wait'), client.letWait(id)),
      };
    },
  };
});

const cleanups: (() => unknown)[] = [];
beforeEach(() => {
  aboutVisitors.length = 0;
  // What a tab keeps; Node has none.
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  vi.unstubAllGlobals();
});

async function start(port = 0): Promise<TestServer> {
  const server = await startTestServer({}, port);
  cleanups.push(() => server.close().catch(() => {}));
  return server;
}

/** A wire to the server that can be torn without either end being asked. */
async function wireTo({ port }: TestServer): Promise<{
  origin: string;
  tear(): void;
  /** The server sees its end close; what it sent waits at the other end until that wakes. */
  sleep(): { wake(): void };
}> {
  const sockets: Socket[] = [];
  const onwards: Socket[] = [];
  let asleep = false;
  const waiting: (() => void)[] = [];
  const later = (work: () => void) => (asleep ? void waiting.push(work) : work());
  const wire = createServer((socket) => {
    const onward = connect(port, '127.0.0.1');
    for (const end of [socket, onward]) end.on('error', () => {});
    socket.on('close', () => onward.destroy());
    onward.on('close', () => later(() => socket.destroy()));
    onward.on('data', (data) => later(() => socket.write(data)));
    socket.pipe(onward);
    sockets.push(socket);
    onwards.push(onward);
  });
  wire.listen(0, '127.0.0.1');
  await once(wire, 'listening');
  const tear = () => {
    for (const socket of sockets.splice(0)) socket.destroy();
  };
  cleanups.push(() => (tear(), wire.close()));
  const sleep = () => {
    asleep = true;
    return {
      wake: () => {
        for (const onward of onwards.splice(0)) onward.destroy();
        setTimeout(() => {
          asleep = false;
          for (const work of waiting.splice(0)) work();
        }, 100);
      },
    };
  };
  return { origin: `http://127.0.0.1:${(wire.address() as AddressInfo).port}`, tear, sleep };
}

class Side {
  readonly connector: Connector;
  /** Each connection state once, as a page would see it. */
  readonly states: string[] = [];
  connections = 0;
  lost = 0;
  /** How long this side has slept, ms. */
  slept = 0;

  constructor(
    role: Role,
    server: { origin: string },
    network: MemoryNetwork,
    create: (options: TransportOptions) => Transport = network.createTransport,
    several = false,
  ) {
    this.connector = new Connector({
      role,
      several,
      server: server.origin,
      relayOnly: false,
      createTransport: create,
      now: () => Date.now() + this.slept,
      events: {
        changed: () => this.#see(),
        met: () => {},
        connected: () => void this.connections++,
        disconnected: () => {},
        lost: () => void this.lost++,
        laneOpen: () => {},
        laneClosed: () => {},
        packet: () => {},
        backlog: () => {},
      },
    });
    cleanups.push(() => this.connector.leave());
  }

  #see(): void {
    const { connection } = this.connector.view;
    if (this.states.at(-1) !== connection) this.states.push(connection);
  }

  /** Connected for the n-th time. */
  async connected(n = 1): Promise<void> {
    await expect.poll(() => this.connections, PATIENCE).toBe(n);
    expect(this.connector.view.connection).toBe('connected');
  }

  async problem(code: string): Promise<void> {
    await expect.poll(() => this.connector.view.problem?.code, PATIENCE).toBe(code);
    expect(this.connector.view.connection).toBe('failed');
  }

  async room(): Promise<{ code: string; link: string }> {
    await expect.poll(() => this.connector.view.room, PATIENCE).toBeDefined();
    return this.connector.view.room!;
  }

  /** The page is gone, as in a reload or a crash; what the tab keeps is handed out. */
  vanish(role: Role): RejoinState {
    const state = recallRejoin(role)!;
    this.connector.leave();
    return state;
  }
}

async function pair(server: TestServer, network = new MemoryNetwork()) {
  const sender = new Side('sender', server, network);
  const receiver = new Side('receiver', server, network);
  sender.connector.open();
  const room = await sender.room();
  receiver.connector.join(room.code);
  await sender.connected();
  await receiver.connected();
  return { sender, receiver, network, room };
}

test('[P-94] two sides meet by a code, and both show the same words to compare', async () => {
  const { sender, receiver } = await pair(await start());
  expect(sender.states).toEqual(['waiting', 'connecting', 'connected']);
  expect(receiver.states).toEqual(['waiting', 'connecting', 'connected']);
  expect(sender.connector.view.room).toBeUndefined();
  expect(sender.connector.view.fingerprint).toMatch(/./);
  expect(sender.connector.view.fingerprint).toBe(receiver.connector.view.fingerprint);
});

test('[P-1] the sender initiates every connection, the first as well as one that replaces it', async () => {
  const server = await start();
  const network = new MemoryNetwork();
  const initiators: Record<Role, boolean[]> = { sender: [], receiver: [] };
  const sideOf = (role: Role) =>
    new Side(role, server, network, (options) => {
      initiators[role].push(options.initiator);
      return network.createTransport(options);
    });
  const sender = sideOf('sender');
  const receiver = sideOf('receiver');
  sender.connector.open();
  receiver.connector.join((await sender.room()).code);
  await sender.connected();
  await receiver.connected();
  network.cut();
  await sender.connected(2);
  await receiver.connected(2);
  expect(new Set(initiators.sender)).toEqual(new Set([true]));
  expect(new Set(initiators.receiver)).toEqual(new Set([false]));
});

/** A sender's room: by `join` with a code or with `hash`, the link's, one more comes. */
async function openRoom(several = false) {
  const server = await start();
  const network = new MemoryNetwork();
  const host = new Side('sender', server, network, network.createTransport, several);
  host.connector.open();
  const { code, link } = await host.room();
  const join = (text: string): Side => {
    const side = new Side('receiver', server, network);
    side.connector.join(text);
    return side;
  };
  return { server, network, host, code, link, hash: new URL(link).hash, join };
}

test('[P-135] a link is used twice, and by whoever comes between them not at all', async () => {
  const { host, code, link, hash, join } = await openRoom();
  const guest = () => join(hash);
  const first = guest();
  await host.connected();
  await first.connected();
  await guest().problem('room-occupied');
  // A goodbye, as the engines pass it on.
  host.connector.peerLeft();
  expect(host.connector.view.connection).toBe('closed');
  const fresh = await host.room();
  expect([fresh.code === code, fresh.link]).toEqual([false, link]);
  const second = guest();
  await second.connected();
  await host.connected(2);
  host.connector.closeRoom();
  await guest().problem('code-unknown');
});

test('[P-135] a page that is loaded anew opens its room again: the link works, and the old code does not', async () => {
  const { server, network, host: before, code, link, hash, join } = await openRoom();
  before.connector.suspend(true);
  const kept = recallRoom('sender')!;
  const host = new Side('sender', server, network);
  host.connector.reopen(kept);
  const fresh = await host.room();
  expect([fresh.code === code, fresh.link]).toEqual([false, link]);
  const [late, guest] = [join(code), join(hash)];
  await late.problem('code-unknown');
  await guest.connected();
  await host.connected();
  expect(recallRoom('sender')).toEqual(kept);
  host.connector.closeRoom();
  expect(recallRoom('sender')).toBeUndefined();
});

/** A room of several: one guest is met, and a second one with the link waits at the door. */
async function someoneAtDoor() {
  const { server, network, host, hash, join } = await openRoom(true);
  const guest = () => join(hash);
  const first = guest();
  await host.connected();
  await first.connected();
  const second = guest();
  await expect.poll(() => second.connector.view.waitsAtDoor, PATIENCE).toBe(true);
  return { server, network, host, guest, first, second };
}

test('[P-138] a second guest waits at the server, is let in by a connector of its own, and a third is not', async () => {
  const { server, network, host, guest, first, second } = await someoneAtDoor();
  const other = new Side('sender', server, network);
  const [visitor = ''] = host.connector.view.visitors;
  const link = host.connector.letIn(visitor);
  if (link === undefined || 'device' in link) throw new Error('no one with the link waits');
  other.connector.receive(visitor, link);
  await other.connected();
  await second.connected();
  const third = guest();
  await expect.poll(() => third.connector.view.waitsAtDoor, PATIENCE).toBe(true);
  host.connector.refuse(host.connector.view.visitors[0]!);
  await third.problem('room-occupied');
  expect([host.connections, first.connections, other.connections, second.connections]).toEqual([1, 1, 1, 1]);
});

test.each([
  ['has left', (host: Side) => host.connector.leave()],
  ['goes for good', (host: Side) => host.connector.suspend(true)],
  ['cannot go on', (host: Side) => host.connector.giveUp('page-outdated')],
] as const)(
  '[P-135, P-138] a page that %s has closed its door, and whoever waits there hears so',
  async (_, goes) => {
    const { host, guest, second } = await someoneAtDoor();
    goes(host);
    await second.problem('room-occupied');
    await guest().problem('code-unknown');
  },
);

test('[P-79] a connection is made ready while codes are compared, and says nothing to who has the wrong one', async () => {
  const server = await start();
  const network = new MemoryNetwork();
  let ready = 0;
  const sender = new Side('sender', server, network, (options) =>
    network.createTransport({
      ...options,
      signal: (message) => {
        ready += 1;
        options.signal(message);
      },
    }),
  );
  sender.connector.open();
  const [slot, first, second] = (await sender.room()).code.split('-') as [string, string, string];
  const guest = await server.connect();
  const heard: number[] = [];
  const pairing = new Pairing({
    party: 'guest',
    role: 'receiver',
    password: wordsPassword(slot, [first, second === 'acid' ? 'acorn' : 'acid']),
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
  });
  const hello = pairing.pollTransmit()!;
  const share = new Promise<Uint8Array>((resolve) => {
    guest.on('message', (bytes) => {
      heard.push(bytes[2]!);
      resolve(new Uint8Array(bytes));
    });
  });
  await guest.emitWithAck('join', { slot, hello });
  pairing.handleMessage(await share);
  // The sender's offer is there, and stays there.
  await expect.poll(() => ready, PATIENCE).toBe(1);
  await guest.emitWithAck('relay', pairing.pollTransmit()!);
  await sender.problem('code-guessed');
  await expect.poll(() => heard, PATIENCE).toEqual([2, 5]);
  expect(sender.connections).toBe(0);
});

for (const [role, other] of [
  ['receiver', 'sender'],
  ['sender', 'receiver'],
] as const) {
  test(`[P-62, P-89] a ${role} that loads its page anew is back within seconds, and again when it does so at once`, async () => {
    const server = await start();
    const sides = await pair(server);
    const stays = sides[other];
    let goes = sides[role];
    for (const times of [2, 3]) {
      const state = goes.vanish(role);
      goes = new Side(role, server, sides.network);
      const startedAt = Date.now();
      goes.connector.resume(state);
      await goes.connected();
      await stays.connected(times);
      // No limit ran out on the way: the shortest is three seconds.
      expect(Date.now() - startedAt).toBeLessThan(2900);
    }
  });
}

test('a path that goes while the server restarts is found again', async () => {
  const server = await start();
  const { sender, receiver, network } = await pair(server);
  await server.stop();
  await expect
    .poll(() => sender.connector.view.serverOnline || receiver.connector.view.serverOnline, PATIENCE)
    .toBe(false);
  // Without a server the connection goes on.
  expect(sender.connector.view.connection).toBe('connected');
  expect(receiver.connector.view.connection).toBe('connected');
  network.cut();
  await expect.poll(() => sender.connector.view.connection, PATIENCE).toBe('reconnecting');
  await start(server.port);
  await sender.connected(2);
  await receiver.connected(2);
});

test('a server that restarts in the middle of coming back only delays it', async () => {
  const server = await start();
  const { sender, receiver, network } = await pair(server);
  const state = receiver.vanish('receiver');
  await expect.poll(() => sender.connector.view.connection, PATIENCE).toBe('reconnecting');
  await server.stop();
  await start(server.port);
  const again = new Side('receiver', server, network);
  again.connector.resume(state);
  await again.connected();
  await sender.connected(2);
});

test('[P-12] a goodbye is final: nobody looks for the other side', async () => {
  const { sender } = await pair(await start());
  sender.connector.peerLeft();
  expect(sender.connector.view.connection).toBe('closed');
  expect(sender.connector.view.problem).toEqual({ code: 'peer-left' });
  expect(recallRejoin('sender')).toBeUndefined();
});

test('[P-74] a room is still there when its sender is back, and so is who joined meanwhile', async () => {
  const server = await start();
  const network = new MemoryNetwork();
  const wire = await wireTo(server);
  const sender = new Side('sender', wire, network);
  const receiver = new Side('receiver', server, network);
  sender.connector.open();
  const { code } = await sender.room();
  wire.tear();
  await expect.poll(() => sender.connector.view.serverOnline, PATIENCE).toBe(false);
  expect(sender.connector.view.room?.code).toBe(code);
  receiver.connector.join(code);
  await sender.connected();
  await receiver.connected();
});

test('[P-74] a sender who slept while somebody joined takes its room back first, and both meet', async () => {
  const server = await start();
  const network = new MemoryNetwork();
  const wire = await wireTo(server);
  const sender = new Side('sender', wire, network);
  const receiver = new Side('receiver', server, network);
  sender.connector.open();
  const { code } = await sender.room();
  const nap = wire.sleep();
  receiver.connector.join(code);
  await expect.poll(() => receiver.connector.view.connection, PATIENCE).toBe('connecting');
  await new Promise((resolve) => setTimeout(resolve, 300));
  sender.slept = 31_000;
  nap.wake();
  await sender.connected();
  await receiver.connected();
});

test('[P-130] a sender whose answer is lost with its connection goes on with its guest, with the same code', async () => {
  const server = await start();
  const network = new MemoryNetwork();
  const wire = await wireTo(server);
  const sender = new Side('sender', wire, network);
  const receiver = new Side('receiver', server, network);
  sender.connector.open();
  const { code } = await sender.room();
  // Not long enough to be noticed as a sleep.
  const nap = wire.sleep();
  receiver.connector.join(code);
  await expect.poll(() => receiver.connector.view.connection, PATIENCE).toBe('connecting');
  await new Promise((resolve) => setTimeout(resolve, 300));
  nap.wake();
  await sender.connected();
  await receiver.connected();
  expect(sender.connector.view.fingerprint).toBe(receiver.connector.view.fingerprint);
});

test.each(['turn-away', 'let-wait'] as const)(
  '[P-142] a device that rings without end costs the page no more than one request a second: %s',
  async (answer) => {
    const server = await start();
    const network = new MemoryNetwork();
    const several = answer === 'let-wait';
    const page = new Side('sender', server, network, network.createTransport, several);
    page.connector.open();
    await page.room();
    const bond = makeBond('host', new Uint8Array(32).fill(1), new Uint8Array(32).fill(2));
    const ring = () =>
      page.connector.call(
        { device: 'd', bond },
        { device: 'd', generation: 'current', window: 7, rung: 'here' },
      );
    const times = () => aboutVisitors.filter((one) => one === answer).length;
    for (let at = 0; at < 300; at++) ring();
    expect(times()).toBe(1);
    // Nobody stands at the meeting yet: it is said again.
    await expect.poll(times, PATIENCE).toBe(2);
    ring();
    expect(times()).toBe(2);
  },
);
