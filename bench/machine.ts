/** What a result says of the machine that it was measured on. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, platform, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What a figure depends on besides the code. */
export interface Machine {
  processor: string;
  cores: number;
  memoryGigabytes: number;
  system: string;
  node: string;
  /** Of the pages; `undefined` where no browser took part. */
  chromium: string | undefined;
  /** Version and commit of this project; `+` when files were changed since. */
  tessera: string;
}

export function machine(chromium: string | undefined): Machine {
  const { version } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { version: string };
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    node: process.versions.node,
    chromium,
    tessera: `${version} ${commit()}`,
  };
}

/**
 * Runnable processes over the last minute. Above the number of cores, times are the machine's and not the
 * code's.
 */
export function load(): number {
  return Math.round((loadavg()[0] ?? 0) * 100) / 100;
}

function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
    const changed = git('status', '--porcelain', '--untracked-files=no', '--', '.', ':!bench/results');
    return git('rev-parse', '--short', 'HEAD') + (changed ? '+' : '');
  } catch {
    return '(no repository)';
  }
}
