/**
 * The connection to Redis, and whether it answers. The one door of @redis/client.
 *
 * Redis that does not answer (frozen, cut off, restarting) is found within about a second, so that whoever
 * asks for a room hears "try again" at once and does not wait. The client reconnects by itself, also where
 * the path is lost and nothing says so.
 */
import { createHash } from 'node:crypto';
import { createClient } from '@redis/client';
import { errorName, type Log } from '../log.ts';

/** How often Redis is asked whether it is there, and how long it may take to say so. */
const PROBE_MS = 250;
const SILENT_MS = 1000;
/** A start waits this long for Redis before it goes on without. */
const START_MS = 3000;
const MAX_RECONNECT_MS = 1000;
/**
 * A connection on which nothing moves for this long is given up for a new one. Longer than a Redis stands
 * still that forks or is moved: then what was asked is answered afterwards, and nothing is asked twice.
 */
const LOST_PATH_MS = 12_000;

/** A Lua script that Redis runs as one step; it is sent once and named by its digest from then on. */
export class Script {
  readonly source: string;
  readonly digest: string;

  constructor(source: string) {
    this.source = source;
    this.digest = createHash('sha1').update(source).digest('hex');
  }
}

export type RedisClient = ReturnType<typeof makeClient>;

// What the Redis streams adapter reads has the shape of RESP2.
const makeClient = (url: string, lostPathMs: number) =>
  createClient({
    url,
    RESP: 2,
    // Also on the connections of the adapter, which may have nothing to say for hours.
    pingInterval: lostPathMs / 4,
    socket: {
      reconnectStrategy: (tries) => Math.min(50 * 2 ** tries, MAX_RECONNECT_MS),
      socketTimeout: lostPathMs,
    },
  });

export class RedisLink {
  /** For commands that are never kept for later. */
  readonly #client: RedisClient;
  /** For the adapter, which waits for Redis by itself. */
  readonly publisher: RedisClient;
  readonly #log: Log;
  #available = false;
  #closed = false;
  #probedAt: number | undefined;
  #clock: ReturnType<typeof setInterval>;
  readonly #onAway = new Set<() => void>();
  readonly #onBack = new Set<() => void>();

  private constructor(url: string, log: Log, lostPathMs: number) {
    this.#log = log;
    this.#client = makeClient(url, lostPathMs);
    this.publisher = makeClient(url, lostPathMs);
    for (const client of [this.#client, this.publisher]) client.on('error', () => this.#seems(false));
    this.#clock = setInterval(() => this.#probe(), PROBE_MS);
    this.#clock.unref();
  }

  /** Resolves when Redis answers, or when it has not for three seconds: it may be there later. */
  static async connect(url: string, log: Log, lostPathMs = LOST_PATH_MS): Promise<RedisLink> {
    const link = new RedisLink(url, log, lostPathMs);
    const connected = Promise.all([link.#client.connect(), link.publisher.connect()]).then(() =>
      link.#probe(),
    );
    connected.catch((error: unknown) => log.error(`Redis: ${errorName(error)}`));
    const impatience = new Promise((resolve) => setTimeout(resolve, START_MS).unref());
    await Promise.race([connected.then(() => link.back()), impatience]);
    if (!link.available) log.warn('Redis does not answer; no room is opened until it does');
    return link;
  }

  get available(): boolean {
    return this.#available;
  }

  /** Resolves when Redis does not answer any more. */
  away(): Waiter {
    return waiter(this.#onAway, !this.#available);
  }

  /** Resolves when Redis answers; never after `close`. */
  back(): Promise<void> {
    return waiter(this.#onBack, this.#available).promise;
  }

  async run(script: Script, ...args: (string | number)[]): Promise<unknown> {
    const rest = ['0', ...args.map(String)];
    // Otherwise it would wait for the next connection, and be about a world that is gone.
    if (!this.#client.isReady) {
      this.#seems(false);
      throw new Error('Redis is away');
    }
    try {
      return await this.#client.sendCommand(['EVALSHA', script.digest, ...rest]);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return this.#client.sendCommand(['EVAL', script.source, ...rest]);
    }
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#clock);
    for (const client of [this.#client, this.publisher]) if (client.isOpen) client.destroy();
  }

  #probe(): void {
    if (this.#closed || !this.#client.isReady) return this.#seems(false);
    if (this.#probedAt !== undefined) {
      const probedAt = this.#probedAt;
      if (performance.now() - probedAt < SILENT_MS) return;
      // This process may have been the one that slept: an answer that lies in the socket is read first.
      setImmediate(() => {
        if (this.#probedAt === probedAt) this.#seems(false);
      });
      return;
    }
    this.#probedAt = performance.now();
    this.#client.ping().then(
      () => this.#probed(true),
      () => this.#probed(false),
    );
  }

  #probed(answered: boolean): void {
    this.#probedAt = undefined;
    // A question from before a cut is sent again, and answered before the client can be used.
    this.#seems(answered && this.#client.isReady && !this.#closed);
  }

  #seems(available: boolean): void {
    if (available === this.#available) return;
    this.#available = available;
    if (!this.#closed) {
      if (available) this.#log.info('Redis answers');
      else this.#log.warn('Redis does not answer; no room is opened until it does');
    }
    const waiters = available ? this.#onBack : this.#onAway;
    for (const resolve of waiters) resolve();
    waiters.clear();
  }
}

/** A wait that can be given up. */
export interface Waiter {
  promise: Promise<void>;
  cancel(): void;
}

function waiter(waiters: Set<() => void>, now: boolean): Waiter {
  let resolve = () => {};
  const promise = now
    ? Promise.resolve()
    : new Promise<void>((done) => {
        resolve = done;
        waiters.add(done);
      });
  return { promise, cancel: () => waiters.delete(resolve) };
}
