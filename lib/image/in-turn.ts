/** One decode of a large picture at a time: each holds all its pixels for a moment, fifty megabytes of a phone's photograph. */

/** A decoder that takes longer is stuck, and the next one does not wait for it. */
const LONGEST_MS = 8_000;

let last: Promise<unknown> = Promise.resolve();

export function inTurn<T>(decode: () => Promise<T>): Promise<T> {
  const done = last.then(decode);
  last = Promise.race([
    done.catch(() => undefined),
    last.then(() => new Promise((resolve) => setTimeout(resolve, LONGEST_MS))),
  ]);
  return done;
}
