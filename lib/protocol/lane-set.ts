import type { LaneId, Millis } from './contract.ts';
import { OutgoingLane } from './outgoing-lane.ts';

/** It shares its connection with the control channel. */
const FIRST_LANE: LaneId = 1;

/** The sender's lanes, and which of them takes the next packet. */
export class LaneSet {
  private readonly lanes = new Map<LaneId, OutgoingLane>();

  get size(): number {
    return this.lanes.size;
  }

  open(id: LaneId): void {
    this.lanes.set(id, new OutgoingLane(id));
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
    this.lanes.get(id)?.expire(Infinity);
    this.lanes.delete(id);
  }

  /**
   * The lane that rested longest among those whose window has room for a whole packet of `bytes`: spreads the packets, so that
   * a burst of loss meets many associations once instead of one often.
   */
  rested(bytes: number): OutgoingLane | undefined {
    let best: OutgoingLane | undefined;
    for (const lane of this.lanes.values()) {
      if ((best === undefined || lane.lastSentAt < best.lastSentAt) && lane.room(bytes) > 0) best = lane;
    }
    return best;
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
    let sum = 0;
    for (const lane of this.lanes.values()) sum += lane.inFlight;
    return sum;
  }

  /** Settles what was sent before `deadline` and never overtaken; returns how many packets. */
  expire(deadline: Millis): number {
    let count = 0;
    for (const lane of this.lanes.values()) count += lane.expire(deadline);
    return count;
  }

  oldest(): Millis | undefined {
    let oldest: Millis | undefined;
    for (const lane of this.lanes.values()) {
      const at = lane.oldest();
      if (at !== undefined && (oldest === undefined || at < oldest)) oldest = at;
    }
    return oldest;
  }
}
