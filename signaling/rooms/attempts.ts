/** Who tries too often: limits for each address, and one alarm over all of them. No clock of its own. */
import { widerKeys } from '../socket/address.ts';
import {
  ADDRESS_LIMITS,
  ALARM_FAILED_JOINS,
  ALARM_HOLD_MS,
  ALARM_WINDOW_MS,
  MAX_LIMITED_KEYS,
} from '../wire/limits.ts';
import { Windows } from './windows.ts';

/** What is limited for each address. */
export type Attempt = keyof typeof ADDRESS_LIMITS;

/**
 * A network of many /64 gets more than one of them, and far less than all of them: 2 times in a /56, 4 in a
 * /48.
 */
const WIDER_FACTOR = 2;

/** What is counted is counted here, or by several nodes together. */
export interface Limits {
  /** Counts one attempt. `false`: this address, or a network around it, has had enough of them for now. */
  allow(attempt: Attempt, address: string, now: number): boolean | Promise<boolean>;
  /** Whether this address may still try codes; counts nothing. */
  mayJoin(address: string, now: number): boolean | Promise<boolean>;
  failedJoin(address: string, now: number): void | Promise<void>;
  /** Forgets what no limit needs any more; to be called every few seconds. */
  sweep(now: number): void | Promise<void>;
  /** Joins fail in numbers that no honest use explains. */
  alarm(now: number): boolean;
}

/** Counts of all addresses, in memory only; `now` in milliseconds that never decrease. */
export class Attempts implements Limits {
  #windows: Readonly<Record<Attempt, Windows>>;
  #failures: number[] = [];
  #alarmUntil = 0;
  readonly #onAlarm: () => void;

  /** @param onAlarm called once when the alarm goes up */
  constructor(onAlarm: () => void) {
    this.#onAlarm = onAlarm;
    const windows = Object.entries(ADDRESS_LIMITS).map(([name, { seconds }]) => [
      name,
      new Windows(seconds * 1000, MAX_LIMITED_KEYS),
    ]);
    this.#windows = Object.fromEntries(windows) as Record<Attempt, Windows>;
  }

  allow(attempt: Attempt, address: string, now: number): boolean {
    let allowed = true;
    // All are counted, also behind a refusal.
    for (const [key, points] of limitsOf(attempt, address)) {
      if (this.#windows[attempt].add(key, now) > points) allowed = false;
    }
    return allowed;
  }

  mayJoin(address: string, now: number): boolean {
    return limitsOf('failedJoin', address).every(
      ([key, points]) => this.#windows.failedJoin.count(key, now) < points,
    );
  }

  failedJoin(address: string, now: number): void {
    this.#failures.push(now);
    while ((this.#failures[0] ?? now) <= now - ALARM_WINDOW_MS) this.#failures.shift();
    if (this.#failures.length >= ALARM_FAILED_JOINS) {
      if (!this.alarm(now)) this.#onAlarm();
      this.#alarmUntil = now + ALARM_HOLD_MS;
      // Enough to know; a flood of guesses must not grow the list.
      this.#failures.splice(0, this.#failures.length - ALARM_FAILED_JOINS);
    }
    this.allow('failedJoin', address, now);
  }

  sweep(now: number): void {
    for (const windows of Object.values(this.#windows)) windows.sweep(now);
  }

  alarm(now: number): boolean {
    return now < this.#alarmUntil;
  }
}

/** The keys under which an attempt counts, each with how many it may have. */
export function limitsOf(attempt: Attempt, address: string): [key: string, points: number][] {
  const { points } = ADDRESS_LIMITS[attempt];
  // An IPv4 address, which most are.
  if (!address.includes('/')) return [[address, points]];
  return [address, ...widerKeys(address)].map((key, i) => [key, points * WIDER_FACTOR ** i]);
}
