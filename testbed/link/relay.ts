/** Starts the lossy relay in a child process and talks to it. Needs no test runner. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { cleanLink, type LinkOptions } from './link-model.ts';
import type { Direction, RelayStats, Side } from './relay-server.ts';

export type { LinkOptions } from './link-model.ts';
export type { Direction, RelayStats, Side } from './relay-server.ts';

type Call =
  | { kind: 'standIns'; owner: Side; ports: readonly number[]; far: boolean }
  | { kind: 'configure'; change: Partial<LinkOptions>; direction: Direction | undefined; far: boolean }
  | { kind: 'blackhole'; milliseconds: number; direction: Direction | undefined }
  | { kind: 'stats' }
  | { kind: 'resetStats' };

export type RelayCall = Call & { id: number };
export type RelayReply = { id: number; value?: unknown; error?: string };

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** What a context on one side of a path needs of it. */
export interface Path {
  standIns(owner: Side, ports: readonly number[]): Promise<number[]>;
}

/** The path between two browsers: every peer connection of both shares one bottleneck in each direction. */
export class Link {
  #process: ChildProcess;
  #nextId = 1;
  #waiting = new Map<number, Waiting>();

  private constructor(child: ChildProcess) {
    this.#process = child;
    child.on('message', (reply: RelayReply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if (reply.error === undefined) waiting?.resolve(reply.value);
      else waiting?.reject(new Error(`the relay failed: ${reply.error}`));
    });
    child.on('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the relay has ended'));
      this.#waiting.clear();
    });
  }

  static async start(options: Partial<LinkOptions> = {}): Promise<Link> {
    const child = fork(fileURLToPath(new URL('relay-process.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const ready = once(child, 'message');
    const failed = once(child, 'exit').then(() => {
      throw new Error('the relay did not start');
    });
    await Promise.race([ready, failed]);
    failed.catch(() => undefined);
    const link = new Link(child);
    await link.configure(options);
    return link;
  }

  /** A whole new setting: what is not named is clean (`cleanLink`), and the random streams start anew. */
  async configure(options: Partial<LinkOptions>): Promise<void> {
    const change = { ...cleanLink, ...options };
    await this.#call({ kind: 'configure', change, direction: undefined, far: false });
  }

  /** Changes only what is named, from the next packet on; in both directions or one. */
  async change(change: Partial<LinkOptions>, direction?: Direction): Promise<void> {
    await this.#call({ kind: 'configure', change, direction, far: false });
  }

  /** Nothing passes for so long. */
  async blackhole(milliseconds: number, direction?: Direction): Promise<void> {
    await this.#call({ kind: 'blackhole', milliseconds, direction });
  }

  async stats(): Promise<RelayStats> {
    return (await this.#call({ kind: 'stats' })) as RelayStats;
  }

  async resetStats(): Promise<void> {
    await this.#call({ kind: 'resetStats' });
  }

  /** The relay's ports that represent `ports` (UDP, 127.0.0.1) of `owner`. */
  async standIns(owner: Side, ports: readonly number[]): Promise<number[]> {
    return (await this.#call({ kind: 'standIns', owner, ports, far: false })) as number[];
  }

  /** A path of its own, for contexts of receivers that are opened with it; clean until it is configured. */
  get far(): Path & { configure(options: Partial<LinkOptions>): Promise<void> } {
    return {
      configure: async (options) => {
        const change = { ...cleanLink, ...options };
        await this.#call({ kind: 'configure', change, direction: undefined, far: true });
      },
      standIns: async (owner, ports) =>
        (await this.#call({ kind: 'standIns', owner, ports, far: true })) as number[],
    };
  }

  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.disconnect();
    await exited;
  }

  #call(call: Call): Promise<unknown> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (!this.#process.connected) return reject(new Error('the relay has ended'));
      this.#waiting.set(id, { resolve, reject });
      this.#process.send({ ...call, id });
    });
  }
}
