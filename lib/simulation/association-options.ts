/** The numbers by which an association behaves as dcSCTP or as TCP. */
import type { ReceiverOptions } from './association-receiver.ts';
import type { RoundTripOptions } from './round-trip.ts';

export interface AssociationOptions extends RoundTripOptions, ReceiverOptions {
  /** Retransmit what is lost, or give its message up (`maxRetransmits: 0`). */
  reliable: boolean;
  /** Bytes of chunks, headers included, that one packet holds. */
  packetRoom: number;
  /** Bytes of a chunk's header. The first one's is in `overhead`, as on the wire of a one-chunk packet. */
  chunkHeader: number;
  /** Cut a message where the packet or the window ends, as dcSCTP does; otherwise only whole messages go. */
  fragments: boolean;
  /** Headers of each packet on the wire; `undefined`: the link's. */
  overhead: number | undefined;
  /** Below this window (bytes) each packet asks for an acknowledgement at once (RFC 7053). 0: never. */
  immediateSackBelow: number;
  /** Packets sent at once on one occasion. */
  maxBurst: number;
  /**
   * `misses`: three acknowledgements that report it missing (RFC 9260). `order`: three later packets arrived
   * (RFC 8985).
   */
  lossDetection: 'misses' | 'order';
  /** Probe with the last packet after two round trips (RFC 8985 §7). */
  tailProbe: boolean;
}

/** A reliable, ordered channel of Chromium (dcSCTP). */
export const DCSCTP: AssociationOptions = {
  reliable: true,
  ordered: true,
  // An MTU of 1191 less the common header of 12, cut to a multiple of four.
  packetRoom: 1176,
  chunkHeader: 20,
  fragments: true,
  overhead: undefined,
  // dcSCTP: `immediate_sack_under_cwnd_mtus` = 10.
  immediateSackBelow: 10 * 1191,
  maxBurst: 4,
  lossDetection: 'misses',
  tailProbe: false,
  initialRto: 500,
  minRto: 400,
  // WebRTC's `max_timer_backoff_duration` (media/sctp/dcsctp_transport.cc).
  maxRto: 3000,
  minDeviations: 220,
  delayedAck: 200,
  gapBlocks: 20,
};

/** A lane: unordered, `maxRetransmits: 0`. */
export const DCSCTP_LANE: AssociationOptions = { ...DCSCTP, reliable: false, ordered: false };

/** Linux TCP with SACK, time stamps and RACK; Ethernet's segments. */
export const TCP: AssociationOptions = {
  reliable: true,
  ordered: true,
  packetRoom: 1448,
  chunkHeader: 0,
  fragments: false,
  // IPv4 20, TCP 20, time stamps 12.
  overhead: 52,
  immediateSackBelow: 0,
  maxBurst: Infinity,
  lossDetection: 'order',
  tailProbe: true,
  initialRto: 1000,
  minRto: 200,
  maxRto: 120_000,
  minDeviations: 200,
  delayedAck: 40,
  gapBlocks: Infinity,
};
