/** A Redis of our own for tests and measurements: `redis-server` on a free port, which keeps nothing. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

/** Tests that need it are skipped without it. */
export const noRedis = spawnSync('redis-server', ['--version']).status !== 0;

export interface RedisServer {
  url: string;
  pid(): number;
  /** One command, as it is typed at `redis-cli`; resolves to the answer as it crosses the wire. */
  command(...words: string[]): Promise<string>;
  /** It answers nothing, and its connections stay. */
  freeze(): void;
  thaw(): void;
  /** Its connections break, and it forgets everything. */
  kill(): Promise<void>;
  /** After `kill`, on the same port. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export async function startRedis(): Promise<RedisServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'tessera-redis-'));
  let child: ChildProcess;
  const start = async () => {
    const settings = { port, bind: '127.0.0.1', save: '', appendonly: 'no', dir: folder };
    child = spawn(
      'redis-server',
      Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
      { stdio: 'ignore' },
    );
    for (let tries = 0; tries < 200; tries++) {
      if ((await say(port, 'PING').catch(() => '')).startsWith('+PONG')) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('redis-server did not start');
  };
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGCONT');
    child.kill('SIGKILL');
    await ended;
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: () => child.pid ?? 0,
    command: (...words) => say(port, words.map((word) => JSON.stringify(word)).join(' ')),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    kill,
    start,
    stop: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Redis takes commands as lines of text, and says how long its answer is. */
function say(port: number, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (data: Buffer) => (answer += data.toString()));
    socket.on('close', () => resolve(answer.replace(/\+OK\r\n$/, '')));
    socket.on('error', reject);
    socket.write(`${line}\r\nQUIT\r\n`);
  });
}
