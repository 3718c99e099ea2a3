import type { Millis } from './contract.ts';
import { MAX_LANES } from './limits.ts';

export interface LaneDemand {
  /** Bottleneck rate, bytes a millisecond. */
  readonly rate: number;
  readonly roundTrip: Millis;
  readonly loss: number;
  /** The lanes, not the path, held the sender back. */
  readonly limited: boolean;
  readonly lanes: number;
}

/** Bytes a lane keeps in flight once losses have worn it: 4.5 packets (measured). */
const WORN_BYTES = 4.5 * 1056;
/** Feedback comes so much later than the round trip: both event loops and the feedback's interval. */
const SLACK: Millis = 20;
/** Enough for any path without loss: sixteen clean lanes saturate a processor. */
export const CLEAN_LANES = 16;

/**
 * Lanes that would carry the path's rate: the bandwidth-delay product over what a worn lane keeps in flight. A clean path
 * wants few, since their windows grow.
 */
export function lanesWanted({ rate, roundTrip, loss, limited, lanes }: LaneDemand): number {
  if (loss < 0.002 && !limited) return CLEAN_LANES;
  const carrying = Math.ceil((rate * (roundTrip + SLACK)) / WORN_BYTES);
  const wanted = limited ? Math.max(carrying, Math.ceil(lanes * 1.5)) : carrying;
  return Math.min(MAX_LANES, Math.max(CLEAN_LANES, wanted));
}
