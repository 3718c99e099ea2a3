/** The real npm, in a project of our own making. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'tessera-tools-'));
afterEach(() => rmSync(folder, { recursive: true }));

test('a lockfile that npm ci refuses is refused, and nothing else is installed instead', () => {
  const write = (path: string, value: object) => writeFileSync(join(folder, path), JSON.stringify(value));
  for (const path of ['scripts', 'other']) mkdirSync(join(folder, path));
  copyFileSync('scripts/tools.mjs', join(folder, 'scripts/tools.mjs'));
  write('other/package.json', { name: 'other', version: '2.0.0' });
  // `npm install` would take it: it needs no network, and the lockfile does not know of it.
  write('package.json', { name: 'project', version: '1.0.0', dependencies: { other: 'file:other' } });
  const lock = { name: 'project', version: '1.0.0', lockfileVersion: 3, requires: true };
  const locked = { '': { name: 'project', version: '1.0.0' }, 'node_modules/absent': { version: '1.0.0' } };
  write('package-lock.json', { ...lock, packages: locked });

  const script = "import('./scripts/tools.mjs').then((tools) => tools.ensureInstalled())";
  const env = { ...process.env, npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0' };
  const ended = spawnSync(process.execPath, ['-e', script], { cwd: folder, env, encoding: 'utf8' });
  expect(ended.stderr).toContain('The locked packages could not be installed (npm ci)');
  expect(ended.status).not.toBe(0);
  expect(existsSync(join(folder, 'node_modules/other'))).toBe(false);
});
