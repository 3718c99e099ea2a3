/**
 * What is said to one browser in one turn crosses in one write. Engine.IO hands each frame to the system by
 * itself: an answer, the news of a pair, a message and its bytes were four system calls and four packets.
 */
import type { Socket } from 'node:net';

/** What this needs of Engine.IO's socket: `flush` hands what waits to its transport. */
export interface Flushes {
  flush?: () => void;
}

/** @param raw the connection below */
export function writeOnce(wire: Flushes, raw: Pick<Socket, 'cork' | 'uncork'>): void {
  const { flush } = wire;
  // It is Engine.IO's own, and not in its types: without it all works, in more writes.
  if (typeof flush !== 'function') return;
  let due = false;
  const write = () => {
    due = false;
    raw.cork();
    flush.call(wire);
    raw.uncork();
  };
  wire.flush = () => {
    if (due) return;
    due = true;
    // After whatever else is decided in this turn, promises included.
    process.nextTick(write);
  };
}
