/** What `npm ci --omit=dev` installs, the sources and the pages, run by a user who can write none of it. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSignalingClient } from '../../lib/session/connection/signaling-client.ts';

/** Debian's user and group of that name. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const folder = mkdtempSync(join(tmpdir(), 'tessera-read-only-'));

interface Locked {
  dev?: boolean;
  devOptional?: boolean;
}

/** Some seventy packages are copied, and removed. */
const FILES_MS = 60_000;

beforeAll(() => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, Locked>;
  };
  for (const [path, { dev, devOptional }] of Object.entries(packages)) {
    if (path === '' || dev || devOptional || !existsSync(path)) continue;
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    // One inside another is there already.
    if (!existsSync(join(folder, path)))
      cpSync(path, join(folder, path), { recursive: true, verbatimSymlinks: true });
  }
  for (const file of ['signaling', 'package.json']) cpSync(file, join(folder, file), { recursive: true });
  mkdirSync(join(folder, 'out/send'), { recursive: true });
  writeFileSync(join(folder, 'out/send/index.html'), '<html>the page</html>');
  execFileSync('chmod', ['-R', 'a-w,a+rX', folder]);
}, FILES_MS);
afterAll(() => {
  chmodSync(folder, 0o700);
  execFileSync('chmod', ['-R', 'u+w', folder]);
  rmSync(folder, { recursive: true });
}, FILES_MS);

function start(...flags: string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'signaling/main.ts', ...flags], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: '/nonexistent',
      NODE_ENV: 'production',
      PORT: '0',
      HOST: '127.0.0.1',
    },
    ...NOBODY,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (output += data.toString()));
  return { child, output: () => output };
}

test('the server runs from it: pages, a pair, and a clean end', async () => {
  const { child, output } = start();
  await expect.poll(output, { timeout: 20_000 }).toMatch(/is ready|cannot start/);
  const origin = /http:\/\/127\.0\.0\.1:\d+/.exec(output())?.[0] ?? output();
  expect(await (await fetch(`${origin}/send/`)).text()).toContain('the page');
  const paired: string[] = [];
  const client = (name: string) =>
    createSignalingClient({
      server: origin,
      onOnline: () => {},
      onPaired: () => void paired.push(name),
      onMessage: () => {},
      onPeerLeft: () => {},
      onExpired: () => {},
    });
  const [sender, receiver] = [client('sender'), client('receiver')];
  await receiver.join((await sender.open()).slot);
  await expect.poll(() => paired.toSorted(), { timeout: 10_000 }).toEqual(['receiver', 'sender']);
  for (const one of [sender, receiver]) one.close();
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect((await ended)[0]).toBe(0);
});

test('a certificate that cannot be kept there is said in a sentence', async () => {
  const { child, output } = start('--https');
  expect((await once(child, 'close'))[0]).toBe(1);
  expect(output()).toMatch(
    /^Tessera cannot start: the certificate cannot be kept in .*\.certs \(EACCES\)\.\n$/,
  );
});
