import type { FromEngine } from '../../lib/session/bridge/engine-messages.ts';
import { BatchWriter, readBatch } from '../../lib/session/bridge/packet-batch.ts';
import type { EngineHost } from '../../lib/session/worker/endpoint-loop.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** One engine: what a page has of it. */
interface Engine {
  handle(message: { type: 'packets'; batch: ReturnType<BatchWriter['take']> }): void;
}

/**
 * One side's worker: its engine, its clock, and what reaches it. While it is frozen (SIGSTOP, a closed lid)
 * nothing runs and everything waits; its clock goes on.
 */
export class SoakSide<E extends Engine> {
  engine: E;
  readonly #clock: VirtualClock;
  readonly #hear: (message: FromEngine) => void;
  /** Of the page that is loaded: an earlier one's timers and words are gone with it. */
  #page = 0;
  /** Hours that its clock was set on. */
  #ahead = 0;
  #frozenUntil = 0;
  transmit: (lane: number, bytes: Uint8Array) => void = () => undefined;

  constructor(clock: VirtualClock, make: (host: EngineHost) => E, hear: (message: FromEngine) => void) {
    this.#clock = clock;
    this.#hear = hear;
    this.engine = make(this.#host());
  }

  /** Loads the page anew. */
  reload(make: (host: EngineHost) => E): void {
    this.#page += 1;
    this.engine = make(this.#host());
  }

  freeze(ms: number): void {
    this.#frozenUntil = Math.max(this.#frozenUntil, this.#clock.now + ms);
  }

  jump(ms: number): void {
    this.#ahead += ms;
  }

  /** Does it when this side runs again; not if its page is another one by then. */
  awake(act: () => void): void {
    const page = this.#page;
    const wait = this.#frozenUntil - this.#clock.now;
    if (wait > 0) this.#clock.schedule(wait, () => page === this.#page && this.awake(act));
    else act();
  }

  packet(lane: number, bytes: Uint8Array): void {
    this.awake(() => {
      const writer = new BatchWriter();
      writer.add(lane, bytes, this.#now());
      this.engine.handle({ type: 'packets', batch: writer.take() });
    });
  }

  #now(): number {
    return this.#clock.now + this.#ahead;
  }

  #host(): EngineHost {
    const page = this.#page;
    const mine = (): boolean => page === this.#page;
    return {
      now: () => this.#now(),
      post: (message) => {
        if (!mine()) return;
        if (message.type === 'transmit')
          readBatch(message.batch, (lane, bytes) => this.transmit(lane, bytes.slice()));
        else this.#hear(message);
      },
      schedule: (delay, callback) => this.#clock.schedule(delay, () => mine() && this.awake(callback)),
    };
  }
}
