/** The samples for Caddy and nginx, with the real programs in front of the real server. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import { Agent, get, type RequestOptions } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, test } from 'vitest';
import { next, type TestSocket } from '../../signaling/test-server.ts';
import { ADDRESS_LIMITS } from '../../signaling/wire/limits.ts';
import { startLivingServer, type LivingServer } from '../living-server.ts';
import { freePort } from '../free-port.ts';
import { hasProgram } from '../program.ts';

const NAME = 'pictures.example.org';
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

interface Proxy {
  https: number;
  http: number;
  /** Whom a client trusts. */
  ca: string;
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-proxy-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The sample with other ports, other files and nothing else changed. */
function replaced(file: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce(
    (text, [from, to]) => {
      expect(text).toContain(from);
      return text.replaceAll(from, to);
    },
    readFileSync(file, 'utf8'),
  );
}

function run(command: string, args: string[], env: Record<string, string> = {}): ChildProcess {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  cleanups.push(() => child.kill('SIGKILL'));
  return child;
}

async function answers(proxy: Proxy): Promise<void> {
  await expect
    .poll(() => ask(proxy, '/healthz').then(({ statusCode }) => statusCode, String), { timeout: 20_000 })
    .toBe(200);
}

async function startNginx(nodes: readonly number[]): Promise<Proxy> {
  const folder = makeFolder();
  const [https, http] = [await freePort(), await freePort()];
  const made = await generate([{ name: 'commonName', value: NAME }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: NAME }] }],
  });
  writeFileSync(join(folder, 'cert.pem'), made.cert);
  writeFileSync(join(folder, 'key.pem'), made.private);
  const site = replaced('hosting/nginx.conf', [
    ['    listen [::]:443 ssl http2;\n', ''],
    ['    listen [::]:80;\n', ''],
    ['listen 443 ssl', `listen 127.0.0.1:${https} ssl`],
    ['listen 80;', `listen 127.0.0.1:${http};`],
    [`/etc/letsencrypt/live/${NAME}/fullchain.pem`, join(folder, 'cert.pem')],
    [`/etc/letsencrypt/live/${NAME}/privkey.pem`, join(folder, 'key.pem')],
    ['    server 127.0.0.1:3000;', nodes.map((port) => `    server 127.0.0.1:${port};`).join('\n')],
  ]);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join('\n');
  mkdirSync(join(folder, 'logs'));
  const conf = join(folder, 'nginx.conf');
  writeFileSync(
    conf,
    `daemon off; pid ${folder}/pid; error_log ${folder}/error.log;\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${site}}\n`,
  );
  const verdict = spawnSync('nginx', ['-t', '-p', folder, '-c', conf], { encoding: 'utf8' });
  expect(verdict.stderr).toContain('test is successful');
  const child = run('nginx', ['-p', folder, '-c', conf]);
  // Its workers end with it only when it is asked.
  cleanups.push(() => child.kill('SIGTERM'));
  const proxy = { https, http, ca: made.cert };
  await answers(proxy);
  return proxy;
}

async function startCaddy(nodes: readonly number[]): Promise<Proxy> {
  const folder = makeFolder();
  const [https, http] = [await freePort(), await freePort()];
  // A certificate of Caddy's own authority instead of one from the internet.
  const options = `{\n\tlocal_certs\n\tskip_install_trust\n\tadmin off\n\thttp_port ${http}\n\thttps_port ${https}\n}\n`;
  const file = join(folder, 'Caddyfile');
  writeFileSync(file, options + readFileSync('hosting/Caddyfile', 'utf8'));
  const env = {
    TESSERA_HOST: NAME,
    TESSERA_NODES: nodes.map((port) => `127.0.0.1:${port}`).join(' '),
    XDG_DATA_HOME: folder,
    XDG_CONFIG_HOME: folder,
    HOME: folder,
  };
  const verdict = spawnSync('caddy', ['validate', '--config', file], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  expect(verdict.stderr + verdict.stdout).toContain('Valid configuration');
  run('caddy', ['run', '--config', file], env);
  const root = join(folder, 'caddy/pki/authorities/local/root.crt');
  await expect.poll(() => existsSync(root), { timeout: 20_000 }).toBe(true);
  const proxy = { https, http, ca: readFileSync(root, 'utf8') };
  await answers(proxy);
  return proxy;
}

/** Resolves the sample's name to this machine, and leaves from an address of its choice. */
function agent({ ca }: Proxy, from = '127.0.0.1'): Agent {
  return new Agent({
    ca,
    servername: NAME,
    localAddress: from,
    lookup: (_, options, done) =>
      options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4),
  });
}

/** The answer's head. Rejects when the certificate is not for the name. */
function ask(proxy: Proxy, path: string): Promise<IncomingMessage> {
  const options: RequestOptions = { host: NAME, port: proxy.https, path, agent: agent(proxy) };
  return new Promise((resolve, reject) => {
    const request = get(options, (answer) => {
      answer.resume();
      resolve(answer);
    });
    request.on('error', reject);
  });
}

function connect(proxy: Proxy, from?: string, headers: Record<string, string> = {}): Promise<TestSocket> {
  const origin = `https://${NAME}:${proxy.https}`;
  const socket: TestSocket = io(origin, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    // As a page's: the server compares it with the name under which it was asked.
    extraHeaders: { origin, ...headers },
    // The types know of names only; Node's websocket takes it.
    agent: agent(proxy, from) as never,
  });
  cleanups.push(() => socket.disconnect());
  return new Promise((resolve, reject) => {
    socket.on('connect', () => resolve(socket));
    socket.on('connect_error', reject);
  });
}

/**
 * Once a second it asks each node, and sends visitors to one that stops until then; for longer where other
 * programs have the processor.
 */
const CADDY_NOTICES_MILLIS = 5000;

/** As a page does, which tries again when it is refused. */
async function arrive(proxy: Proxy, patience: number): Promise<TestSocket> {
  const until = performance.now() + patience;
  for (;;) {
    try {
      return await connect(proxy);
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
}

async function startNode(): Promise<LivingServer> {
  const server = await startLivingServer({ settings: { TRUST_PROXY: '1', ALLOWED_HOSTS: NAME } });
  cleanups.push(() => server.stop());
  return server;
}

/** A Binding request (RFC 8489) and what is answered. */
async function bind(port: number): Promise<Buffer> {
  const socket = createSocket('udp4');
  cleanups.push(() => socket.close());
  const request = Buffer.from(`000100002112a442${'0'.repeat(24)}`, 'hex');
  const answer = once(socket, 'message');
  socket.send(request, port, '127.0.0.1');
  return ((await answer) as [Buffer])[0];
}

const proxies = [
  ['nginx', startNginx],
  ['caddy', startCaddy],
] as const;

describe.each(proxies)('%s', (program, start) => {
  const missing = !hasProgram(program, program === 'nginx' ? '-v' : 'version');

  test.skipIf(missing)(
    'certificate, pages, websockets, the visitor’s own address, and STUN beside it [needs nginx and caddy]',
    async () => {
      const server = await startNode();
      const proxy = await start([server.port]);

      const page = await ask(proxy, '/');
      expect(page.statusCode).toBe(200);
      // It knows that the browser speaks https, and to whom.
      expect(page.headers['strict-transport-security']).toBe('max-age=31536000');
      expect(page.headers['content-security-policy']).toContain(`wss://${NAME}:${proxy.https}`);
      const plain = await new Promise<IncomingMessage>((resolve) =>
        httpGet({ host: '127.0.0.1', port: proxy.http, headers: { host: NAME } }, resolve),
      );
      plain.resume();
      expect([301, 308]).toContain(plain.statusCode);
      expect(plain.headers.location).toMatch(new RegExp(`^https://${NAME}`));

      const [sender, receiver] = [await connect(proxy), await connect(proxy)];
      const { slot, iceServers } = (await sender.emitWithAck('open', {})) as {
        slot: string;
        iceServers: unknown;
      };
      expect(iceServers).toEqual([{ urls: [`stun:${NAME}:${server.port}`] }]);
      const paired = next(sender, 'paired');
      expect(await receiver.emitWithAck('join', { slot })).not.toHaveProperty('error');
      await paired;
      const heard = next(receiver, 'message');
      await sender.emitWithAck('relay', Uint8Array.of(1, 2, 3));
      expect(await heard).toEqual(Buffer.from([1, 2, 3]));
      // Success, and the address that it was asked from.
      expect((await bind(server.port)).subarray(0, 2)).toEqual(Buffer.of(1, 1));

      // Another claim each time, one address all the time.
      for (let i = 0; i < ADDRESS_LIMITS.failedJoin.points; i++) {
        const guesser = await connect(proxy, '127.0.0.2', { 'x-forwarded-for': `192.0.2.${i}` });
        expect(await guesser.emitWithAck('join', { slot: '999999' })).toEqual({ error: 'code-unknown' });
      }
      const guess = async (from: string) =>
        (await connect(proxy, from, { 'x-forwarded-for': '192.0.2.99' })).emitWithAck('join', {
          slot: '999999',
        });
      expect(await guess('127.0.0.2')).toEqual({ error: 'too-many-attempts' });
      expect(await guess('127.0.0.3')).toEqual({ error: 'code-unknown' });
      // The address was not the proxy's, so neither is the page of another site let in.
      await expect(connect(proxy, '127.0.0.3', { origin: 'https://evil.example' })).rejects.toThrow();
    },
  );

  test.skipIf(missing)(
    'while one of two nodes stops, who arrives gets to the other one [needs nginx and caddy]',
    async () => {
      const nodes = [await startNode(), await startNode()];
      const proxy = await start(nodes.map(({ port }) => port));
      // A pair on the first node, in the middle of its handshake, holds its stop up.
      const direct = (): Promise<TestSocket> =>
        new Promise((resolve) => {
          const socket: TestSocket = io(nodes[0]!.origin, {
            transports: ['websocket'],
            forceNew: true,
            reconnection: false,
          });
          cleanups.push(() => socket.disconnect());
          socket.on('connect', () => resolve(socket));
        });
      const [sender, receiver] = [await direct(), await direct()];
      const { slot } = (await sender.emitWithAck('open', {})) as { slot: string };
      await receiver.emitWithAck('join', { slot });
      const talk = setInterval(() => sender.emit('relay', Uint8Array.of(1), () => {}), 200);
      cleanups.push(() => clearInterval(talk));
      process.kill(nodes[0]!.pid, 'SIGTERM');
      await expect.poll(async () => (await fetch(`${nodes[0]!.origin}/readyz`)).status).toBe(503);
      for (let i = 0; i < 8; i++) {
        const visitor = await arrive(proxy, program === 'nginx' ? 0 : CADDY_NOTICES_MILLIS);
        expect(await visitor.emitWithAck('open', {})).toHaveProperty('slot');
      }
      expect(nodes[0]!.alive()).toBe(true);
    },
  );
});
