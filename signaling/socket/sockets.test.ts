import { get, type IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'socket.io-client';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Attempts } from '../rooms/attempts.ts';
import { MemoryStore } from '../rooms/memory-store.ts';
import { MemoryPresence } from '../rooms/presence.ts';
import { MemoryDoors } from '../rooms/doors.ts';
import { Rooms } from '../rooms/rooms.ts';
import {
  ADDRESS_LIMITS,
  CONNECT_MS,
  IDLE_SOCKET_MS,
  MAX_ADDRESS_SOCKETS,
  MAX_FRAME_BYTES,
  MAX_HELLO_BYTES,
  MAX_ADDRESS_PRESENT,
  MAX_PRESENT_IDS,
  MAX_RING_IDS,
  MAX_RELAY_BYTES,
  MAX_WAITING_BYTES,
  SOCKET_ALLOWANCE,
  ROOM_LIFETIME_MS,
  UNUSED_SOCKET_MS,
  WAITING_REQUEST_BYTES,
} from '../wire/limits.ts';
import type { ServerOptions } from '../server.ts';
import {
  frame,
  next,
  sendRaw,
  upgrade,
  startTestServer,
  type TestServer,
  type TestSocket,
} from '../test-server.ts';

/** The server's own, as a frame. */
const HEARTBEAT = Buffer.from([0x81, 1, 0x32]);

let server: TestServer;
const start = async (options: Partial<ServerOptions> = {}) => (server = await startTestServer(options));
afterEach(() => server.close());

async function open(socket: TestSocket): Promise<string> {
  const answer = await socket.emitWithAck('open', {});
  if ('error' in answer) throw new Error(answer.error);
  return answer.slot;
}
function requestAs(port: number, headers: Record<string, string>) {
  return new Promise<{ status: number | undefined; headers: IncomingHttpHeaders }>((resolve, reject) => {
    get({ host: '127.0.0.1', port, headers }, (response) => {
      response.resume();
      resolve({ status: response.statusCode, headers: response.headers });
    }).on('error', reject);
  });
}

const join = (socket: TestSocket, slot: string) => socket.emitWithAck('join', { slot });

async function pair(): Promise<[TestSocket, TestSocket]> {
  const [host, guest] = [await server.connect(), await server.connect()];
  const both = Promise.all([next(host, 'paired'), next(guest, 'paired')]);
  await join(guest, await open(host));
  await both;
  return [host, guest];
}

describe('joining', () => {
  test('a missing, a used and an expired code get the very same answer', async () => {
    let skipped = 0;
    await start({ now: () => Date.now() + skipped });
    const host = await server.connect();
    const used = await open(host);
    await join(await server.connect(), used);
    const expiring = await open(await server.connect());
    const guest = await server.connect();
    const answers = [await join(guest, '123456'), await join(guest, used)];
    skipped = ROOM_LIFETIME_MS;
    answers.push(await join(guest, expiring));
    expect(answers).toEqual(Array.from({ length: 3 }, () => ({ error: 'code-unknown' })));
  });

  test('a host whose code ran out is told', async () => {
    let skipped = 0;
    await start({ now: () => Date.now() + skipped });
    const host = await server.connect();
    const told = next(host, 'expired');
    await open(host);
    skipped = ROOM_LIFETIME_MS;
    expect(await told).toEqual({ reason: 'time' });
  });

  test('a third is not let into a full room', async () => {
    await start();
    const [host] = await pair();
    const slot = await open(await server.connect());
    await join(await server.connect(), slot);
    expect(await join(await server.connect(), slot)).toEqual({ error: 'code-unknown' });
    expect(host.connected).toBe(true);
  });

  test('both sides get a TURN credential when the server has one to give', async () => {
    await start({ ice: { stunUrls: [], turnUrls: ['turn:t.example'], turnSecret: 'north' } });
    const host = await server.connect();
    const answer = await host.emitWithAck('open', {});
    const slot = 'slot' in answer ? answer.slot : '';
    for (const given of [answer, await join(await server.connect(), slot)]) {
      expect(given).toMatchObject({ iceServers: [{ urls: ['turn:t.example'], username: /^\d+:/ }] } as never);
    }
  });
});

describe('relaying', () => {
  test('bytes reach the other side of the pair, unchanged, and nobody else', async () => {
    await start();
    const [[a, b], [c, d]] = [await pair(), await pair()];
    const stray: unknown[] = [];
    for (const other of [a, c, d]) other.on('message', (bytes) => stray.push(bytes));
    const bytes = Uint8Array.from({ length: MAX_RELAY_BYTES }, (_, i) => i * 7);
    const arrived = next(b, 'message');
    expect(await a.emitWithAck('relay', bytes)).toEqual({});
    expect(new Uint8Array((await arrived) as Buffer)).toEqual(bytes);
    await c.emitWithAck('burn', {});
    expect(stray).toEqual([]);
  });

  test('nothing is relayed before there is a pair, or after', async () => {
    await start();
    const host = await server.connect();
    expect(await host.emitWithAck('relay', Uint8Array.of(1))).toEqual({ error: 'not-paired' });
    await open(host);
    expect(await host.emitWithAck('relay', Uint8Array.of(1))).toEqual({ error: 'not-paired' });
    const [a, b] = await pair();
    const left = next(a, 'peer-left');
    b.disconnect();
    await left;
    expect(await a.emitWithAck('relay', Uint8Array.of(1))).toEqual({ error: 'not-paired' });
  });

  test('a dropped session finds itself again by an id that only its two sides know', async () => {
    await start();
    const [a, b] = [await server.connect(), await server.connect()];
    const id = 'A'.repeat(22);
    expect(await a.emitWithAck('rejoin', { id, party: 'host' })).toEqual({ iceServers: [], waiting: true });
    const paired = next(a, 'paired');
    expect(await b.emitWithAck('rejoin', { id, party: 'guest' })).toEqual({
      iceServers: [],
      waiting: false,
    });
    await paired;
    const arrived = next(b, 'message');
    await a.emitWithAck('relay', Uint8Array.of(7));
    expect([...((await arrived) as Buffer)]).toEqual([7]);
  });
});

describe('bad input', () => {
  test('a malformed request is refused, and the third closes the connection', async () => {
    await start();
    const requests: [string, unknown][] = [
      ['open', { slot: 1 }],
      ['open', null],
      ['join', {}],
      ['join', { slot: 7 }],
      ['join', { slot: '01' }],
      ['join', { slot: '1234567' }],
      ['join', { slot: '1', extra: true }],
      ['join', { slot: '1', hello: 'hi' }],
      ['join', { slot: '1', hello: Buffer.alloc(0) }],
      ['join', { slot: '1', hello: Buffer.alloc(MAX_HELLO_BYTES + 1) }],
      ['join', [['slot', '1']]],
      ['rejoin', { id: 'short', party: 'host' }],
      ['rejoin', { id: 'a'.repeat(32), party: 'both' }],
      ['relay', 'text'],
      ['relay', Buffer.alloc(MAX_RELAY_BYTES + 1)],
      ['relay', Buffer.alloc(0)],
      ['burn', 1],
      ['leave', 'now'],
    ];
    for (let i = 0; i < requests.length; i += 3) {
      const socket = (await server.connect()) as unknown as Socket;
      const closed = new Promise((resolve) => socket.once('disconnect', resolve));
      for (const [name, request] of requests.slice(i, i + 3)) {
        expect([name, request, await socket.emitWithAck(name, request)]).toEqual([
          name,
          request,
          { error: 'malformed' },
        ]);
      }
      expect(await closed).toBe('io server disconnect');
    }
  });

  test('a frame above the limit closes the connection that sent it, and only that one', async () => {
    await start();
    const [a] = await pair();
    const rude = await server.connect();
    const closed = next(rude, 'disconnect');
    rude.emit('relay', new Uint8Array(MAX_FRAME_BYTES + 1), () => {});
    await closed;
    expect(a.connected).toBe(true);
  });

  test('unknown events, requests without an acknowledgement and raw garbage do no harm', async () => {
    await start();
    const [a, b] = await pair();
    const odd = (await server.connect()) as unknown as Socket;
    odd.emit('rooms', {});
    odd.emit('open', {});
    odd.emit('open');
    const frames = [
      '',
      '4',
      '40',
      '42',
      '42[',
      '451-["relay"]',
      '40{"a":',
      '42["__proto__",{}]',
      '42["open"]',
      '\u0000',
      '9',
    ];
    for (const frame of frames) await sendRaw(server.port, ['40', frame, Buffer.from(frame), frame]);
    const arrived = next(b, 'message');
    await a.emitWithAck('relay', Uint8Array.of(1));
    await arrived;
  });
});

describe('limits', () => {
  const from = (address: string) => server.connect({ 'x-forwarded-for': address });

  test('an address that guesses wrong too often is refused, even with the right code; others are not', async () => {
    await start({ trustedProxies: 1 });
    const slot = await open(await from('192.0.2.1'));
    const guesser = await from('192.0.2.66');
    for (let i = 0; i < ADDRESS_LIMITS.failedJoin.points; i++) {
      expect(await join(guesser, '999999')).toEqual({ error: 'code-unknown' });
    }
    expect(await join(guesser, slot)).toEqual({ error: 'too-many-attempts' });
    expect(await join(await from('192.0.2.66'), slot)).toEqual({ error: 'too-many-attempts' });
    expect(await join(await from('192.0.2.2'), slot)).toEqual({ iceServers: [] });
  });

  test('an IPv6 subscriber does not escape by using another address of the same /64', async () => {
    await start({ trustedProxies: 1 });
    for (let i = 0; i < ADDRESS_LIMITS.failedJoin.points; i++)
      await join(await from(`2001:db8::${i + 1}`), '999999');
    expect(await join(await from('2001:db8::ffff'), '1')).toEqual({ error: 'too-many-attempts' });
    expect(await join(await from('2001:db8:0:1::1'), '1')).toEqual({ error: 'code-unknown' });
  });

  test('X-Forwarded-For is believed only when a proxy is configured', async () => {
    await start();
    for (let i = 0; i < ADDRESS_LIMITS.failedJoin.points; i++)
      await join(await from(`192.0.2.${i}`), '999999');
    expect(await join(await from('192.0.2.200'), '1')).toEqual({ error: 'too-many-attempts' });
  });

  test('an address that connects too often is told so', async () => {
    await start({ trustedProxies: 1 });
    for (let i = 0; i < ADDRESS_LIMITS.connect.points; i++) (await from('192.0.2.9')).disconnect();
    await expect(from('192.0.2.9')).rejects.toThrow('too-many-attempts');
    expect((await from('192.0.2.10')).connected).toBe(true);
  });

  test('a socket that floods is closed', async () => {
    await start();
    const [a, b] = await pair();
    const closed = next(a, 'disconnect');
    const left = next(b, 'peer-left');
    for (let i = 0; i < 200; i++) a.emit('relay', Uint8Array.of(1), () => {});
    expect(await closed).toBe('io server disconnect');
    await left;
  });

  test('connections that never say CONNECT are counted, and closed after seconds', async () => {
    let skipped = 0;
    // Behind a proxy: it is not the listener that refuses them.
    await start({ now: () => Date.now() + skipped, trustedProxies: 1 });
    const first = await upgrade(server.port);
    const closed = new Promise((resolve) => first.on('close', resolve).resume());
    for (let i = 1; i < ADDRESS_LIMITS.handshake.points; i++) (await upgrade(server.port)).destroy();
    await expect(upgrade(server.port)).rejects.toThrow();
    await expect(server.connect()).rejects.toThrow();
    skipped = CONNECT_MS;
    await closed;
  });

  test('an address holds a number of connections, whether they say CONNECT or not, and another when one is closed', async () => {
    // Behind a proxy: it is not the listener that refuses them.
    await start({ trustedProxies: 1 });
    const [first] = await Promise.all(
      Array.from({ length: MAX_ADDRESS_SOCKETS }, () => upgrade(server.port)),
    );
    await expect(upgrade(server.port)).rejects.toThrow();
    first!.destroy();
    await vi.waitFor(() => upgrade(server.port), 15_000);
  });

  test('a session id opens no further connection', async () => {
    await start();
    const socket = await upgrade(server.port);
    const text = await new Promise<string>((resolve) =>
      socket.once('data', (data: Buffer) => resolve(String(data))),
    );
    const sid = /"sid":"([^"]+)"/.exec(text)?.[1];
    expect(sid).toMatch(/\w/);
    await expect(upgrade(server.port, `&sid=${sid}`)).rejects.toThrow();
    socket.destroy();
  });

  test.each([
    ['events that nobody knows', 0x81, '42["rooms",{}]'],
    ['requests without an acknowledgement', 0x81, '42["open",{}]'],
    ['empty messages', 0x81, '4'],
    ['namespaces that are not there', 0x81, '40/x,'],
    ['heartbeats', 0x81, '3'],
    ['pings of the websocket', 0x89, ''],
  ])('%s count as messages', async (_, kind, text) => {
    await start();
    const socket = await upgrade(server.port);
    // Otherwise it would be closed for having said nothing.
    socket.write(frame(0x81, '40'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    const first = new Promise((resolve) => {
      socket.on('close', () => resolve('closed'));
      // It is not answered: a connection that is open by then is closed for that.
      socket.on('data', (data: Buffer) => data.includes(HEARTBEAT) && resolve('heartbeat'));
    });
    for (let i = 0; i < 2 * SOCKET_ALLOWANCE.messages; i++) socket.write(frame(kind, text));
    expect(await first).toBe('closed');
    await pair();
  });

  test("burning strangers' rooms with wrong words counts as wrong codes, and raises the alarm", async () => {
    await start({ trustedProxies: 1 });
    let hosts = 0;
    const burn = async (address: string) => {
      const host = await from(`203.0.113.${(hosts += 1)}`);
      const slot = await open(host);
      const guest = await from(address);
      const answer = await join(guest, slot);
      if (!('error' in answer)) {
        // As a real host does with wrong words: its share, an abort, and the room is burnt.
        for (const byte of [1, 2]) await host.emitWithAck('relay', Uint8Array.of(byte));
        await host.emitWithAck('burn', {});
      }
      host.disconnect();
      guest.disconnect();
      return answer;
    };
    for (let i = 0; i < ADDRESS_LIMITS.failedJoin.points; i++)
      expect(await burn('192.0.2.66')).not.toHaveProperty('error');
    expect(await burn('192.0.2.66')).toEqual({ error: 'too-many-attempts' });
    expect(server.lines).toEqual([]);
    for (let i = 0; i < 45; i++) await burn(`198.51.100.${i}`);
    expect(server.lines).toEqual([]);
    for (let i = 45; i < 95; i++) await burn(`198.51.100.${i}`);
    expect(server.lines).toHaveLength(1);
  }, 60_000);

  test('a /56 and a /48 may be one subscriber, too', async () => {
    await start({ trustedProxies: 1 });
    const { points } = ADDRESS_LIMITS.failedJoin;
    const guess = async (address: string) => {
      const socket = await from(address);
      const answer = await join(socket, '999999');
      socket.disconnect();
      return answer;
    };
    for (let i = 0; i < 2 * points; i++) await guess(`2001:db8:0:${i.toString(16)}::1`);
    expect(await guess('2001:db8:0:ff::1')).toEqual({ error: 'too-many-attempts' });
    expect(await guess('2001:db8:0:100::1')).toEqual({ error: 'code-unknown' });
    for (let i = 0; i < 2 * points; i++) await guess(`2001:db8:0:${(0x200 + i * 0x100).toString(16)}::1`);
    expect(await guess('2001:db8:0:fe00::1')).toEqual({ error: 'too-many-attempts' });
    expect(await guess('2001:db8:1::1')).toEqual({ error: 'code-unknown' });
  });

  test('a connection that asks for nothing is closed after minutes, one that has asked for something later', async () => {
    let skipped = 0;
    await start({ now: () => Date.now() + skipped });
    const [idle, asked, waits] = [await server.connect(), await server.connect(), await server.connect()];
    const gone: string[] = [];
    const present = await server.connect();
    await waits.emitWithAck('rejoin', { id: 'B'.repeat(22), party: 'host' });
    await present.emitWithAck('present', { ids: ['C'.repeat(22)] });
    // Of no ids: it waits for no ring.
    const absent = await server.connect();
    await absent.emitWithAck('present', { ids: [] });
    absent.on('disconnect', () => gone.push('absent'));
    idle.on('disconnect', () => gone.push('idle'));
    asked.on('disconnect', () => gone.push('asked'));
    await join(asked, '999999');
    skipped = UNUSED_SOCKET_MS;
    await expect.poll(() => gone, { timeout: 10_000 }).toEqual(['idle']);
    expect(waits.connected).toBe(true);
    skipped = IDLE_SOCKET_MS;
    await expect.poll(() => gone.toSorted(), { timeout: 10_000 }).toEqual(['absent', 'asked', 'idle']);
    // It waits for a ring, which may take a day.
    expect(present.connected).toBe(true);
    const caller = await server.connect();
    expect(await caller.emitWithAck('ring', { ids: ['C'.repeat(22)] })).toEqual({ at: 0 });
  });

  test('[P-142] one address holds a share of the ids, and frees it as its pages go', async () => {
    await start({ trustedProxies: 1 });
    const from = (address: string) => server.connect({ 'x-forwarded-for': address });
    const idsOf = (page: number) =>
      Array.from({ length: MAX_PRESENT_IDS }, (_, i) => `${page}x${i}`.padStart(22, 'A'));
    const pages = Math.floor(MAX_ADDRESS_PRESENT / MAX_PRESENT_IDS);
    const first = await from('10.0.0.1');
    expect(await first.emitWithAck('present', { ids: idsOf(0) })).toEqual({});
    for (let page = 1; page < pages; page++)
      expect(await (await from('10.0.0.1')).emitWithAck('present', { ids: idsOf(page) })).toEqual({});
    const late = await from('10.0.0.1');
    expect(await late.emitWithAck('present', { ids: idsOf(pages) })).toEqual({ error: 'busy' });
    const elsewhere = await from('10.0.0.2');
    expect(await elsewhere.emitWithAck('present', { ids: idsOf(pages + 1) })).toEqual({});
    first.disconnect();
    await expect.poll(() => late.emitWithAck('present', { ids: idsOf(pages) })).toEqual({});
  });

  test('[P-142] a page is rung at the ids that it has announced, and no longer once it is gone', async () => {
    await start();
    const [page, caller] = [await server.connect(), await server.connect()];
    const ids = Array.from({ length: MAX_PRESENT_IDS }, (_, i) => `${i}`.padStart(22, 'A'));
    const rung = new Promise((resolve) => page.once('ring', resolve));
    expect(await page.emitWithAck('present', { ids })).toEqual({});
    const [id = ''] = ids.slice(-1);
    expect(await caller.emitWithAck('ring', { ids: ['B'.repeat(22), id] })).toEqual({ at: 1 });
    expect(await rung).toEqual({ id });
    expect(await caller.emitWithAck('ring', { ids: ['B'.repeat(22)] })).toEqual({ at: -1 });
    // The place in a room is another matter: neither gives it up.
    const slot = await open(caller);
    await caller.emitWithAck('present', { ids: ['D'.repeat(22)] });
    await caller.emitWithAck('ring', { ids: [id] });
    expect(await join(page, slot)).not.toHaveProperty('error');
    const tooMany = [...ids, 'E'.repeat(22)];
    expect(await page.emitWithAck('present', { ids: tooMany })).toEqual({ error: 'malformed' });
    expect(await caller.emitWithAck('ring', { ids: ids.slice(0, MAX_RING_IDS + 1) })).toEqual({
      error: 'malformed',
    });
    page.disconnect();
    await expect.poll(() => caller.emitWithAck('ring', { ids: [id] })).toEqual({ at: -1 });
  });

  test("a stranger's name that leads to this server is refused, for pages and for sockets", async () => {
    await start({ allowedHosts: ['pictures.example.org'], trustedProxies: 1 });
    const { port } = server;
    const as = (host: string) => ({ host, origin: `http://${host}` });
    for (const host of [`evil.example:${port}`, 'pictures.example.org.evil.example']) {
      await expect(server.connect(as(host))).rejects.toThrow();
      await expect(server.connect({ 'x-forwarded-host': host, origin: `http://${host}` })).rejects.toThrow();
      for (const headers of [{ host }, { 'x-forwarded-host': host }]) {
        const answer = await requestAs(port, headers);
        expect(answer.status).toBe(421);
        expect(JSON.stringify(answer.headers)).not.toContain('evil');
      }
    }
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, 'pictures.example.org']) {
      expect((await server.connect(as(host))).connected).toBe(true);
      expect((await requestAs(port, { host })).status).toBe(200);
    }
  });

  test('only pages of this server, and of origins that were named, may connect', async () => {
    await start({ allowedOrigins: ['https://pages.example'] });
    expect((await server.connect({ origin: server.origin })).connected).toBe(true);
    expect((await server.connect({ origin: 'https://pages.example' })).connected).toBe(true);
    for (const origin of [
      'https://evil.example',
      'http://127.0.0.1:1',
      'null',
      'https://pages.example.evil',
    ]) {
      await expect(server.connect({ origin })).rejects.toThrow();
    }
  });
});

test('[P-95] 10,000 guesses from 1,000 addresses: no code sees more than one, and honest people still meet', async () => {
  await start({ trustedProxies: 1 });
  let address = 0;
  const from = () => {
    address += 1;
    return server.connect({
      'x-forwarded-for': `10.${address >> 16}.${(address >> 8) & 255}.${address & 255}`,
    });
  };
  // Live codes, each with the number of times that a guest was let in. A host whose code was guessed opens
  // another.
  const opened: { slot: string; joins: number }[] = [];
  const openAgain = (host: TestSocket, done = () => {}) => {
    // Not awaited: a guess may come in right behind the answer, and must count for this code.
    host.emit('open', {}, (answer) => {
      if ('error' in answer) throw new Error(answer.error);
      const code = { slot: answer.slot, joins: 0 };
      opened.push(code);
      host.removeAllListeners('paired');
      host.on('paired', () => {
        code.joins += 1;
        if (code.joins === 1) openAgain(host);
      });
      done();
    });
  };
  for (let i = 0; i < 100; i++) {
    const host = await from();
    await new Promise<void>((resolve) => openAgain(host, resolve));
  }

  let [guesses, hits, honest, tries] = [0, 0, 0, 0];
  const guesser = async () => {
    const socket = await from();
    for (let i = 0; i < 10; i++) {
      // Where the first rooms are, or where the alarm puts them.
      const slot = Math.random() < 0.5 ? 1 + Math.random() * 999 : 100_000 + Math.random() * 900_000;
      const answer = await join(socket, String(Math.floor(slot)));
      guesses += 1;
      if (!('error' in answer)) hits += 1;
    }
    socket.disconnect();
  };
  const meet = async () => {
    const [host, guest] = [await from(), await from()];
    tries += 1;
    const slot = await open(host);
    if (!('error' in (await join(guest, slot)))) honest += 1;
    host.disconnect();
    guest.disconnect();
  };
  for (let round = 0; round < 50; round++) {
    await Promise.all([...Array.from({ length: 20 }, guesser), meet()]);
  }

  expect(guesses).toBe(10_000);
  // They do find some of the short codes that existed before the alarm; each only once.
  expect(hits).toBeGreaterThan(0);
  // The rest, if any, got into an honest pair's room before the alarm, and its guest did not.
  // Its host may hear of the last one after the guesser has.
  await expect.poll(() => opened.reduce((sum, { joins }) => sum + joins, 0)).toBe(hits - (tries - honest));
  expect(Math.max(...opened.map(({ joins }) => joins))).toBe(1);
  // The codes that were opened after the alarm lie too far apart to be found: one guess in some 9,000 finds
  // any.
  const late = opened.filter(({ slot }) => slot.length === 6);
  expect(late.length).toBeGreaterThan(50);
  expect(late.filter(({ joins }) => joins > 0).length).toBeLessThan(9);
  expect(honest).toBeGreaterThanOrEqual(tries - 1);
  expect(await (await fetch(`${server.origin}/healthz`)).json()).toMatchObject({ status: 'ok', alarm: true });
  // One line about it, and nobody in it.
  expect(server.lines).toHaveLength(1);
  expect(server.lines[0]).not.toMatch(/\d/);
}, 120_000);

describe('a store that fails', () => {
  const away = () => Promise.reject(new Error('Redis is away'));
  /** A node of several, whose store is in memory, and whose others are said to be dead. */
  async function startShared(now?: () => number, options: Partial<ServerOptions> = {}) {
    const rooms = new Rooms(new MemoryStore());
    const dead: string[] = [];
    await start({
      ...options,
      ...(now && { now }),
      shared: {
        node: 'here',
        // What answers at once is awaited all the same, and without an adapter Socket.IO has its own.
        doors: new MemoryDoors(),
        presence: new MemoryPresence(),
        rooms: rooms as never,
        adapter: undefined as never,
        limits: (onAlarm) => new Attempts(onAlarm),
        available: () => true,
        beat: () => Promise.resolve({ lost: dead.splice(0), forgotten: false }),
        close: () => Promise.resolve(),
      },
    });
    return { rooms, dead };
  }

  test('sends nobody away when it cannot say who has a place', async () => {
    let skipped = 0;
    const { rooms } = await startShared(() => Date.now() + skipped);
    const has = vi.spyOn(rooms, 'has').mockImplementation(away);
    const socket = await server.connect();
    await open(socket);
    skipped = IDLE_SOCKET_MS;
    await expect.poll(() => has.mock.calls.length, { timeout: 10_000 }).toBeGreaterThan(0);
    expect(await (await fetch(`${server.origin}/healthz`)).json()).toMatchObject({ status: 'ok' });
    expect(socket.connected).toBe(true);
  });

  test('is an answer, too', async () => {
    const { rooms } = await startShared();
    const socket = await server.connect();
    vi.spyOn(rooms, 'handle').mockImplementation(away as never);
    expect(await socket.timeout(2000).emitWithAck('open', {})).toEqual({ error: 'busy' });
    expect(server.lines.join()).toContain('a request was not answered');
  });

  test('keeps a bounded sum of what all say meanwhile, and refuses the rest at once', async () => {
    const { rooms } = await startShared(undefined, { trustedProxies: 1 });
    let back = () => {};
    const isBack = new Promise<void>((resolve) => (back = resolve));
    vi.spyOn(rooms, 'handle').mockImplementation((async () => {
      await isBack;
      return { reply: { type: 'done' }, effects: [] };
    }) as never);
    const bytes = new Uint8Array(MAX_RELAY_BYTES);
    const room = Math.floor(MAX_WAITING_BYTES / (bytes.length + WAITING_REQUEST_BYTES));
    const [each, behindOne] = [7, 20];
    const answers: unknown[] = [];
    let sent = 0;
    for (let i = 0; sent < room + 200; i++) {
      const socket = await server.connect({ 'X-Forwarded-For': `192.0.2.${Math.floor(i / behindOne)}` });
      for (let n = 0; n < each; n++, sent++)
        socket.emit('relay', bytes, (answer) => void answers.push(answer));
    }
    await expect.poll(() => answers.length, { timeout: 10_000 }).toBe(sent - room);
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['{"error":"busy"}']));
    back();
    await expect.poll(() => answers.length, { timeout: 10_000 }).toBe(sent);
    expect(answers.filter((answer) => JSON.stringify(answer) === '{}')).toHaveLength(room);
  }, 30_000);

  test('hears nothing of who connects and goes without having asked for a place', async () => {
    const { rooms } = await startShared();
    const handle = vi.spyOn(rooms, 'handle');
    const ended = () => handle.mock.calls.map(([{ type }]) => type).filter((type) => type !== 'tick');
    (await server.connect()).disconnect();
    const socket = await server.connect();
    await open(socket);
    socket.disconnect();
    await expect.poll(ended).toEqual(['open', 'leave']);
  });

  test('does not keep the other sides of a dead node waiting', async () => {
    const { rooms, dead } = await startShared();
    const ids = ['A'.repeat(22), 'B'.repeat(22)];
    const left: Promise<unknown>[] = [];
    for (const id of ids) {
      const socket = await server.connect();
      left.push(next(socket, 'peer-left'));
      await socket.emitWithAck('rejoin', { id, party: 'host' });
      rooms.handle({ type: 'rejoin', socket: `there.${id}`, id, party: 'guest' }, Date.now());
    }
    const handle = rooms.handle.bind(rooms);
    let failed = false;
    vi.spyOn(rooms, 'handle').mockImplementation((event, now) => {
      if (event.type !== 'gone' || failed) return handle(event, now);
      failed = true;
      throw new Error('Redis is away');
    });
    dead.push(...ids.map((id) => `there.${id}`));
    await Promise.all(left);
    expect(failed).toBe(true);
  });
});

describe('the process', () => {
  test('says that it is well, and nothing about anybody', async () => {
    await start();
    await pair();
    const response = await fetch(`${server.origin}/healthz?x=1`);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(Object.keys((await response.json()) as object).sort()).toEqual([
      'alarm',
      'status',
      'uptimeSeconds',
    ]);
  });

  test('closes at once, tells its clients, and does not wait for idle connections', async () => {
    await start();
    const [a, b] = await pair();
    await fetch(server.origin);
    const told = Promise.all([next(a, 'disconnect'), next(b, 'disconnect')]);
    const startedAt = Date.now();
    await server.stop();
    // `transport close` is what lets a page return by itself.
    expect(new Set(await told)).toEqual(new Set(['transport close']));
    expect(Date.now() - startedAt).toBeLessThan(1000);
  });
});
