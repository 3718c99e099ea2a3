/**
 * What the session needs from a transport. Implemented over simple-peer (`peer.ts` and `lane-pool.ts`, the
 * browser) and in memory (`memory.ts`, Node).
 */
import type { LaneId } from '../protocol/endpoint.ts';

/** How the first connection reaches the other side; lanes follow the same kind of path. */
export type PathKind = 'direct' | 'relayed';

/** What a transport is made with. */
export interface TransportOptions {
  /** Exactly one side of a pair initiates: the sender of pictures. */
  initiator: boolean;
  iceServers: readonly RTCIceServer[];
  /** Hide the person's address: relay candidates only. */
  relayOnly: boolean;
  /**
   * Hands an SDP or candidate of the *first* connection to the other side (sealed by the caller, through the
   * server).
   */
  signal: (message: unknown) => void;
  /**
   * Moves the channel of a lane to where the protocol runs, in the turn in which it was made; from then on
   * its packets are none of the transport's business. The function returned ends that. `undefined`: it could
   * not be moved and stays here.
   */
  handOver?: (lane: LaneId, channel: RTCDataChannel, news: ChannelNews) => (() => void) | undefined;
  events: TransportEvents;
}

/** What only the place that holds a channel hears of it. */
export interface ChannelNews {
  open: () => void;
  ended: () => void;
}

export interface TransportEvents {
  /** The control channel and the first lane are open. Called once, before `laneOpen(1)`. */
  connected: () => void;
  /**
   * The control channel is gone for good: make a new transport. `flooded`: the other side said more than it
   * may; make none.
   */
  closed: (reason: 'closed' | 'failed' | 'flooded') => void;
  /** The first connection gets no answers from the other side, or gets them again. */
  silent?: (silent: boolean) => void;
  /** Of lanes that stayed here, as all of what follows. */
  laneOpen: (lane: LaneId) => void;
  laneClosed: (lane: LaneId) => void;
  /** A message out of a lane, or of the control channel (`CONTROL_LANE`). The bytes belong to the callee. */
  packet: (lane: LaneId, bytes: Uint8Array) => void;
  /** `bufferedAmount` of a lane after sends, and when it falls back to zero. */
  backlog: (lane: LaneId, byteLength: number) => void;
}

/** One connection to the other side: a reliable control channel and unreliable lanes. */
export interface Transport {
  /** An SDP or candidate of the first connection from the other side. Malformed ones are dropped. */
  handleSignal(message: unknown): void;
  /**
   * Sends on a lane. `false`: the lane is closed or its buffer is full; the packet is dropped, as the network
   * might. On `CONTROL_LANE` nothing taken is ever dropped; a message has 1 … 65536 bytes and does not begin
   * with 0x00, which marks the transport's own messages.
   *
   * @throws RangeError for another message on `CONTROL_LANE`
   */
  send(lane: LaneId, bytes: Uint8Array): boolean;
  /**
   * How many unreliable lanes should be open, the first included; the pool opens or closes in the background.
   * Only the initiator calls it. `hold`: not now; what is opening may finish.
   */
  setLaneTarget(count: number, hold?: boolean): void;
  path(): Promise<PathKind | undefined>;
  figures(): TransportFigures;
  /** SHA-256 fingerprints of both live DTLS certificates of the first connection, `[initiator, other]`. */
  fingerprints(): readonly [string, string] | undefined;
  /**
   * Sends what is queued on the control channel, waits (bounded) until the other side has it, then closes
   * every connection and reports `closed('closed')` here and there.
   */
  close(): void;
}

export interface TransportFigures {
  lanesOpen: number;
  lanesTarget: number;
}
