import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSignalingClient } from '../../lib/session/connection/signaling-client.ts';
import { startTestServer, type TestServer } from '../test-server.ts';
import { servePages } from './pages.ts';

const folder = mkdtempSync(join(tmpdir(), 'tessera-base-'));
const nobody = { name: undefined, contact: undefined, source: undefined };
let server: TestServer;
beforeAll(async () => {
  writeFileSync(join(folder, 'index.html'), '<html>home</html>');
  writeFileSync(join(folder, '404.html'), '<html>lost</html>');
  server = await startTestServer({ basePath: '/a/tessera', pages: servePages(folder, 0, nobody) });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

test('pages and checks are below the path, and also where a proxy took it off', async () => {
  for (const path of ['/a/tessera/', '/'])
    expect(await (await fetch(server.origin + path)).text()).toContain('home');
  for (const path of ['/a/tessera/healthz', '/healthz', '/a/tessera/readyz', '/readyz'])
    expect((await fetch(server.origin + path)).status).toBe(200);
  for (const path of ['/a/', '/a/tesserae/', '/a/tessera/a/tessera/'])
    expect([path, (await fetch(server.origin + path)).status]).toEqual([path, 404]);
});

test('the path without its slash leads to the one with it', async () => {
  const answer = await fetch(`${server.origin}/a/tessera?x=1`, { redirect: 'manual' });
  expect([answer.status, answer.headers.get('location')]).toEqual([308, '/a/tessera/?x=1']);
});

test("the page's client finds the server below the path", async () => {
  const client = createSignalingClient({
    server: `${server.origin}/a/tessera`,
    onOnline: () => {},
    onPaired: () => {},
    onMessage: () => {},
    onPeerLeft: () => {},
    onExpired: () => {},
  });
  expect((await client.open()).slot).toMatch(/^\d+$/);
  client.close();
});

test('a proxy that took the path off reaches Socket.IO too', async () => {
  const socket = io(server.origin, { transports: ['websocket'], forceNew: true, reconnection: false });
  await new Promise<void>((resolve, reject) => {
    socket.on('connect', resolve);
    socket.on('connect_error', reject);
  });
  socket.disconnect();
});
