import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { DelayedProxy } from './delayed-proxy.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function echoThroughProxy(delayMs: number) {
  const echo = createServer((socket) => socket.pipe(socket)).listen(0, 'localhost');
  await once(echo, 'listening');
  const proxy = await DelayedProxy.start((echo.address() as { port: number }).port, delayMs);
  const client = connect({ port: proxy.port, host: 'localhost' });
  cleanups.push(
    () => client.destroy(),
    () => proxy.close(),
    () => echo.close(),
  );
  await once(client, 'connect');
  return client;
}

describe('a distant server', () => {
  test('answers a round trip later, and two round trips on a new connection', async () => {
    const client = await echoThroughProxy(40);
    const times: number[] = [];
    for (let i = 0; i < 6; i++) {
      const began = performance.now();
      client.write('x');
      await once(client, 'data');
      times.push(performance.now() - began);
    }
    const [first, ...others] = times;
    expect(first).toBeGreaterThanOrEqual(155);
    const fastest = Math.min(...others);
    expect(fastest).toBeGreaterThanOrEqual(78);
    // Against a delay that is added twice; a busy machine is late by less once at least.
    expect(fastest).toBeLessThan(160);
  });

  test('keeps bytes in order and loses none, to the end', async () => {
    const client = await echoThroughProxy(5);
    const sent = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7919) >>> 3));
    const received: Buffer[] = [];
    client.on('data', (bytes: Buffer) => received.push(bytes));
    for (let at = 0; at < sent.length; at += 999) {
      client.write(sent.subarray(at, at + 999));
      if (at % 9990 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    client.end();
    await once(client, 'end');
    expect(Buffer.concat(received).equals(sent)).toBe(true);
  });
});
