/** The pages below a path, and on a plain file host elsewhere, with the build and server that people use. */
import { cpSync, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { extname, join } from 'node:path';
import { finishExport } from '../scripts/finish-export.ts';
import { run } from '../scripts/tools.mjs';
import { Server } from '../testbed/server.ts';
import { expect, test } from './support/app.ts';
import { cross, meet } from './support/rooms.ts';

const BASE_PATH = '/tessera';
const BELOW = '.scratch/below';
const ELSEWHERE = '.scratch/elsewhere';

test.beforeAll(async () => {
  test.setTimeout(300_000);
  // Only when a source changed.
  const build = "import('./scripts/build.mjs').then((build) => build.ensureBuilt())";
  const env = { BASE_PATH, TESSERA_DIST: BELOW };
  const { code, output } = await run(process.execPath, ['-e', build], { env, quiet: true });
  expect(code, output).toBe(0);
});

/** A host of plain files that sends no header but the type: what is in the folder, below the path. */
async function serveFiles(folder: string): Promise<HttpServer> {
  const types: Record<string, string> = {
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript',
    '.mjs': 'text/javascript',
    '.css': 'text/css',
    '.svg': 'image/svg+xml',
    '.wasm': 'application/wasm',
    '.webmanifest': 'application/manifest+json',
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    let file = join(folder, pathname.slice(BASE_PATH.length));
    if (!pathname.startsWith(`${BASE_PATH}/`) || !existsSync(file)) return response.writeHead(404).end();
    if (statSync(file).isDirectory()) file = join(file, 'index.html');
    response.setHeader('Content-Type', types[extname(file)] ?? 'application/octet-stream');
    response.end(readFileSync(file));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

test('below a path: link, service worker, workers and a transfer', async ({ rooms, pictures }) => {
  const server = await Server.start({ BASE_PATH, TESSERA_OUT: BELOW });
  const url = `${server.url}${BASE_PATH}`;
  const { sender, receiver } = rooms;
  const lost: string[] = [];
  for (const { page } of [sender, receiver])
    page.on('response', (answer) => {
      if (answer.status() >= 400) lost.push(answer.url());
    });
  await meet(rooms, url);
  await cross(rooms, pictures.small);

  // Its library is a file of our own, loaded by address.
  const choice = sender.page.locator('details', { has: sender.page.getByTestId('choice') }).first();
  if ((await choice.getAttribute('open')) === null) await choice.getByTestId('choice').click();
  await choice.locator('input[value=smaller]').check();
  await sender.pick(pictures.photo);
  await receiver.accept(pictures.photo.name);
  await receiver.state(pictures.photo.name, 'done');
  expect(await receiver.number(pictures.photo.name, 'chunks-total')).toBeLessThan(
    pictures.photo.buffer.length / 1024,
  );

  const scope = await sender.page.evaluate(async () => (await navigator.serviceWorker.ready).scope);
  expect(scope).toBe(`${url}/`);
  expect(lost).toEqual([]);
  // Without the server: the kept pages.
  await expect
    .poll(() =>
      sender.page.evaluate(async () => (await (await caches.open('tessera-shell-1/tessera')).keys()).length),
    )
    .toBeGreaterThan(10);
  await server.stop();
  await receiver.page.goto(`${url}/receive/`);
  await expect(receiver.page.getByTestId('code-input')).toBeVisible();
});

test('on a file host elsewhere: the server is found, the link leads to the file host, and a picture crosses', async ({
  rooms,
  pictures,
}) => {
  rmSync(ELSEWHERE, { recursive: true, force: true });
  cpSync(BELOW, ELSEWHERE, { recursive: true });
  const files = await serveFiles(ELSEWHERE);
  const origin = `http://localhost:${(files.address() as AddressInfo).port}`;
  const server = await Server.start({ ALLOWED_ORIGINS: origin, BASE_PATH, TESSERA_OUT: BELOW });
  // What a build with SIGNALING_URL does last.
  finishExport(ELSEWHERE, { basePath: BASE_PATH }, `${server.url}${BASE_PATH}`);
  const { sender, receiver } = rooms;
  await sender.open(`${origin}${BASE_PATH}`);
  const link = (await sender.page.getByTestId('room-link').getAttribute('href')) ?? '';
  expect(link).toContain(`${origin}${BASE_PATH}/receive/#`);
  await receiver.page.goto(link);
  await receiver.page.getByTestId('join-room').click();
  await sender.connection('connected');
  await cross(rooms, pictures.small);
  await server.stop();
  files.close();
  files.closeAllConnections();
});
