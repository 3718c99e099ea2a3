import type { LaneId, Millis } from '../endpoint.ts';
import { Flight } from './in-flight.ts';
import { OutgoingLane, type Carried, type Sent } from './outgoing-lane.ts';

/** It shares its connection with the control channel. */
const FIRST_LANE: LaneId = 1;

/** The sender's lanes, and which of them takes the next packet. */
export class LaneSet {
  private readonly lanes = new Map<LaneId, OutgoingLane>();
  /** The same ones, the one that rested longest first. */
  private resting = new Set<OutgoingLane>();
  private readonly flight = new Flight<Sent>();

  get size(): number {
    return this.lanes.size;
  }

  open(id: LaneId): void {
    this.close(id);
    const lane = new OutgoingLane(id, this.flight);
    this.lanes.set(id, lane);
    this.resting = new Set([lane, ...this.resting]);
  }

  /** The packet number for what is sent on this lane now. */
  send(lane: OutgoingLane, carried: Carried | undefined, now: Millis): number {
    this.resting.delete(lane);
    this.resting.add(lane);
    return lane.send(carried, now);
  }

  /** One of the lanes, by its place; there is at least one. */
  nth(place: number): OutgoingLane {
    return [...this.lanes.values()][place % this.lanes.size] as OutgoingLane;
  }

  get(id: LaneId): OutgoingLane | undefined {
    return this.lanes.get(id);
  }

  /** What was in flight on it is settled as lost. */
  close(id: LaneId): void {
    const lane = this.lanes.get(id);
    if (lane === undefined) return;
    lane.expire(Infinity);
    this.lanes.delete(id);
    this.resting.delete(lane);
  }

  /**
   * The lane that rested longest among those whose window has room for a whole packet of `bytes`: spreads the packets, so that
   * a burst of loss meets many associations once instead of one often.
   */
  rested(bytes: number): OutgoingLane | undefined {
    for (const lane of this.resting) if (lane.room(bytes) > 0) return lane;
    return undefined;
  }

  /**
   * The first lane with room for `count` packets of `bytes`, or the one with most room: few associations do all the work, and
   * their windows grow. The one beside the control channel is only used when no other has room.
   */
  first(bytes: number, count: number): OutgoingLane | undefined {
    let best: OutgoingLane | undefined;
    let most = 0;
    for (const lane of this.lanes.values()) {
      if (lane.id === FIRST_LANE) continue;
      const room = lane.room(bytes);
      if (room >= count) return lane;
      if (room <= most) continue;
      best = lane;
      most = room;
    }
    const shared = this.lanes.get(FIRST_LANE);
    return best ?? (shared !== undefined && shared.room(bytes) > 0 ? shared : undefined);
  }

  get inFlight(): number {
    return this.flight.size;
  }

  /** Settles what was sent before `deadline` and never overtaken; returns how many packets. */
  expire(deadline: Millis): number {
    let count = 0;
    for (
      let oldest = this.flight.oldest();
      oldest !== undefined && oldest.at < deadline;
      oldest = this.flight.oldest()
    )
      count += oldest.lane.expire(deadline);
    return count;
  }

  /** When the oldest packet in flight was sent. */
  oldest(): Millis | undefined {
    return this.flight.oldest()?.at;
  }
}
