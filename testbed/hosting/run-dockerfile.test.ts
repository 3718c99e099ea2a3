/**
 * The Dockerfile's steps in clean roots, and what they make, run as its user from a read-only root. Takes
 * root, debootstrap, a network and minutes.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createSignalingClient } from '../../lib/session/connection/signaling-client.ts';
import { buildImage, runImage } from './run-dockerfile.ts';

const able =
  process.env['TESSERA_LONG'] === '1' && process.getuid?.() === 0 && existsSync('/usr/sbin/debootstrap');
const MINUTE_MS = 60_000;

/** What `node:20-bookworm-slim` is to the Dockerfile: a small Debian, Node and npm, and the user `node`. */
function makeBase(folder: string): string {
  const base = process.env['TESSERA_BASE_ROOT'] ?? join(folder, 'base');
  if (!existsSync(join(base, 'bin/sh')))
    execFileSync('debootstrap', [
      '--variant=minbase',
      '--include=ca-certificates,libstdc++6',
      'bookworm',
      base,
      'http://deb.debian.org/debian',
    ]);
  cpSync(process.execPath, join(base, 'usr/bin/node'));
  const npm = execFileSync('npm', ['root', '-g'], { encoding: 'utf8' }).trim();
  const ours = join(base, 'usr/lib/node_modules/npm');
  rmSync(ours, { recursive: true, force: true });
  cpSync(join(npm, 'npm'), ours, { recursive: true, verbatimSymlinks: true });
  execFileSync('ln', ['-sf', '../lib/node_modules/npm/bin/npm-cli.js', join(base, 'usr/bin/npm')]);
  // The network's own: names, and whom it trusts.
  for (const file of ['/etc/resolv.conf', '/etc/hosts', '/etc/ssl/certs/ca-certificates.crt']) {
    mkdirSync(join(base, dirname(file)), { recursive: true });
    cpSync(file, join(base, file), { dereference: true });
  }
  try {
    execFileSync('chroot', [base, 'useradd', '--uid', '1000', '--create-home', 'node'], { stdio: 'ignore' });
  } catch {
    // There already.
  }
  return base;
}

/** What .dockerignore leaves: everything that git knows but its folders of tests and measurements. */
function makeContext(folder: string): string {
  const context = join(folder, 'context');
  const files = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).trim().split('\n');
  const ignored =
    /^(?:bench|e2e|testbed|docs|hosting)\/|\.test\.tsx?$|\.md$|^signaling\/test-server\.ts$|(?:^|\/)\.(?!npmrc$)/;
  for (const file of files.filter((one) => !ignored.test(one) && existsSync(one)))
    cpSync(file, join(context, file), { recursive: true });
  return context;
}

test.skipIf(!able)(
  'the image builds from nothing, holds what runs and no more, and pairs two browsers from a read-only root [needs TESSERA_LONG=1, root and debootstrap]',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tessera-image-'));
    try {
      const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
      const image = buildImage('Dockerfile', {
        base: makeBase(folder),
        context: makeContext(folder),
        folder,
        env: {
          npm_config_registry: registry,
          NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt',
          npm_config_cache: '/root/.npm',
        },
      });
      const tree = join(image.root, 'tessera');
      const megabytes = (path: string) =>
        Number(execFileSync('du', ['-sm', path], { encoding: 'utf8' }).split('\t')[0]);
      console.log(
        `image: ${megabytes(tree)} MB beside the system and Node: packages ${megabytes(join(tree, 'node_modules'))}, pages ${megabytes(join(tree, 'out'))}`,
      );
      expect(megabytes(tree)).toBeLessThan(60);
      for (const tool of ['next', 'react', 'typescript', 'vitest', '@playwright', 'simple-peer'])
        expect([tool, existsSync(join(tree, 'node_modules', tool))]).toEqual([tool, false]);
      expect(image.user).toBe('node');

      const port = 20_000 + (process.pid % 10_000);
      const env = { PORT: String(port), HOST: '127.0.0.1' };
      const child = runImage(image, env);
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (data: Buffer) => (output += data.toString()));
      await expect.poll(() => output, { timeout: MINUTE_MS }).toContain('Tessera is ready');
      const healthy = async () => {
        const check = runImage(image, env, image.healthcheck);
        return ((await once(check, 'exit')) as [number])[0];
      };
      expect(await healthy()).toBe(0);
      // Not root, and unable to write.
      const write = runImage(image, env, ['node', '-e', "require('fs').writeFileSync('/tessera/x','')"]);
      let refusal = '';
      write.stderr?.on('data', (data: Buffer) => (refusal += data.toString()));
      await once(write, 'close');
      expect(refusal).toContain('EROFS');
      const who = execFileSync('ps', ['-o', 'uid=', '-p', String(child.pid)], { encoding: 'utf8' });
      expect(who.trim()).toBe('1000');

      const origin = `http://127.0.0.1:${port}`;
      expect(await (await fetch(`${origin}/send/`)).text()).toMatch(/<title>[^<]*Tessera/);
      const heard: string[] = [];
      const client = (name: string) =>
        createSignalingClient({
          server: origin,
          onOnline: () => {},
          onPaired: () => void heard.push(name),
          onMessage: () => {},
          onPeerLeft: () => {},
          onExpired: () => {},
        });
      const [sender, receiver] = [client('sender'), client('receiver')];
      await receiver.join((await sender.open()).slot);
      await expect.poll(() => heard.toSorted()).toEqual(['receiver', 'sender']);
      for (const one of [sender, receiver]) one.close();
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      expect((await ended)[0]).toBe(0);
      expect(await healthy()).toBe(1);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  15 * MINUTE_MS,
);
