/** The one deadline of a connection machine, by the name of what it waits for. */
import { AWAKE_MS, LIMITS_MS, SLEPT_MS, type LimitName } from './limits.ts';

/** At most one thing is waited for at a time: what begins next takes its place. All times: Unix ms. */
export class Deadline {
  #due: { readonly limit: LimitName; readonly at: number } | undefined;

  /** `Infinity`: nothing is due. */
  get at(): number {
    return this.#due?.at ?? Infinity;
  }

  /** The usual time of this limit, from now on. */
  start(limit: LimitName, now: number): void {
    this.startUntil(limit, now + LIMITS_MS[limit]);
  }

  startUntil(limit: LimitName, at: number): void {
    this.#due = { limit, at };
  }

  stop(): void {
    this.#due = undefined;
  }

  /** What was waited for in vain; it is due once. */
  takeDue(now: number): LimitName | undefined {
    if (this.#due === undefined || now < this.#due.at) return undefined;
    const { limit } = this.#due;
    this.#due = undefined;
    return limit;
  }

  /** Gives more time where the page slept over it, which was no silence of the other side; `true`: it did. */
  allowForSleep(now: number): boolean {
    if (this.#due === undefined || now - this.#due.at < SLEPT_MS) return false;
    const { limit } = this.#due;
    this.#due = { limit, at: now + Math.min(AWAKE_MS, LIMITS_MS[limit]) };
    return true;
  }
}
