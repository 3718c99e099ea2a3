/**
 * The limits of an address and the alarm, counted by all nodes together. While Redis is away each node counts
 * for itself: a limit that is looser for a while is better than none, and no code can be tried meanwhile.
 */
import { Attempts, limitsOf, type Attempt, type Limits } from '../rooms/attempts.ts';
import { ADDRESS_LIMITS, ALARM_FAILED_JOINS, ALARM_HOLD_MS, ALARM_WINDOW_MS } from '../wire/limits.ts';
import type { RedisLink } from './redis-link.ts';
import { ALARM, COUNT_ATTEMPT, FAIL, MAY_ATTEMPT } from './scripts.ts';

export class RedisAttempts implements Limits {
  readonly #link: RedisLink;
  readonly #prefix: string;
  readonly #onAlarm: () => void;
  readonly #alone: Attempts;
  #alarmUntil = 0;

  /** @param onAlarm called when the alarm goes up, at the node that raised it */
  constructor(link: RedisLink, prefix: string, onAlarm: () => void) {
    this.#link = link;
    this.#prefix = prefix;
    this.#onAlarm = onAlarm;
    this.#alone = new Attempts(onAlarm);
  }

  async allow(attempt: Attempt, address: string, now: number): Promise<boolean> {
    const window = ADDRESS_LIMITS[attempt].seconds * 1000;
    const counted = await this.#ask(() =>
      this.#link.run(COUNT_ATTEMPT, this.#prefix, window, ...keysOf(attempt, address)),
    );
    return counted === undefined ? this.#alone.allow(attempt, address, now) : counted === 1;
  }

  async mayJoin(address: string, now: number): Promise<boolean> {
    const may = await this.#ask(() =>
      this.#link.run(MAY_ATTEMPT, this.#prefix, ...keysOf('failedJoin', address)),
    );
    return may === undefined ? this.#alone.mayJoin(address, now) : may === 1;
  }

  async failedJoin(address: string, now: number): Promise<void> {
    const raised = await this.#ask(() =>
      this.#link.run(FAIL, this.#prefix, now, ALARM_WINDOW_MS, ALARM_FAILED_JOINS, ALARM_HOLD_MS),
    );
    if (raised === undefined) return this.#alone.failedJoin(address, now);
    if (raised === 1) {
      this.#alarmUntil = now + ALARM_HOLD_MS;
      this.#onAlarm();
    }
    await this.allow('failedJoin', address, now);
  }

  /** Also learns of an alarm that another node has raised. */
  async sweep(now: number): Promise<void> {
    this.#alone.sweep(now);
    const left = await this.#ask(() => this.#link.run(ALARM, this.#prefix));
    if (typeof left === 'number') this.#alarmUntil = now + left;
  }

  alarm(now: number): boolean {
    return now < this.#alarmUntil || this.#alone.alarm(now);
  }

  /** `undefined`: Redis did not answer. */
  async #ask(run: () => Promise<unknown>): Promise<unknown> {
    if (!this.#link.available) return undefined;
    const away = this.#link.away();
    try {
      return await Promise.race([run(), away.promise]);
    } catch {
      return undefined;
    } finally {
      away.cancel();
    }
  }
}

const keysOf = (attempt: Attempt, address: string): (string | number)[] =>
  limitsOf(attempt, address).flatMap(([key, points]) => [`${attempt}:${key}`, points]);
