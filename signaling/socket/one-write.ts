/**
 * What is said to one browser in one turn crosses in one write. Engine.IO hands each frame to the system by
 * itself: an answer, the news of a pair, a message and its bytes were four system calls and four packets.
 */
import type { Socket } from 'node:net';

/** What this needs of Engine.IO's socket: `flush` hands what waits to its transport. */
export interface Flushes {
  flush?: () => void;
}

/**
 * Nothing is kept for a socket that says nothing.
 *
 * @param rawOf the connection below a socket
 * @returns takes a new socket
 */
export function writesOnce<W extends Flushes>(
  rawOf: (wire: W) => Pick<Socket, 'cork' | 'uncork'> | undefined,
): (wire: W) => void {
  const due = new WeakSet<W>();
  const write = (wire: W, flush: () => void) => {
    due.delete(wire);
    const raw = rawOf(wire);
    raw?.cork();
    flush.call(wire);
    raw?.uncork();
  };
  let flush: (() => void) | undefined;
  const flushLater = function (this: W): void {
    if (flush === undefined || due.has(this)) return;
    due.add(this);
    // After whatever else is decided in this turn, promises included.
    process.nextTick(write, this, flush);
  };
  return (wire) => {
    // It is Engine.IO's own, and not in its types: without it all works, in more writes.
    if (typeof wire.flush !== 'function') return;
    flush ??= wire.flush;
    wire.flush = flushLater;
  };
}
