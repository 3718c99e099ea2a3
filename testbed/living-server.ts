/** The server as people run it, in a process of its own, for tests that try to end it. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

export interface LivingServer {
  port: number;
  origin: string;
  pid: number;
  /** The folder of its pages. */
  folder: string;
  /** What it wrote, both streams. */
  output(): string;
  alive(): boolean;
  /** `null` while it lives, or when a signal ended it. */
  exitCode(): number | null;
  stop(): void;
}

export interface LivingOptions {
  settings?: Record<string, string>;
  /** At most so many descriptors. */
  descriptors?: number;
  /** Default: a free one. */
  port?: number;
  /** Where its output goes instead. */
  stdout?: string;
}

/** Starts it on a free port of 127.0.0.1, with a small folder of pages, and resolves when it answers. */
export async function startLivingServer(options: LivingOptions = {}): Promise<LivingServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-living-'));
  mkdirSync(join(folder, '_next/static'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), `<html><head></head>${'home '.repeat(1000)}</html>`);
  writeFileSync(join(folder, '404.html'), '<html>lost</html>');
  for (const suffix of ['', '.br', '.gz'])
    writeFileSync(join(folder, `_next/static/a.js${suffix}`), 'a'.repeat(64 * 1024));
  const port = options.port ?? (await freePort());
  const limit = options.descriptors === undefined ? '' : `ulimit -n ${options.descriptors}; `;
  const target = options.stdout === undefined ? '' : ` >${options.stdout}`;
  const command = `${limit}exec "${process.execPath}" --import tsx signaling/main.ts${target}`;
  const env = { ...process.env, HOST: '127.0.0.1', PORT: String(port), TESSERA_OUT: folder };
  const child = spawn('sh', ['-c', command], { env: { ...env, ...options.settings } });
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output += data.toString()));
  const alive = () => child.exitCode === null && child.signalCode === null;
  const stop = () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  const deadline = performance.now() + 60_000;
  while (alive() && performance.now() < deadline) {
    const well = await request(port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    if (well.startsWith('HTTP/1.1 200'))
      return {
        port,
        origin: `http://127.0.0.1:${port}`,
        pid: child.pid ?? 0,
        folder,
        output: () => output,
        alive,
        exitCode: () => child.exitCode,
        stop,
      };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  stop();
  throw new Error(`the server did not start:\n${output}`);
}

/**
 * Sends bytes as they are and resolves with what was returned until the server closed, until `patience`
 * milliseconds passed, or nothing when it could not be reached.
 */
export function request(port: number, bytes: string | Buffer, patience = 1000): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setTimeout(patience, () => socket.destroy());
    socket.on('data', (data) => (answer += data.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
    socket.on('connect', () => socket.end(bytes));
  });
}
