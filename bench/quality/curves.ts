/** Quality over time as steps, from what a page showed or from the fronts that a stream had brought. */
import { FIRST_PICTURE_DB } from '../../lib/lab/quality.ts';
import type { Arrival } from '../channel/receive.ts';
import type { FrontQuality } from './page.ts';
import type { Seen } from './watch-picture.ts';

/** From `seconds` after accepting on it looks so good. */
export interface Step {
  seconds: number;
  decibels: number;
}

/** @param accepted the page's clock, ms; what was there before counts from then on */
export function stepsSeen(seen: readonly Seen[], accepted: number): Step[] {
  return seen.map(({ at, decibels }) => ({ seconds: Math.max(0, at - accepted) / 1000, decibels }));
}

/** What a page could show of a file that arrives in order, if each byte were painted on arrival. */
export function stepsOfFronts(arrivals: readonly Arrival[], { bytes, decibels }: FrontQuality): Step[] {
  const steps: Step[] = [];
  let next = 0;
  for (const [at, front] of arrivals) {
    let best = Number.NaN;
    for (; next < bytes.length && bytes[next]! <= front; next++) best = decibels[next]!;
    if (!Number.isNaN(best)) steps.push({ seconds: at / 1000, decibels: best });
  }
  return steps;
}

/** `undefined` while nothing is to be seen. */
export function decibelsAt(steps: readonly Step[], seconds: number): number | undefined {
  return steps.findLast((step) => step.seconds <= seconds)?.decibels;
}

/** When it first looked so good. */
export function secondsTo(steps: readonly Step[], decibels: number): number | undefined {
  return steps.find((step) => step.decibels >= decibels)?.seconds;
}

/** When one first saw what it is, after accepting: the thumb of the offer does not count. */
export function firstPicture(steps: readonly Step[]): number | undefined {
  return steps.find((step) => step.seconds > 0 && step.decibels >= FIRST_PICTURE_DB)?.seconds;
}
