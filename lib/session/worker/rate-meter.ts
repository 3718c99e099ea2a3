/** Milliseconds over which the shown rate is taken: long enough to be read, short enough to be now. */
const WINDOW_MS = 1000;

/** Bytes a second over the last second. */
export class RateMeter {
  readonly #points: { at: number; byteLength: number }[] = [];

  add(byteLength: number, now: number): number {
    this.#points.push({ at: now, byteLength });
    while (this.#points.length > 2 && (this.#points[1] as { at: number }).at <= now - WINDOW_MS)
      this.#points.shift();
    const first = this.#points[0] as { at: number; byteLength: number };
    return now > first.at ? ((byteLength - first.byteLength) * 1000) / (now - first.at) : 0;
  }
}
