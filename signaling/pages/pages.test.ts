import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { servePages } from './pages.ts';
import { startTestServer, type TestServer } from '../test-server.ts';

const operator = { name: 'Ada', contact: 'mailto:ada@example.org', source: undefined };
const folder = mkdtempSync(join(tmpdir(), 'tessera-pages-'));
const sha = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
let server: TestServer;
let proxied: TestServer;

beforeAll(async () => {
  mkdirSync(join(folder, 'send'));
  mkdirSync(join(folder, '_next/static'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<html><head></head><script>home()</script></html>');
  writeFileSync(join(folder, 'send/index.html'), '<html><head></head><script>send()</script></html>');
  writeFileSync(join(folder, '404.html'), '<html><script>lost()</script>lost</html>');
  writeFileSync(join(folder, '_next/static/a.js'), 'a()');
  writeFileSync(join(folder, 'sw.js'), 'sw()');
  writeFileSync(join(folder, 'big.js'), 'big()');
  writeFileSync(join(folder, 'big.js.br'), brotliCompressSync('big()'));
  writeFileSync(join(folder, '.hidden'), 'secret');
  server = await startTestServer({ pages: servePages(folder, 0, operator) });
  proxied = await startTestServer({ pages: servePages(folder, 1, operator), trustedProxies: 1 });
});
afterAll(async () => {
  await server.close();
  await proxied.close();
  rmSync(folder, { recursive: true });
});

const policyOf = async (path: string) =>
  (await fetch(server.origin + path)).headers.get('content-security-policy') ?? '';

test('each page may run its own inline scripts and no others', async () => {
  expect(await policyOf('/')).toContain(sha('home()'));
  expect(await policyOf('/')).not.toContain(sha('send()'));
  for (const path of ['/send', '/send/', '/send/index.html', '/send/?x=1']) {
    expect([path, await policyOf(path)]).toEqual([path, expect.stringContaining(sha('send()'))]);
  }
  expect(await policyOf('/nowhere/')).toContain(sha('lost()'));
});

test('every answer carries the headers that keep other sites and features out', async () => {
  for (const path of ['/', '/send/', '/_next/static/a.js', '/nowhere', '/healthz']) {
    const { headers } = await fetch(server.origin + path);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('permissions-policy')).toMatch(/camera=\(self\).*microphone=\(\)/);
    expect(headers.get('strict-transport-security')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  }
  expect(await policyOf('/')).toMatch(/frame-ancestors 'none'$/);
});

test('files named by their content are kept for ever, everything else is asked for again', async () => {
  const cache = async (path: string) => (await fetch(server.origin + path)).headers.get('cache-control');
  expect(await cache('/_next/static/a.js')).toBe('public, max-age=31536000, immutable');
  for (const path of ['/', '/send/', '/sw.js', '/nowhere']) expect(await cache(path)).toBe('no-cache');
  const { etag } = Object.fromEntries((await fetch(server.origin)).headers);
  expect((await fetch(server.origin, { headers: { 'if-none-match': `${etag}` } })).status).toBe(304);
});

test('each encoding of a file has a tag of its own and says that it depends on the request', async () => {
  const ask = async (encoding: string, known?: string) => {
    const headers = {
      'accept-encoding': encoding,
      ...(known === undefined ? {} : { 'if-none-match': known }),
    };
    const answer = await fetch(`${server.origin}/big.js`, { headers });
    const { etag, vary, 'content-encoding': coded } = Object.fromEntries(answer.headers);
    return { status: answer.status, text: await answer.text(), etag, vary, coded };
  };
  const [plain, small] = [await ask('identity'), await ask('br')];
  expect(plain).toMatchObject({ status: 200, text: 'big()', vary: 'Accept-Encoding', coded: undefined });
  expect(small).toMatchObject({ status: 200, text: 'big()', vary: 'Accept-Encoding', coded: 'br' });
  expect(plain.etag).not.toBe(small.etag);
  expect(await ask('br', small.etag)).toMatchObject({ status: 304, text: '', etag: small.etag });
  expect((await ask('br', plain.etag)).status).toBe(200);
  expect((await fetch(`${server.origin}/big.js.br`)).status).toBe(404);
});

test('HEAD gets the headers of GET', async () => {
  const of = async (method: string) => {
    const answer = await fetch(`${server.origin}/send/`, { method });
    const { date, connection, 'keep-alive': _, ...headers } = Object.fromEntries(answer.headers);
    expect([date, connection]).not.toContain(undefined);
    return { headers, bodied: (await answer.text()) !== '' };
  };
  const [head, whole] = [await of('HEAD'), await of('GET')];
  expect([head.bodied, whole.bodied]).toEqual([false, true]);
  expect(head.headers).toEqual(whole.headers);
});

test('what is not there is a 404 with its page; what is hidden or outside is not there', async () => {
  const lost = await fetch(`${server.origin}/nowhere`);
  expect([lost.status, await lost.text()]).toEqual([404, expect.stringContaining('lost')]);
  for (const path of ['/.hidden', '/%2e%2e/%2e%2e/etc/passwd', '/..%2f..%2fetc/passwd', '/%00', '/%']) {
    expect([path, (await fetch(server.origin + path)).status]).toEqual([path, 404]);
  }
  expect((await fetch(server.origin, { method: 'POST', body: 'x' })).status).toBe(405);
});

test('websockets are allowed to the host that the page came from, if that is a host at all', async () => {
  expect(await policyOf('/')).toContain(`ws://127.0.0.1:${server.port};`);
  const { get } = await import('node:http');
  const refused = await new Promise<IncomingMessage>((resolve) =>
    get(
      { port: server.port, host: '127.0.0.1', headers: { host: "x; script-src 'unsafe-inline'" } },
      resolve,
    ),
  );
  expect(refused.statusCode).toBe(421);
  expect(JSON.stringify(refused.headers)).not.toContain('unsafe-inline');
  refused.resume();
});

test('the host that a request claims for a proxy is in the policy only where a proxy is trusted', async () => {
  const headers = { 'x-forwarded-host': '192.0.2.7' };
  const policy = async (one: TestServer) =>
    (await fetch(one.origin, { headers })).headers.get('content-security-policy');
  expect(await policy(server)).not.toContain('192.0.2.7');
  expect(await policy(proxied)).toContain('ws://192.0.2.7;');
});

test('https is insisted on only where it was used, and behind a proxy only when that is trusted', async () => {
  const headers = { 'x-forwarded-proto': 'https' };
  const hsts = async (one: TestServer) =>
    (await fetch(one.origin, { headers })).headers.get('strict-transport-security');
  expect(await hsts(server)).toBeNull();
  expect(await hsts(proxied)).toBe('max-age=31536000');
});

test('who runs the server is beside the page about it', async () => {
  const answer = await fetch(`${server.origin}/about/operator.json`);
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(await answer.json()).toEqual({ name: 'Ada', contact: 'mailto:ada@example.org' });
});
