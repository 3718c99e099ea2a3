/** A stop with people connected, and a log with people in it: the real process, and the page's own client. */
import { afterEach, expect, test } from 'vitest';
import { hearingClient } from '../../lib/session/connection/signaling-client.fixture.ts';
import { request, startLivingServer, type LivingServer } from '../../testbed/living-server.ts';
import { DRAIN_MS, SHUTDOWN_MS } from '../wire/limits.ts';
import { upgrade } from '../test-server.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

async function start(settings: Record<string, string> = {}, port?: number): Promise<LivingServer> {
  const server = await startLivingServer({ settings, ...(port === undefined ? {} : { port }) });
  cleanups.push(() => server.stop());
  return server;
}

function connect(server: string) {
  const one = hearingClient(server);
  cleanups.push(() => one.client.close());
  return one;
}

async function pair(server: LivingServer) {
  const [host, guest] = [connect(server.origin), connect(server.origin)];
  const { slot } = await host.client.open();
  await guest.client.join(slot);
  await host.until('paired');
  await guest.until('paired');
  return { host, guest, slot };
}

const status = async (server: LivingServer, path: string) => (await fetch(server.origin + path)).status;

test('a stop refuses what begins, lets a handshake finish, sends all away, and they return to the next start', async () => {
  const server = await start();
  expect(await status(server, '/readyz')).toBe(200);
  const waiting = connect(server.origin);
  const { slot } = await waiting.client.open();
  const { host, guest } = await pair(server);
  const late = connect(server.origin);
  await late.until('online');

  process.kill(server.pid, 'SIGTERM');
  await expect.poll(() => status(server, '/readyz')).toBe(503);
  expect(await status(server, '/healthz')).toBe(200);
  expect(await status(server, '/')).toBe(200);
  await expect(upgrade(server.port)).rejects.toThrow('refused: 503');
  // Both were sent away at once, the one with the room and the one without.
  await Promise.all([waiting.until('offline'), late.until('offline')]);
  await expect(host.client.open()).rejects.toThrow('busy');
  await expect(guest.client.join(slot)).rejects.toThrow('busy');

  // A handshake that goes on for longer than a pair may be silent, and ends before a stop does.
  for (let i = 1; i <= 6; i++) {
    expect(host.client.send(Uint8Array.of(i))).toBe(true);
    await guest.until(`message ${i}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  expect([host.heard, guest.heard].flat()).not.toContain('offline');
  await Promise.all([host.until('offline'), guest.until('offline')]);
  await expect.poll(() => server.alive(), { timeout: SHUTDOWN_MS + 1000 }).toBe(false);
  expect(server.exitCode()).toBe(0);
  expect(guest.heard).not.toContain('peer-left');

  await start({}, server.port);
  await Promise.all([host, guest, waiting, late].map((one) => one.until('online', 2)));
});

test('a pair that never falls silent holds a stop up for a bounded time', async () => {
  const server = await start();
  const { host } = await pair(server);
  const talk = setInterval(() => host.client.send(Uint8Array.of(1)), 200);
  cleanups.push(() => clearInterval(talk));
  const from = performance.now();
  process.kill(server.pid, 'SIGTERM');
  await expect.poll(() => server.alive(), { timeout: 15_000, interval: 50 }).toBe(false);
  const took = performance.now() - from;
  expect(took).toBeGreaterThan(DRAIN_MS - 500);
  expect(took).toBeLessThan(DRAIN_MS + SHUTDOWN_MS + 1000);
  expect(server.exitCode()).toBe(0);
});

test('Ctrl+C waits for nobody, and a second signal for nothing at all', async () => {
  const server = await start();
  const { host } = await pair(server);
  const talk = setInterval(() => host.client.send(Uint8Array.of(1)), 200);
  cleanups.push(() => clearInterval(talk));
  const from = performance.now();
  process.kill(server.pid, 'SIGINT');
  await expect.poll(() => server.alive(), { timeout: 15_000, interval: 50 }).toBe(false);
  expect(performance.now() - from).toBeLessThan(SHUTDOWN_MS + 500);
  expect(server.exitCode()).toBe(0);

  const second = await start();
  const other = await pair(second);
  const more = setInterval(() => other.host.client.send(Uint8Array.of(1)), 200);
  cleanups.push(() => clearInterval(more));
  process.kill(second.pid, 'SIGTERM');
  await expect.poll(() => second.output()).toContain('draining');
  process.kill(second.pid, 'SIGTERM');
  await expect.poll(() => second.alive(), { timeout: 5000, interval: 20 }).toBe(false);
  expect(second.exitCode()).toBe(1);
});

test('the log of a whole session, of guesses and of nonsense, at its most talkative, names nobody', async () => {
  const server = await start({
    LOG_LEVEL: 'trace',
    TRUST_PROXY: '1',
    TURN_URLS: 'turn:192.0.2.99',
    TURN_SECRET: 'northwind',
  });
  const { host, guest, slot } = await pair(server);
  host.client.send(Buffer.from('harbour-lantern'));
  await guest.until(`message ${[...Buffer.from('harbour-lantern')].join(',')}`);
  const id = '0123456789abcdef0123456789abcdef';
  await host.client.rejoin(id, 'host');
  await guest.client.rejoin(id, 'guest');
  const room = await host.client.open();
  // Enough to raise the alarm, each from an address of its own.
  const { io } = await import('socket.io-client');
  for (let i = 0; i < 110; i++) {
    const guest = io(server.origin, {
      transports: ['websocket'],
      forceNew: true,
      extraHeaders: { 'x-forwarded-for': `203.0.113.${i}`, 'user-agent': 'Lynx/2.9' },
    });
    cleanups.push(() => guest.disconnect());
    await guest.timeout(5000).emitWithAck('join', { slot: '987654' });
    if (i < 5) for (let n = 0; n < 3; n++) guest.emit('join', 'nonsense', () => {});
  }
  await request(
    server.port,
    'GET /receive/?secret=harbour HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-For: 198.51.100.7\r\n\r\n',
  );
  process.kill(server.pid, 'SIGTERM');
  await expect.poll(() => server.alive(), { timeout: 15_000, interval: 50 }).toBe(false);

  const lines = server.output().split('\n');
  const logged = lines.filter((line) => line.startsWith('{'));
  // It was on.
  for (const message of ['limits', 'alarm', 'draining', 'closing']) expect(logged.join()).toContain(message);
  for (const line of logged) {
    const { level, time, msg, ...facts } = JSON.parse(line) as Record<string, unknown>;
    expect([typeof level, typeof time, typeof msg]).toEqual(['number', 'number', 'string']);
    expect(msg).not.toMatch(/\d/);
    for (const fact of Object.values(facts)) expect(['number', 'boolean']).toContain(typeof fact);
  }
  const secrets = [
    room.token,
    id,
    'harbour',
    '987654',
    '203.0.113',
    '198.51.100',
    'evil',
    'Lynx',
    'northwind',
  ];
  for (const secret of [...secrets, `"${slot}"`, `"${room.slot}"`, 'nonsense', 'receive'])
    expect(logged.join('\n')).not.toContain(secret);
});
