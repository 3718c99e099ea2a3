/**
 * Counts events by key in windows of a fixed length, with a bound on the number of keys. A flood of new keys
 * makes older ones forgotten, never the tables larger: they are two, and when the younger is half of what is
 * allowed, the older goes.
 */
export class Windows {
  readonly #length: number;
  readonly #maxKeys: number;
  #younger = new Map<string, { count: number; until: number }>();
  #older = new Map<string, { count: number; until: number }>();

  /** @param length of a window, in milliseconds */
  constructor(length: number, maxKeys: number) {
    this.#length = length;
    this.#maxKeys = maxKeys;
  }

  get size(): number {
    return this.#younger.size + this.#older.size;
  }

  /** @returns how many there are in this key's window, with this one */
  add(key: string, now: number): number {
    const known = this.#find(key, now);
    if (known) return (known.count += 1);
    this.#older.delete(key);
    this.#younger.set(key, { count: 1, until: now + this.#length });
    if (this.#younger.size >= this.#maxKeys / 2) {
      this.#older = this.#younger;
      this.#younger = new Map();
    }
    return 1;
  }

  count(key: string, now: number): number {
    return this.#find(key, now)?.count ?? 0;
  }

  /** Forgets the keys whose windows are over. */
  sweep(now: number): void {
    for (const table of [this.#younger, this.#older]) {
      for (const [key, { until }] of table) if (until <= now) table.delete(key);
    }
  }

  #find(key: string, now: number) {
    const known = this.#younger.get(key) ?? this.#older.get(key);
    return known && known.until > now ? known : undefined;
  }
}
