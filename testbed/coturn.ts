/** A real coturn on loopback, with time-limited credentials. Debian: `apt install coturn`. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';
import { hasProgram } from './program.ts';

const REALM = 'tessera.test';
const START_TIMEOUT_MS = 20_000;

export interface Coturn {
  port: number;
  output(): string;
  stop(): Promise<void>;
}

export const coturnMissing = (): boolean => !hasProgram('turnserver', '--version');

/** @param flags beyond those that every test needs */
export async function startCoturn(secret: string, flags: readonly string[] = []): Promise<Coturn> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'tessera-turn-'));
  // Loopback peers, because both ends are on this machine; a real relay must never allow that.
  const common = `-n --no-cli --no-tls --no-dtls --fingerprint --verbose --log-file stdout --simple-log
    --listening-ip 127.0.0.1 --listening-port ${port} --relay-ip 127.0.0.1 --allow-loopback-peers
    --use-auth-secret --static-auth-secret ${secret} --realm ${REALM}
    --pidfile ${join(folder, 'pid')} --userdb ${join(folder, 'db')}`.split(/\s+/);
  const child: ChildProcess = spawn('turnserver', [...common, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: Buffer) => (output = (output + text.toString()).slice(-1_000_000)));
  }
  const stop = async () => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!/listener opened|listening on/i.test(output)) {
    if (performance.now() > deadline || child.exitCode !== null) {
      if (child.exitCode === null) await stop();
      throw new Error(`coturn did not start:\n${output}`);
    }
    await sleep(50);
  }
  return { port, output: () => output, stop };
}
