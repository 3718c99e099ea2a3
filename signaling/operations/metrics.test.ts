import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { ADDRESS_LIMITS } from '../wire/limits.ts';
import { next, startTestServer, type TestServer, type TestSocket } from '../test-server.ts';
import { createMetrics } from './metrics.ts';
import { serveMetrics, type MetricsServer } from './metrics-server.ts';

let server: TestServer;
let readings: MetricsServer;
afterEach(async () => {
  readings.close();
  await server.close();
});

async function start(): Promise<void> {
  const metrics = createMetrics();
  server = await startTestServer({ metrics, trustedProxies: 1 });
  readings = await serveMetrics(metrics, { host: '127.0.0.1', port: 0 });
}

const from = (address: string): Promise<TestSocket> => server.connect({ 'x-forwarded-for': address });

/** One sample's value; NaN: it is not there. */
async function read(sample: string): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${readings.port}/metrics`);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const line = (await answer.text()).split('\n').find((one) => one.startsWith(`${sample} `));
  return Number(line?.slice(sample.length) ?? 'not there');
}

test('rooms, joins, relays, reconnects and who is there are counted', async () => {
  await start();
  const [host, guest, other] = [await from('192.0.2.1'), await from('192.0.2.2'), await from('192.0.2.3')];
  const { slot } = (await host.emitWithAck('open', {})) as { slot: string };
  expect([await read('tessera_sockets'), await read('tessera_rooms')]).toEqual([3, 1]);
  const paired = next(guest, 'paired');
  await guest.emitWithAck('join', { slot });
  await paired;
  await host.emitWithAck('relay', Uint8Array.of(1, 2, 3));
  await other.emitWithAck('rejoin', { id: 'a'.repeat(32), party: 'host' });
  expect([await read('tessera_rooms'), await read('tessera_pairs'), await read('tessera_waiting')]).toEqual([
    0, 1, 1,
  ]);
  for (const request of ['open', 'join', 'relay', 'rejoin'])
    expect(await read(`tessera_requests_total{request="${request}",outcome="done"}`)).toBe(1);
  expect(await read('tessera_relayed_bytes_total')).toBe(3);
  expect([await read('tessera_ready'), await read('tessera_alarm')]).toEqual([1, 0]);
  expect(await read('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
});

test('failed joins and the limits that refuse are counted', async () => {
  await start();
  const guesser = await from('192.0.2.66');
  for (let i = 0; i <= ADDRESS_LIMITS.failedJoin.points; i++)
    await guesser.emitWithAck('join', { slot: '999999' });
  expect(await read('tessera_failed_joins_total')).toBe(ADDRESS_LIMITS.failedJoin.points);
  expect(await read('tessera_requests_total{request="join",outcome="code-unknown"}')).toBe(
    ADDRESS_LIMITS.failedJoin.points,
  );
  expect(await read('tessera_requests_total{request="join",outcome="too-many-attempts"}')).toBe(1);
  expect(await read('tessera_limit_hits_total{limit="failed-join"}')).toBe(1);
  const gone = next(guesser, 'disconnect');
  for (let i = 0; i < 200; i++) guesser.emit('relay', Uint8Array.of(1), () => {});
  await gone;
  expect(await read('tessera_limit_hits_total{limit="messages"}')).toBeGreaterThan(0);
});

test('they are on no port of the pages, and nothing else is on theirs', async () => {
  await start();
  expect(await (await fetch(`${server.origin}/metrics`)).text()).not.toContain('tessera_');
  for (const path of ['/', '/healthz', '/metrics/'])
    expect((await fetch(`http://127.0.0.1:${readings.port}${path}`)).status).toBe(404);
  const answer = await fetch(`http://127.0.0.1:${readings.port}/metrics`, { method: 'POST' });
  expect(answer.status).toBe(404);
});

test('a port that is taken is said', async () => {
  await start();
  const holder = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => holder.once('listening', resolve));
  const { port } = holder.address() as { port: number };
  await expect(serveMetrics(createMetrics(), { host: '127.0.0.1', port })).rejects.toThrow('EADDRINUSE');
  holder.close();
});
