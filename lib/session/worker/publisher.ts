import { PUBLISH_MS } from '../bridge/engine-messages.ts';
import type { EngineHost } from './endpoint-loop.ts';

/** Calls `publish` every `PUBLISH_MS` from `start` until it returns that nothing moves any more. */
export class Publisher {
  readonly #host: EngineHost;
  readonly #publish: () => boolean;
  #waiting = false;

  constructor(host: EngineHost, publish: () => boolean) {
    this.#host = host;
    this.#publish = publish;
  }

  /** Nothing moves, as far as it knows. */
  get idle(): boolean {
    return !this.#waiting;
  }

  start(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#host.schedule(PUBLISH_MS, () => {
      this.#waiting = false;
      if (this.#publish()) this.start();
    });
  }
}
