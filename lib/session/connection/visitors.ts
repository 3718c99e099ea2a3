/** Who waits until the person of a page decides, while others are there: with the link, or remembered. */

/** So many are asked about at a time; whoever comes then is turned away. */
const MAX_VISITORS = 8;

/** Those who wait, by their meetings; each has a time until which. */
export class Visitors {
  readonly #until = new Map<string, number>();
  #ids: readonly string[] = [];

  /** Their meetings, in the order in which they came; another list only when they are others. */
  get ids(): readonly string[] {
    return this.#ids;
  }

  /** When the first of them has waited long enough, Unix milliseconds. */
  get nextTimeout(): number {
    return Math.min(...this.#until.values());
  }

  /** `false`: there are too many. */
  add(id: string, until: number): boolean {
    if (this.#until.size >= MAX_VISITORS && !this.#until.has(id)) return false;
    this.#until.set(id, until);
    this.#ids = [...this.#until.keys()];
    return true;
  }

  /** `false`: there is none of that meeting. */
  take(id: string): boolean {
    const known = this.#until.delete(id);
    this.#ids = [...this.#until.keys()];
    return known;
  }

  /** Takes those who have waited until `now`. */
  takeLate(now: number): string[] {
    const late = this.#ids.filter((id) => (this.#until.get(id) ?? 0) <= now);
    for (const id of late) this.take(id);
    return late;
  }
}
