import type { Millis } from '../endpoint.ts';

/** Entries behind the last question that are dropped from memory at once. */
const TRIM = 512;

/** How many bytes had been sent by a time, for times that do not decrease. */
export class SentLog {
  readonly #times: Millis[] = [];
  readonly #totals: number[] = [];
  #head = 0;
  #total = 0;
  #asked = 0;

  add(at: Millis, byteLength: number): void {
    this.#total += byteLength;
    const last = this.#times.length - 1;
    if (last >= this.#head && this.#times[last] === at) {
      this.#totals[last] = this.#total;
      return;
    }
    this.#times.push(at);
    this.#totals.push(this.#total);
  }

  /** Bytes sent in all. */
  get total(): number {
    return this.#total;
  }

  /** Bytes sent at `at` or before. */
  upTo(at: Millis): number {
    while (this.#head < this.#times.length && (this.#times[this.#head] as Millis) <= at) {
      this.#asked = this.#totals[this.#head] as number;
      this.#head += 1;
    }
    if (this.#head > TRIM) {
      this.#times.splice(0, this.#head);
      this.#totals.splice(0, this.#head);
      this.#head = 0;
    }
    return this.#asked;
  }
}
