/**
 * How often STUN answers: UDP's source addresses can be forged, so nobody may be flooded through us. Pure.
 */
import { ANSWERS_IN_ALL, ANSWERS_PER_ADDRESS, WINDOW_MS } from './limits.ts';

export class AnswerBudget {
  #windowEnds = 0;
  #inAll = 0;
  /** Emptied with each window; bounded by `ANSWERS_IN_ALL`, since each answer adds at most one key. */
  readonly #answers = new Map<string, number>();

  /**
   * Takes one answer out of the budget. `false`: none is left in this window.
   *
   * @param key an address as limits count it
   * @param now milliseconds of any clock
   */
  take(key: string, now: number): boolean {
    if (now >= this.#windowEnds || this.#windowEnds - now > WINDOW_MS) {
      this.#windowEnds = now + WINDOW_MS;
      this.#inAll = 0;
      this.#answers.clear();
    }
    const answered = this.#answers.get(key) ?? 0;
    if (answered >= ANSWERS_PER_ADDRESS || this.#inAll >= ANSWERS_IN_ALL) return false;
    this.#answers.set(key, answered + 1);
    this.#inAll += 1;
    return true;
  }
}
