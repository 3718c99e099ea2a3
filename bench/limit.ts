/** What no way of sending could beat on a link: in time, and in bytes sent. */
import type { LinkOptions } from '../testbed/link/link-model.ts';
import { limitOf } from '../lib/simulation/sweep.ts';

/** What of a link decides how fast anything can be. */
export type Path = Pick<LinkOptions, 'rateMbit' | 'delayMs' | 'loss'>;

/**
 * Seconds that no way of sending beats: one round trip (the acceptance there, the first byte back) and the
 * bytes at what headers (0.926 of the rate) and losses leave. The same as the simulator's; `undefined` on an
 * unlimited link.
 */
export function limitSeconds(bytes: number, { rateMbit, delayMs, loss }: Path): number | undefined {
  if (rateMbit <= 0) return undefined;
  return limitOf(bytes, { loss, rtt: 2 * delayMs, rate: rateMbit * 1e6, burst: 1, seed: 1 }) / 1000;
}

/**
 * Most bytes (or packets) sent for each needed one: twice what the loss of lane messages asks for, and 5 %.
 * @param loss share of the lane messages that did not arrive, 0 … 1
 */
export function sentLimit(loss: number): number {
  return 1 + (2 * loss) / (1 - loss) + 0.05;
}
