/** Numbers as the tables show them. */
import type { Spread } from '../statistics.ts';

/** `1.06 [1.02–1.10]`; `–` of nothing. */
export function spreadText(spread: Spread | undefined, digits = 2): string {
  if (!spread) return '–';
  const text = (value: number) => value.toFixed(digits);
  if (spread.count === 1) return text(spread.median);
  return `${text(spread.median)} [${text(spread.min)}–${text(spread.max)}]`;
}

export function secondsText(seconds: number | undefined): string {
  if (seconds === undefined) return '–';
  return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}

export function percentText(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Whether a target is reached, to be read at a glance. */
export function reachText(value: number | undefined, reach: number | undefined): string {
  if (reach === undefined) return '';
  if (value === undefined) return `≤ ${reach} **no figure**`;
  return value <= reach ? `≤ ${reach} ✓` : `≤ ${reach} **missed**`;
}
