import type { Millis } from '../endpoint.ts';

/** Largest (or smallest, by `kind`) value within a sliding time window: a monotonic queue. */
export class WindowedExtreme {
  /** Values that may become the extreme, oldest and most extreme first. */
  readonly #entries: { at: Millis; value: number }[] = [];
  readonly #better: (a: number, b: number) => boolean;

  constructor(kind: 'max' | 'min') {
    this.#better = kind === 'max' ? (a, b) => a >= b : (a, b) => a <= b;
  }

  /** Adds `value` and drops what is older than `window`. Returns the extreme. */
  add(value: number, now: Millis, window: Millis): number {
    while (this.#entries.length > 0 && this.#better(value, (this.#entries.at(-1) as { value: number }).value))
      this.#entries.pop();
    this.#entries.push({ at: now, value });
    // The last entry stays however old it is: a path that was quiet is still the same path.
    while (this.#entries.length > 1 && (this.#entries[0] as { at: Millis }).at < now - window)
      this.#entries.shift();
    return (this.#entries[0] as { value: number }).value;
  }

  get(): number | undefined {
    return this.#entries[0]?.value;
  }

  reset(): void {
    this.#entries.length = 0;
  }
}
