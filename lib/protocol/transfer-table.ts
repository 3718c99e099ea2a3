/** The transfers of a session: those that go on, the last of those that are over, and how every one ended. */
import { MAX_REMEMBERED, MAX_TRANSFER } from './limits.ts';

/** How a transfer ended, as far as a repeated message about it needs to know. */
export type Ending = 'ended' | 'verified' | 'refuted';

const ENDINGS: readonly (Ending | undefined)[] = [undefined, 'ended', 'verified', 'refuted'];
const FIRST_SIZE = 64;

/**
 * What is looked through with each packet holds only what goes on. What is over leaves one byte for its
 * number, so that memory and time do not grow with the pictures that a session has seen.
 */
export class TransferTable<T extends { readonly id: number }> {
  /** In the order in which they were put here. */
  readonly #going = new Map<number, T>();
  readonly #over = new Map<number, T>();
  #endings = new Uint8Array(FIRST_SIZE);

  get size(): number {
    return this.#going.size;
  }

  /** One that goes on, or one of the last that are over. */
  get(id: number): T | undefined {
    return this.#going.get(id) ?? this.#over.get(id);
  }

  /** One that goes on. */
  live(id: number): T | undefined {
    return this.#going.get(id);
  }

  values(): IterableIterator<T> {
    return this.#going.values();
  }

  /** The last that are over, oldest first. */
  recent(): IterableIterator<T> {
    return this.#over.values();
  }

  /** Puts it behind all others, whether it was here or not. */
  append(transfer: T): void {
    this.#going.delete(transfer.id);
    this.#going.set(transfer.id, transfer);
  }

  /** Puts it in the place of the one of the same number. */
  replace(transfer: T): void {
    this.#going.set(transfer.id, transfer);
  }

  retire(transfer: T, ending: Ending): void {
    this.#going.delete(transfer.id);
    this.#over.set(transfer.id, transfer);
    const oldest = this.#over.keys().next().value;
    if (this.#over.size > MAX_REMEMBERED && oldest !== undefined) this.#over.delete(oldest);
    if (transfer.id >= this.#endings.length) {
      const larger = new Uint8Array(
        Math.min(MAX_TRANSFER + 1, Math.max(transfer.id + 1, 2 * this.#endings.length)),
      );
      larger.set(this.#endings);
      this.#endings = larger;
    }
    this.#endings[transfer.id] = ENDINGS.indexOf(ending);
  }

  /** `undefined`: it goes on, or nobody has heard of it. */
  endingOf(id: number): Ending | undefined {
    return ENDINGS[this.#endings[id] ?? 0];
  }
}
