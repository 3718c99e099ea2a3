/**
 * One decode of a large picture at a time: each holds all its pixels for a moment, fifty megabytes of a
 * phone's photograph.
 */
import { withinLimit } from '../inspect/within-limit.ts';

let last: Promise<unknown> = Promise.resolve();

/** The next one does not wait for a decode that is stuck. */
export function inTurn<T>(decode: () => Promise<T>): Promise<T> {
  const turn = last.then(decode);
  last = last.then(() => withinLimit(turn)).catch(() => undefined);
  return turn;
}
