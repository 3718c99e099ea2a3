/**
 * Room numbers: short to say, not predictable, and at rest for a while after use.
 *
 * A slot is looked for in the shortest range (1–9, 10–99, …) that is less than half taken, so that it is
 * random among enough others, and a stranger who tries numbers mostly misses.
 */
import { MAX_RESTING_SLOTS, MAX_SLOT_DIGITS, SLOT_REST_MS } from '../wire/limits.ts';

export class Slots {
  #inUse = new Set<number>();
  /** Slot → when it may be used again. In order of that time, since all rest equally long. */
  #resting = new Map<number, number>();
  /** How many slots of each number of digits are in use or resting. */
  #taken: number[] = Array.from({ length: MAX_SLOT_DIGITS + 1 }, () => 0);

  /**
   * @param random in [0, 1)
   * @param minDigits length to begin with, 1 … `MAX_SLOT_DIGITS`
   * @returns the slot, now in use; `undefined` when every range is half full
   */
  take(random: number, minDigits: number, now: number): string | undefined {
    this.#wake(now);
    for (let digits = minDigits; digits <= MAX_SLOT_DIGITS; digits++) {
      const first = 10 ** (digits - 1);
      const size = 9 * first;
      if ((this.#taken[digits] ?? 0) * 2 >= size) continue;
      let offset = Math.floor(random * size) % size;
      while (this.#inUse.has(first + offset) || this.#resting.has(first + offset))
        offset = (offset + 1) % size;
      this.#inUse.add(first + offset);
      this.#count(first + offset, 1);
      return String(first + offset);
    }
    return undefined;
  }

  release(slot: string, now: number): void {
    const number = Number(slot);
    if (!this.#inUse.delete(number)) return;
    this.#resting.set(number, now + SLOT_REST_MS);
    if (this.#resting.size > MAX_RESTING_SLOTS) this.#wakeFirst();
  }

  #wake(now: number): void {
    for (const [, until] of this.#resting) {
      if (until > now) return;
      this.#wakeFirst();
    }
  }

  #wakeFirst(): void {
    for (const [number] of this.#resting) {
      this.#resting.delete(number);
      this.#count(number, -1);
      return;
    }
  }

  #count(number: number, change: number): void {
    const digits = String(number).length;
    this.#taken[digits] = (this.#taken[digits] ?? 0) + change;
  }
}
