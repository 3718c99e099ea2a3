/** The real npm against a registry of our own: what the audit step makes of each answer. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { auditDependencies } from './audit.mjs';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function auditAt(answer: RequestListener): Promise<string> {
  const registry = createServer((request, response) => {
    request.resume();
    request.on('end', () => answer(request, response));
  });
  registry.listen(0, '127.0.0.1');
  await once(registry, 'listening');
  cleanups.push(() => registry.close());
  return askAt((registry.address() as AddressInfo).port);
}

const askAt = async (port: number): Promise<string> =>
  (
    await auditDependencies({
      npm_config_registry: `http://127.0.0.1:${port}/`,
      npm_config_fetch_retries: '0',
    })
  ).result;

const BULK = '/-/npm/v1/security/advisories/bulk';

test('a registry that knows of nothing makes it clean', async () => {
  expect(await auditAt((_, response) => response.end('{}'))).toBe('clean');
});

test.each([
  ['what the server runs', 'socket.io-parser', 'found'],
  ['what is built into the pages', 'simple-peer', 'found'],
  ['what draws them, which nothing of ours imports by name', 'react-dom', 'found'],
  ['a tool of ours', 'assemblyscript', 'clean'],
  ['what builds them, below one that is served', 'postcss', 'clean'],
])('an advisory about %s (%s): %s', async (_, name, outcome) => {
  const advisory = {
    id: 1,
    url: 'https://example.org/1',
    title: 'bad',
    severity: 'high',
    vulnerable_versions: '>=0.0.0',
    cwe: [],
    cvss: { score: 8, vectorString: null },
  };
  const result = await auditAt((request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.statusCode = request.url === BULK ? 200 : 404;
    response.end(JSON.stringify(request.url === BULK ? { [name]: [advisory] } : {}));
  });
  expect(result).toBe(outcome);
});

test('without a registry that answers nothing is known, and nothing is claimed', async () => {
  expect(
    await auditAt((_, response) => {
      response.statusCode = 405;
      response.end('{"error":"no"}');
    }),
  ).toBe('unknown');
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address() as AddressInfo;
  closed.close();
  expect(await askAt(port)).toBe('unknown');
});
