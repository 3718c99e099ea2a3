/**
 * Network namespaces: networks of this process's own, with their own addresses, routes and packet filters,
 * which nothing outside of them sees. They need root and Linux.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Of every namespace made here, followed by the process id of who made it. */
const PREFIX = 'tessera-';
const PROGRAMS = ['ip', 'iptables', 'ip6tables', 'conntrack'];

let made = 0;

/** Why no namespaces can be made here, or `undefined`. */
export function namespacesMissing(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces need Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  for (const program of PROGRAMS) {
    if (spawnSync(program, ['--version']).error) return `the program ${program} is missing`;
  }
  const probe = `${PREFIX}${process.pid}-probe`;
  const tried = spawnSync('ip', ['netns', 'add', probe], { encoding: 'utf8' });
  spawnSync('ip', ['netns', 'del', probe]);
  return tried.status === 0 ? undefined : `no network namespace may be made here (${tried.stderr.trim()})`;
}

/** A set of namespaces that ends whole. */
export class Namespaces {
  readonly #prefix = `${PREFIX}${process.pid}-${made++}-`;
  readonly #names: string[] = [];
  readonly #children = new Set<ChildProcess>();
  readonly #folder = mkdtempSync(join(tmpdir(), 'tessera-networks-'));

  constructor() {
    removeAbandoned();
  }

  /** The name by which `ip` knows it. */
  fullName(name: string): string {
    return `${this.#prefix}${name}`;
  }

  add(...names: string[]): void {
    for (const name of names) {
      this.#names.push(name);
      this.shell(`ip netns add @${name}; ip -n @${name} link set lo up`);
    }
  }

  /**
   * Runs a script with `@name` in the place of a namespace's full name.
   *
   * @returns what it wrote
   * @throws with what it said when any line of it fails
   */
  shell(script: string): string {
    const full = script.replaceAll(/@(\w+)/g, (_, name: string) => this.fullName(name));
    const { status, stdout, stderr } = spawnSync('sh', ['-ec', full], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`${full}\n${stderr}`);
    return stdout;
  }

  /** Starts a program inside; it ends with the namespaces. */
  spawn(
    name: string,
    command: string,
    args: readonly string[],
    env: Record<string, string> = {},
  ): ChildProcess & { stdout: NodeJS.ReadableStream; stderr: NodeJS.ReadableStream } {
    const child = spawn('ip', ['netns', 'exec', this.fullName(name), command, ...args], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  /** A program's stand-in that starts it inside: for whoever takes the path of an executable. */
  wrapper(name: string, command: string): string {
    const file = join(this.#folder, `${name}-${command.split('/').at(-1)}`);
    if (!existsSync(file)) {
      writeFileSync(file, `#!/bin/sh\nexec ip netns exec ${this.fullName(name)} ${command} "$@"\n`);
      chmodSync(file, 0o755);
    }
    return file;
  }

  close(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    for (const name of this.#names) removeNamespace(this.fullName(name));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What a run that was killed left behind: its process id, in the name, is no running process's. */
function removeAbandoned(): void {
  const { stdout } = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  for (const line of stdout.split('\n')) {
    const [full = ''] = line.split(' ');
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(full)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeNamespace(full);
  }
}

/** With every process that runs in it: a namespace lives as long as one does. */
function removeNamespace(full: string): void {
  const { stdout } = spawnSync('ip', ['netns', 'pids', full], { encoding: 'utf8' });
  for (const pid of stdout.split('\n').filter(Boolean)) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // Gone by itself.
    }
  }
  spawnSync('ip', ['netns', 'del', full]);
}
