/** Who tries too often: limits for each address, and one alarm over all of them. The one door of rate-limiter-flexible. */
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { ADDRESS_LIMITS, ALARM_FAILED_JOINS, ALARM_HOLD_MS, ALARM_WINDOW_MS } from '../wire/limits.ts';

export type Attempt = keyof typeof ADDRESS_LIMITS;

export class Attempts {
  #limiters = new Map<Attempt, RateLimiterMemory>();
  #failures: number[] = [];
  #alarmUntil = 0;
  readonly #onAlarm: () => void;

  /** @param onAlarm called once when the alarm goes up */
  constructor(onAlarm: () => void) {
    this.#onAlarm = onAlarm;
    for (const [name, limit] of Object.entries(ADDRESS_LIMITS)) {
      const limiter = new RateLimiterMemory({ points: limit.points, duration: limit.seconds });
      this.#limiters.set(name as Attempt, limiter);
    }
  }

  /** Counts one attempt. `false`: this address has had enough of them for now. */
  async allow(attempt: Attempt, address: string): Promise<boolean> {
    const limiter = this.#limiters.get(attempt);
    if (!limiter) return true;
    return limiter.consume(address).then(
      () => true,
      () => false,
    );
  }

  /** Whether this address may still try codes; counts nothing. */
  async mayJoin(address: string): Promise<boolean> {
    const spent = await this.#limiters.get('failedJoin')?.get(address);
    return !spent || spent.consumedPoints < ADDRESS_LIMITS.failedJoin.points;
  }

  async failedJoin(address: string, now: number): Promise<void> {
    this.#failures.push(now);
    while ((this.#failures[0] ?? now) <= now - ALARM_WINDOW_MS) this.#failures.shift();
    if (this.#failures.length >= ALARM_FAILED_JOINS) {
      if (!this.alarm(now)) this.#onAlarm();
      this.#alarmUntil = now + ALARM_HOLD_MS;
      // Enough to know; a flood of guesses must not grow the list.
      this.#failures.splice(0, this.#failures.length - ALARM_FAILED_JOINS);
    }
    await this.allow('failedJoin', address);
  }

  /** Joins fail in numbers that no honest use explains. */
  alarm(now: number): boolean {
    return now < this.#alarmUntil;
  }
}
