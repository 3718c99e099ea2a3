/** The real signaling server in a process of its own, on a free port, serving the exported pages. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const START_TIMEOUT_MS = 20_000;

export class Server {
  readonly port: number;
  #process: ChildProcess | undefined;
  #environment: Record<string, string>;
  #output = '';

  private constructor(port: number, environment: Record<string, string>) {
    this.port = port;
    this.#environment = environment;
  }

  static async start(environment: Record<string, string> = {}): Promise<Server> {
    const server = new Server(await freePort(), environment);
    await server.start();
    return server;
  }

  /** `localhost`, a secure context: the pages find OPFS, wake lock and the camera. */
  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** What the server wrote so far, for a test that asks what it logs. */
  get output(): string {
    return this.#output;
  }

  /** Starts it, or starts it again on the same port. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, ['--import', 'tsx', 'signaling/main.ts'], {
      cwd: ROOT,
      env: { ...process.env, PORT: String(this.port), ...this.#environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    const keep = (text: Buffer) => {
      this.#output = (this.#output + text.toString()).slice(-1_000_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (performance.now() < deadline) {
      if (child.exitCode !== null) break;
      const healthy = await fetch(`${this.url}/healthz`).then(
        (response) => response.ok,
        () => false,
      );
      if (healthy) return;
      await sleep(50);
    }
    child.kill('SIGKILL');
    throw new Error(`the server did not start:\n${this.#output}`);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await exited;
    clearTimeout(timer);
  }
}
