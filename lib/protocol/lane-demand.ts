import type { Millis } from './contract.ts';
import { MAX_LANES } from './limits.ts';

export interface LaneDemand {
  /** Bottleneck rate, bytes a millisecond. */
  readonly rate: number;
  readonly roundTrip: Millis;
  readonly loss: number;
  /** The lanes, not the path, held the sender back, or the path is not known yet. */
  readonly limited: boolean;
  readonly lanes: number;
  /** A picture is crossing: every handshake takes processor time from it. */
  readonly busy: boolean;
}

/** Bytes a lane keeps in flight once losses have worn it: 4.5 packets (measured). */
const WORN_BYTES = 4.5 * 1056;
/** Feedback comes so much later than the round trip: both event loops and the feedback's interval. */
const SLACK: Millis = 20;
/** Enough for any path without loss, since the windows of clean lanes grow: sixteen saturate a processor. */
export const CLEAN_LANES = 16;
/** Loss from which windows stay worn; below it, one lost probe would open a hundred lanes. */
const WEARING_LOSS = 0.005;
/** 50 Mbit/s: what a path that never showed its limit is taken for, since only more lanes could show it. */
const SUPPOSED_RATE = 6250;
/** While a picture crosses, so many more at a time: about a quarter of a second of one processor on each side. */
const BUSY_STEP = 8;

/** Lanes that would carry the path's rate: the bandwidth-delay product over what a worn lane keeps in flight. */
export function lanesWanted({ rate, roundTrip, loss, limited, lanes, busy }: LaneDemand): number {
  if (loss < WEARING_LOSS)
    return limited ? Math.min(4 * CLEAN_LANES, Math.max(CLEAN_LANES, lanes * 1.5)) : CLEAN_LANES;
  const carried = limited ? Math.max(rate * 1.5, SUPPOSED_RATE) : rate * 1.1;
  const wanted = Math.ceil((carried * (roundTrip + SLACK)) / WORN_BYTES);
  const bounded = Math.min(MAX_LANES, Math.max(CLEAN_LANES, wanted));
  return busy ? Math.min(bounded, lanes + BUSY_STEP) : bounded;
}
