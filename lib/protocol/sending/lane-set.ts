import type { LaneId, Millis } from '../endpoint.ts';
import { InFlight } from './in-flight.ts';
import { OutgoingLane, type Carried, type LanePacket } from './outgoing-lane.ts';

/** It shares its connection with the control channel. */
const FIRST_LANE: LaneId = 1;

/** The sender's lanes, and which of them takes the next packet. */
export class LaneSet {
  readonly #lanes = new Map<LaneId, OutgoingLane>();
  /** The same lanes, least recently used first. */
  #leastRecentlyUsed = new Set<OutgoingLane>();
  #lastUsed: OutgoingLane | undefined;
  readonly #packets = new InFlight<LanePacket>();

  get size(): number {
    return this.#lanes.size;
  }

  /** Packets in flight on all lanes. */
  get inFlight(): number {
    return this.#packets.size;
  }

  open(id: LaneId): void {
    this.close(id);
    const lane = new OutgoingLane(id, this.#packets);
    this.#lanes.set(id, lane);
    this.#leastRecentlyUsed = new Set([lane, ...this.#leastRecentlyUsed]);
  }

  /** What was in flight on it is declared lost. */
  close(id: LaneId): void {
    const lane = this.#lanes.get(id);
    if (lane === undefined) return;
    lane.expire(Infinity);
    this.#lanes.delete(id);
    this.#leastRecentlyUsed.delete(lane);
    if (this.#lastUsed === lane) this.#lastUsed = undefined;
  }

  get(id: LaneId): OutgoingLane | undefined {
    return this.#lanes.get(id);
  }

  /** One of the lanes, by its place modulo their number; there is at least one. */
  nth(place: number): OutgoingLane {
    return [...this.#lanes.values()][place % this.#lanes.size] as OutgoingLane;
  }

  /** The packet number for what is sent on this lane now. */
  send(lane: OutgoingLane, carried: Carried | undefined, now: Millis): number {
    this.#use(lane);
    return lane.send(carried, now);
  }

  /** The same for a probe of a train. */
  sendOfTrain(lane: OutgoingLane, now: Millis): number {
    this.#use(lane);
    return lane.sendOfTrain(now);
  }

  #use(lane: OutgoingLane): void {
    this.#leastRecentlyUsed.delete(lane);
    this.#leastRecentlyUsed.add(lane);
    this.#lastUsed = lane;
  }

  /**
   * The least recently used lane whose window has room for a whole packet of `byteLength`: spreads the
   * packets, so that a burst of loss meets many associations once instead of one often.
   * @param paired a lane's second packet follows its first one at once: the receiver's association delays the
   * acknowledgement of one alone
   */
  spread(byteLength: number, paired = false): OutgoingLane | undefined {
    const last = this.#lastUsed;
    if (paired && last?.sent === 1 && last.room(byteLength) > 0) return last;
    for (const lane of this.#leastRecentlyUsed) if (lane.room(byteLength) > 0) return lane;
    return undefined;
  }

  /**
   * The first lane with room for `count` packets of `byteLength`, or the one with most room: few associations
   * do all the work, and their windows grow. The one beside the control channel is only used when no other
   * has room.
   */
  concentrate(byteLength: number, count: number): OutgoingLane | undefined {
    let best: OutgoingLane | undefined;
    let most = 0;
    for (const lane of this.#lanes.values()) {
      if (lane.id === FIRST_LANE) continue;
      const room = lane.room(byteLength);
      if (room >= count) return lane;
      if (room <= most) continue;
      best = lane;
      most = room;
    }
    const shared = this.#lanes.get(FIRST_LANE);
    return best ?? (shared !== undefined && shared.room(byteLength) > 0 ? shared : undefined);
  }

  /** Declares packets sent before `deadline` lost; returns how many. */
  expire(deadline: Millis): number {
    let count = 0;
    for (
      let oldest = this.#packets.oldest();
      oldest !== undefined && oldest.at < deadline;
      oldest = this.#packets.oldest()
    )
      count += oldest.lane.expire(deadline);
    return count;
  }

  /** After a rest: whose window has collapsed over what was sent before `deadline`. */
  settle(deadline: Millis): void {
    for (const lane of this.#lanes.values()) lane.settle(deadline);
  }

  /** When the oldest packet in flight was sent. */
  oldest(): Millis | undefined {
    return this.#packets.oldest()?.at;
  }
}
