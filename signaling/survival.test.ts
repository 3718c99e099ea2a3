/** Nothing that a visitor sends, and nothing that the system refuses, ends the server. */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import * as fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startLivingServer, request, type LivingServer } from '../testbed/living-server.ts';

const LONG = process.env['TESSERA_LONG'] === '1';
/** For an answer, which ends the wait: another program may have the processor. */
const PATIENCE_MS = 15_000;
const get = (headers: string, path = '/', method = 'GET') =>
  `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n`;

async function well(server: LivingServer): Promise<void> {
  await expect
    .poll(() => request(server.port, get('', '/healthz')), { timeout: 15_000 })
    .toMatch(/^HTTP\/1.1 200/);
  expect(server.alive()).toBe(true);
  expect(server.output()).not.toContain('"level":50');
}

describe('requests', () => {
  let server: LivingServer;
  beforeAll(async () => {
    server = await startLivingServer();
    return () => server.stop();
  });

  test.each([
    'bytes=10-5',
    'bytes=9223372036854775808-',
    'bytes=0-99999999999999999999',
    'bytes=-',
    'x',
    'bytes=-0',
  ])('Range: %s is answered with the whole file', async (range) => {
    for (const method of ['GET', 'HEAD']) {
      for (const path of ['/', '/_next/static/a.js', '/lost']) {
        const answer = await request(server.port, get(`Range: ${range}\r\n`, path, method), PATIENCE_MS);
        expect([range, path, answer.slice(0, 12)]).toEqual([
          range,
          path,
          path === '/lost' ? 'HTTP/1.1 404' : 'HTTP/1.1 200',
        ]);
      }
    }
    await well(server);
  });

  test(
    'any ranges, conditions, encodings, methods, paths and halves of requests leave it alive',
    async () => {
      // Behind a proxy: from one address most of them would be refused before they are read.
      const fuzzed = await startLivingServer({ settings: { TRUST_PROXY: '1' } });
      onTestFinished(() => fuzzed.stop());
      const number = fc.oneof(
        fc.constant(''),
        fc.nat().map(String),
        fc.bigInt().map(String),
        fc.constant('NaN'),
      );
      const text = fc.string({ maxLength: 40 }).map((value) => value.replaceAll(/[\r\n\0]/g, ''));
      const tag = fc.oneof(text, fc.constantFrom('*', 'W/"x"', '"', '"a","b', ',,,'));
      const header = fc.oneof(
        fc.tuple(number, number).map(([from, to]) => `Range: bytes=${from}-${to}`),
        fc.array(fc.tuple(number, number), { maxLength: 50 }).map((all) => `Range: bytes=${all.join(', ')}`),
        fc
          .tuple(fc.constantFrom('If-None-Match', 'If-Match', 'If-Range'), tag)
          .map((pair) => pair.join(': ')),
        fc
          .tuple(fc.constantFrom('If-Modified-Since', 'If-Unmodified-Since'), fc.oneof(text, number))
          .map((pair) => pair.join(': ')),
        fc
          .tuple(fc.constantFrom('br', 'gzip', '*', 'identity', ''), fc.oneof(number, text))
          .map(([coding, q]) => `Accept-Encoding: ${coding};q=${q}, ${coding}`),
        fc.constantFrom(
          'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x',
          'Connection: Upgrade\r\nUpgrade: h2c',
          'Expect: 100-continue',
          'Expect: x',
          'Transfer-Encoding: chunked',
          'Content-Length: 99999999999',
          'Content-Length: 5\r\nContent-Length: 6',
          'X-Forwarded-For: x',
          'X-Forwarded-Host: x',
        ),
        fc.tuple(text, text).map((pair) => pair.join(': ')),
      );
      const path = fc.oneof(
        fc.constantFrom(
          '/',
          '/_next/static/a.js',
          '/socket.io/?EIO=4&transport=websocket',
          '*',
          '//',
          '/%',
          '/%00',
        ),
        fc.constantFrom(
          'http://x:99999/',
          '/socket.io/?transport=polling&EIO=4',
          '/socket.io/?transport=constructor',
        ),
        fc.constantFrom(
          '/socket.io/?EIO=4&transport=websocket&sid=__proto__',
          '/socket.io/?EIO=3&transport=websocket',
        ),
        fc.webPath(),
        text.map((value) => `/${value}`),
      );
      const method = fc.constantFrom('GET', 'HEAD', 'POST', 'OPTIONS', 'CONNECT', 'TRACE', 'PUT', 'gET', '');
      const whole = fc
        .tuple(
          method,
          path,
          fc.array(header, { maxLength: 6 }),
          fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/9', ''),
        )
        .map(([verb, where, headers, version]) =>
          [`${verb} ${where} ${version}`, 'Host: localhost', ...headers, 'Connection: close', '', ''].join(
            '\r\n',
          ),
        );
      const half = fc
        .tuple(whole, fc.double({ min: 0, max: 1, noNaN: true }))
        .map(([all, part]) => all.slice(0, part * all.length));
      const pipelined = fc.array(whole, { minLength: 2, maxLength: 20 }).map((all) => all.join(''));
      const garbage = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
      const numRuns = LONG ? 20_000 : 400;
      const seed = Number(process.env['TESSERA_SEED'] ?? Date.now() % 2 ** 31);
      const sent = fc.sample(fc.oneof({ weight: 4, arbitrary: whole }, half, pipelined, garbage), {
        numRuns,
        seed,
      });
      let answered = 0;
      for (let i = 0; i < sent.length; i += 50) {
        const batch = sent.slice(i, i + 50);
        const answers = await Promise.all(batch.map((bytes) => request(fuzzed.port, bytes, 300)));
        answered += answers.filter((answer) => answer !== '').length;
        if (!fuzzed.alive())
          throw new Error(`seed ${seed}: ended by one of ${JSON.stringify(batch)}\n${fuzzed.output()}`);
      }
      // Halves wait for their other half.
      expect(answered).toBeGreaterThan(numRuns / 2);
      await well(fuzzed);
    },
    LONG ? 1_200_000 : 60_000,
  );
});

test('pages that disappear while it runs are served all the same', async () => {
  const server = await startLivingServer();
  rmSync(server.folder, { recursive: true });
  for (const path of ['/', '/_next/static/a.js']) {
    expect(await request(server.port, get('', path), PATIENCE_MS)).toMatch(/^HTTP\/1.1 200/);
  }
  await well(server);
  server.stop();
});

test('a log that nobody can write does not end it', async () => {
  const server = await startLivingServer({ stdout: '/dev/full' });
  await well(server);
  server.stop();
});

describe('descriptors', () => {
  const open: Socket[] = [];
  afterEach(() => open.splice(0).forEach((socket) => socket.destroy()));

  /** @param meanwhile while all are open */
  const exhaust = async (server: LivingServer, meanwhile: () => PromiseLike<unknown>) => {
    for (let i = 0; i < 400; i++) {
      const socket = connect(server.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      // Kept open behind the answer.
      socket.write('GET /_next/static/a.js HTTP/1.1\r\nHost: localhost\r\n\r\n');
      open.push(socket);
    }
    await meanwhile();
    expect(server.alive()).toBe(true);
    for (const socket of open.splice(0)) socket.destroy();
    await well(server);
    server.stop();
  };

  test('are not used up: connections are refused before', async () => {
    const server = await startLivingServer({ descriptors: 128 });
    await exhaust(server, () =>
      expect.poll(() => server.output()).toContain('connections are refused: too many are open'),
    );
  });

  test('that run out all the same end nothing, and are there again when connections close', async () => {
    const server = await startLivingServer();
    execFileSync('prlimit', ['--pid', String(server.pid), '--nofile=60:60']);
    await exhaust(server, () => new Promise((resolve) => setTimeout(resolve, 1000)));
  });
});
