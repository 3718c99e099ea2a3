import { Server } from 'socket.io';
import { afterEach, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../../signaling/test-server.ts';
import { ADDRESS_LIMITS } from '../../../signaling/wire/limits.ts';
import { hearingClient } from './signaling-client.fixture.ts';
import { closeAhead, openAhead } from './signaling-socket.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(port = 0): Promise<TestServer> {
  const server = await startTestServer({}, port);
  cleanups.push(() => server.close().catch(() => {}));
  return server;
}

function connect(server: string) {
  const one = hearingClient(server);
  cleanups.push(() => one.client.close());
  return one;
}

async function pair(server: TestServer) {
  const [sender, receiver] = [connect(server.origin), connect(server.origin)];
  const { slot } = await sender.client.open();
  await receiver.client.join(slot);
  await sender.until('paired');
  await receiver.until('paired');
  return { sender, receiver, slot };
}

test('two sides meet, talk, and are notified when the other leaves', async () => {
  const { sender, receiver } = await pair(await start());
  expect(sender.client.send(Uint8Array.of(1, 2))).toBe(true);
  expect(receiver.client.send(Uint8Array.of(3))).toBe(true);
  await receiver.until('message 1,2');
  await sender.until('message 3');
  await receiver.client.leave();
  await sender.until('peer-left');
});

test('bytes that are a view into a larger buffer cross alone', async () => {
  const { sender, receiver } = await pair(await start());
  sender.client.send(Uint8Array.of(9, 9, 4, 5, 9).subarray(2, 4));
  await receiver.until('message 4,5');
});

test('a code that nobody has is a named error; so is a burned one', async () => {
  const server = await start();
  const [sender, receiver] = [connect(server.origin), connect(server.origin)];
  const { slot } = await sender.client.open();
  await sender.client.burn();
  for (const one of [slot, '999999']) {
    await expect(receiver.client.join(one)).rejects.toMatchObject({
      name: 'SignalingError',
      code: 'code-unknown',
    });
  }
});

test('too many wrong codes is a named error', async () => {
  const { client } = connect((await start()).origin);
  for (let i = 0; i < ADDRESS_LIMITS.failedJoin.points; i++) await client.join('999999').catch(() => {});
  await expect(client.join('1')).rejects.toMatchObject({ code: 'too-many-attempts' });
});

test('a server that is away is named within seconds, and found once it is there', async () => {
  const reserved = await start();
  await reserved.stop();
  const { client, until } = connect(reserved.origin);
  expect(client.send(Uint8Array.of(1))).toBe(false);
  const startedAt = Date.now();
  await expect(client.open()).rejects.toMatchObject({ code: 'server-away' });
  expect(Date.now() - startedAt).toBeLessThan(7000);
  await start(reserved.port);
  await until('online');
  expect((await client.open()).slot).toMatch(/^\d$/);
});

test('after a restart both come back by themselves, meet by their id, and nothing old is delivered', async () => {
  const server = await start();
  const { sender, receiver } = await pair(server);
  await server.stop();
  await sender.until('offline');
  await receiver.until('offline');
  expect(sender.client.send(Uint8Array.of(66))).toBe(false);
  sender.heard.length = 0;
  receiver.heard.length = 0;
  await start(server.port);
  await sender.until('online');
  await receiver.until('online');
  const id = '0'.repeat(32);
  await sender.client.rejoin(id, 'host');
  expect(await receiver.client.rejoin(id, 'guest')).toEqual({ iceServers: [], waiting: false });
  await sender.until('paired');
  await receiver.until('paired');
  sender.client.send(Uint8Array.of(1));
  await receiver.until('message 1');
  expect(receiver.heard).not.toContain('message 66');
});

test('another page of the same side takes the place, and the first is notified why', async () => {
  const server = await start();
  const [first, second] = [connect(server.origin), connect(server.origin)];
  const id = 'f'.repeat(32);
  await first.client.rejoin(id, 'host');
  await second.client.rejoin(id, 'host');
  await first.until('expired replaced');
});

test('a server that never answers, or answers nonsense, ends in a named error', async () => {
  const io = new Server(0, { transports: ['websocket'] });
  cleanups.push(() => io.close());
  io.on('connection', (socket) => {
    socket.on('open', (_, ack: (answer: unknown) => void) =>
      ack({ slot: '<script>', expiresAt: 'now', iceServers: [] }),
    );
    socket.on('join', (_, ack: (answer: unknown) => void) => ack(null));
    socket.emit('message', 'not bytes');
    socket.emit('message', Buffer.alloc(20_000));
    socket.emit('expired', 1);
  });
  const port = (io.httpServer.address() as { port: number }).port;
  const { client, heard } = connect(`http://127.0.0.1:${port}`);
  await expect(client.open()).rejects.toMatchObject({ code: 'protocol-violation' });
  await expect(client.join('1')).rejects.toMatchObject({ code: 'protocol-violation' });
  await expect(client.rejoin('0'.repeat(32), 'host')).rejects.toMatchObject({ code: 'server-away' });
  expect(heard.filter((one) => one.startsWith('message'))).toEqual([]);
});

test('[P-75] what is said with the join is the first that the sender hears, once', async () => {
  const server = await start();
  const [sender, receiver] = [connect(server.origin), connect(server.origin)];
  const { slot } = await sender.client.open();
  await receiver.client.join(slot, Uint8Array.of(8, 9));
  receiver.client.send(Uint8Array.of(1));
  await sender.until('message 1');
  expect(sender.heard.slice(sender.heard.indexOf('paired'))).toEqual(['paired', 'message 8,9', 'message 1']);
});

test('a socket opened ahead is the one that is used, and is closed when nobody joins', async () => {
  const io = new Server(0, { transports: ['websocket'] });
  cleanups.push(() => io.close(), closeAhead);
  const seen = { opened: 0, closed: 0 };
  io.on('connection', (socket) => {
    seen.opened += 1;
    socket.on('disconnect', () => (seen.closed += 1));
  });
  const origin = `http://127.0.0.1:${(io.httpServer.address() as { port: number }).port}`;
  const soon = { timeout: 15_000, interval: 10 };
  openAhead(origin);
  openAhead(origin);
  await expect.poll(() => seen, soon).toEqual({ opened: 1, closed: 0 });
  await connect(origin).until('online');
  expect(seen).toEqual({ opened: 1, closed: 0 });
  openAhead(origin, 100);
  await expect.poll(() => seen, soon).toEqual({ opened: 2, closed: 1 });
  await connect(origin).until('online');
  expect(seen).toEqual({ opened: 3, closed: 1 });
});

test('a socket opened ahead comes back when it is lost', async () => {
  const server = await start();
  openAhead(server.origin);
  cleanups.push(closeAhead);
  await server.stop();
  await start(server.port);
  const { client } = connect(server.origin);
  expect((await client.open()).slot).toMatch(/^\d+$/);
});

test('a closed client is silent and answers nothing more', async () => {
  const { sender, receiver } = await pair(await start());
  sender.client.close();
  await receiver.until('peer-left');
  expect(sender.heard.at(-1)).toBe('paired');
  expect(sender.client.send(Uint8Array.of(1))).toBe(false);
  await expect(sender.client.open()).rejects.toMatchObject({ code: 'server-away' });
});
