/**
 * The shape every endpoint of the protocol core has (`Sender`, `Receiver`).
 *
 * Inputs, outputs and time are values: bytes and `now` go in, bytes, events and a deadline are returned.
 * After each `handle*` call, drain `pollTransmit` and then `pollEvent` until both return `undefined`, then
 * sleep until `nextTimeout()`. `now` never decreases. Nothing below `lib/protocol` asks what time it is.
 */

/** Milliseconds, fractions allowed, from any fixed origin. */
export type Millis = number;

/** A lane's number within the session, 1 … 65535; `CONTROL_LANE` is the reliable, ordered channel. */
export type LaneId = number;

/** The reliable ordered channel of the first connection. Carries control messages, never picture bytes. */
export const CONTROL_LANE: LaneId = 0;

/** One message to be sent on a lane, whole; its bytes are not written again. */
export interface Transmit {
  lane: LaneId;
  bytes: Uint8Array;
}

/**
 * What drives an endpoint: inputs with their time, then outputs until there are none, then sleep. `E`: its
 * events.
 */
export interface Endpoint<E> {
  /**
   * One message received on a lane, whole. Throws nothing: what is malformed is dropped and counted. The
   * bytes are the endpoint's for the time of the call.
   */
  handlePacket(bytes: Uint8Array, lane: LaneId, now: Millis): void;
  /** `nextTimeout` has passed; harmless at any other time. */
  handleTimeout(now: Millis): void;
  /** A lane can carry packets from now on. */
  handleLaneOpen(lane: LaneId, now: Millis): void;
  /** A lane is gone; what was in flight on it is declared lost. */
  handleLaneClosed(lane: LaneId, now: Millis): void;
  /** Bytes the browser still holds for this lane (`bufferedAmount`): its window is full. */
  handleLaneBacklog(lane: LaneId, byteLength: number, now: Millis): void;
  /** The next message to send now; `undefined`: none. */
  pollTransmit(now: Millis): Transmit | undefined;
  /** The next event; `undefined`: none. */
  pollEvent(): E | undefined;
  /** When `handleTimeout` wants to be called next; `undefined`: not before another input. */
  nextTimeout(): Millis | undefined;
}
