/** Counts what each subscriber holds at this moment, with a bound for one and a bound for all. */
import type { EventEmitter } from 'node:events';

/** Counts what addresses hold at a time. */
export class Held {
  readonly #perKey: number;
  readonly #total: number;
  #counts = new Map<string, number>();
  #sum = 0;

  constructor(perKey: number, total: number) {
    this.#perKey = perKey;
    this.#total = total;
  }

  /** Whether one more may be held. */
  mayTake(key: string): boolean {
    return (this.#counts.get(key) ?? 0) < this.#perKey && this.#sum < this.#total;
  }

  /** `false`: that would be more than may be held, and nothing was counted. */
  take(key: string): boolean {
    if (!this.mayTake(key)) return false;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#sum += 1;
    return true;
  }

  /**
   * As `take`, until a socket is closed. What waits for that knows nothing else: a listener made where the
   * request is at hand would keep it for as long.
   */
  takeFor(key: string, socket: Pick<EventEmitter, 'once'>): boolean {
    if (!this.take(key)) return false;
    socket.once('close', () => this.release(key));
    return true;
  }

  /** Gives back what `take` allowed. */
  release(key: string): void {
    const count = this.#counts.get(key);
    if (count === undefined) return;
    if (count === 1) this.#counts.delete(key);
    else this.#counts.set(key, count - 1);
    this.#sum -= 1;
  }
}
