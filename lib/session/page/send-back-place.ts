/** Where the receiver's pictures arrive, as the receiver says it; each place costs requests to the server. */
import type { CompanionPlace } from '../model.ts';

/** Time between two places of a companion (ms). */
const BACK_MS = 1000;

export class SendBackPlace {
  readonly #changed: () => void;
  #place: CompanionPlace | undefined;
  /** When it was set last, by `performance.now()`. */
  #setAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get place(): CompanionPlace | undefined {
    return this.#place;
  }

  /** The last one that is said within a while counts. */
  set(place: CompanionPlace | undefined): void {
    clearTimeout(this.#timer);
    const wait = Math.max(0, this.#setAt + BACK_MS - performance.now());
    this.#timer = setTimeout(() => {
      this.#setAt = performance.now();
      this.#place = place;
      this.#changed();
    }, wait);
  }

  /** What the last person has said is nothing of the next one's. */
  forget(): void {
    this.stop();
    this.#place = undefined;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
