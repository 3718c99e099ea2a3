import type { Millis } from '../endpoint.ts';
import { MAX_LANES } from '../limits.ts';

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

/** Bytes of an SCTP window that a full packet takes. */
const PACKET = 1056;
/** Packets a lane keeps in flight at least, once losses have worn it (measured: half a packet more than dcSCTP's least window holds). */
const WORN_PACKETS = 4.5;
/** … and before it has seen one. */
const FRESH_PACKETS = 11;
/** Feedback comes so much later than the round trip: both event loops and the feedback's interval. */
const SLACK: Millis = 20;
/** Enough for most paths without loss, since the windows of clean lanes grow: sixteen saturate a processor. */
export const CLEAN_LANES = 16;
/** While their windows are still fresh they may hold the sender back; grown ones do not. */
const MOST_CLEAN_LANES = 64;
/** Loss from which windows stay worn; below it, one lost probe would open a hundred lanes. */
const WEARING_LOSS = 0.005;
/** 50 Mbit/s: what a path that never showed its limit is taken for, since only more lanes could show it. */
const SUPPOSED_RATE = 6250;
/** While a picture crosses, so many more at a time: about a quarter of a second of one processor on each side. */
const BUSY_STEP = 8;

/** A window halved at each loss holds √(3 ÷ 2p) packets in the mean (Mathis et al., CCR 1997). */
function packetsInFlight(loss: number): number {
  return Math.max(WORN_PACKETS, Math.sqrt(1.5 / loss));
}

/** Lanes that would carry the path's rate: the bandwidth-delay product over what a lane keeps in flight at such a loss. */
export function lanesWanted({ rate, roundTrip, loss, limited, lanes, busy }: LaneDemand): number {
  const carried = limited ? Math.max(rate * 1.5, SUPPOSED_RATE) : rate * 1.1;
  const lanesFor = (packets: number): number =>
    Math.max(CLEAN_LANES, Math.ceil((carried * (roundTrip + SLACK)) / (PACKET * packets)));
  if (loss < WEARING_LOSS) return limited ? Math.min(MOST_CLEAN_LANES, lanesFor(FRESH_PACKETS)) : CLEAN_LANES;
  const bounded = Math.min(MAX_LANES, lanesFor(packetsInFlight(loss)));
  return busy ? Math.min(bounded, lanes + BUSY_STEP) : bounded;
}
