/** How many lanes a path needs, from its rate, round trip and loss. */
import type { Millis } from '../endpoint.ts';
import { MAX_LANES } from '../limits.ts';
import { DATA_PACKET } from '../wire/lane-packet.ts';
import { SLACK } from '../congestion/round-trip.ts';

export interface LaneDemand {
  /** Bottleneck rate, bytes a millisecond. */
  readonly rate: number;
  readonly roundTrip: Millis;
  readonly loss: number;
  /** The lanes, not the path, limited the sender, or the path is not known yet. */
  readonly limited: boolean;
  /** What the path may carry although it never showed it, bytes a millisecond. */
  readonly assumed: number;
  readonly lanes: number;
  /** A picture is being sent: every handshake takes processor time from it. */
  readonly busy: boolean;
}

/** Bytes of an SCTP window that a full packet takes: with the header of its DATA chunk. */
const WINDOW_PER_PACKET = DATA_PACKET + 16;
/**
 * Packets a lane keeps in flight at least after its first loss (measured: half a packet more than dcSCTP's
 * minimum window).
 */
const PACKETS_AFTER_LOSS = 4.5;
/** … and before it. */
const PACKETS_BEFORE_LOSS = 11;
/**
 * Opened at once when two sides meet; how many more, trains of probes tell. A handshake is 4.5 KB both ways
 * (measured), and those of 64 lanes fill a path of 1 Mbit/s for seconds.
 */
export const FIRST_LANES = 32;
/** Enough for most low-loss paths, since lanes' windows grow there: sixteen saturate a processor. */
export const LOW_LOSS_LANES = 16;
/** Before their windows have grown lanes may limit the sender. */
const MAX_LOW_LOSS_LANES = 64;
/** … and more where a round trip is that long: the first windows of 64 carry 39 % of 50 Mbit/s at 300 ms. */
const FAR: Millis = 150;
const MAX_FAR_LANES = 96;
/** Loss from which windows stay small; below it, one lost probe would open a hundred lanes. */
const HALVING_LOSS = 0.005;
/** 50 Mbit/s: assumed for a path that never showed its limit, since only more lanes could show it … */
const ASSUMED_RATE = 6250;
/** … or so many times what trains of probes have shown: their 64 packets may have met none of its losses. */
const TRAIN_MARGIN = 2.5;
/** Lanes added at a time during a transfer: about a quarter of a second of one processor on each side. */
const BUSY_STEP = 8;

/** @param shown bytes a millisecond by trains of probes; `undefined`: nothing */
export function assumedRate(shown: number | undefined): number {
  return Math.min(ASSUMED_RATE, TRAIN_MARGIN * (shown ?? Infinity));
}

/** A window halved at each loss holds √(3 ÷ 2p) packets on average (Mathis et al., CCR 1997). */
function packetsInFlight(loss: number): number {
  return Math.max(PACKETS_AFTER_LOSS, Math.sqrt(1.5 / loss));
}

/**
 * Lanes that would carry the path's rate: the bandwidth-delay product over what a lane keeps in flight at
 * such a loss.
 */
export function lanesWanted({ rate, roundTrip, loss, limited, assumed, lanes, busy }: LaneDemand): number {
  const carried = limited ? Math.max(rate * 1.5, assumed) : rate * 1.1;
  const lanesFor = (packets: number): number =>
    Math.max(LOW_LOSS_LANES, Math.ceil((carried * (roundTrip + SLACK)) / (WINDOW_PER_PACKET * packets)));
  const most = roundTrip > FAR ? MAX_FAR_LANES : MAX_LOW_LOSS_LANES;
  if (loss < HALVING_LOSS) return limited ? Math.min(most, lanesFor(PACKETS_BEFORE_LOSS)) : LOW_LOSS_LANES;
  const bounded = Math.min(MAX_LANES, lanesFor(packetsInFlight(loss)));
  return busy ? Math.min(bounded, lanes + BUSY_STEP) : bounded;
}
