import type { Millis, Transmit } from '../endpoint.ts';
import type { TrainRate } from '../congestion/rate-controller.ts';
import type { TrainReport } from '../wire/feedback-packet.ts';
import { DATA_HEADER, DATA_PACKET, encodeProbe, ticksOf, type TrainPlace } from '../wire/lane-packet.ts';
import { CapacityTrains } from './capacity-trains.ts';
import { FIRST_LANES } from './lane-demand.ts';
import type { LaneSet } from './lane-set.ts';
import type { OutgoingLane } from './outgoing-lane.ts';

/**
 * A path that has carried nothing yet is probed while the person is still choosing: this many small packets,
 * this far apart, over a few lanes (a loss shows when a later packet of its lane is delivered). They measure
 * the loss to 3 % or so, hence whether it is worth opening lanes before the first picture.
 */
const PROBES = 64;
const PROBE_INTERVAL: Millis = 25;
const PROBE_LANES = 4;
/**
 * A train goes over so many lanes, or as many as there are: at most four packets on each, which its window
 * takes after a loss, or eight, which a fresh one takes.
 */
const TRAIN_LANES = 8;
const LANE_SHARE = 8;
/**
 * How many lanes are opened depends on the first train, which follows the first feedback: what arrives while
 * a page still hands its channels to a worker comes all at once. The other trains begin after so many single
 * probes: the delay of the empty path is known then, and its loss roughly.
 */
const BEFORE_TRAINS = 24;
/**
 * Where the first train shows a slow path, or an event loop's stall that looks like one, the handshakes of
 * the first lanes may fill it. After so many single probes all others wait until those lanes are open, but no
 * longer than this.
 */
const BEFORE_SETTLING = 12;
const SETTLING: Millis = 1500;
/** The second train then follows so many more, which show how much the path's delay varies by itself. */
const SETTLED = 26;

/** Sends probes while nothing else is sent: single ones for loss and delay, trains for the rate. */
export class PathProber {
  #left = PROBES;
  #nextAt: Millis = 0;
  /** The receiver has told of something. */
  #heard = false;
  /** When it first had a lane. */
  #beganAt: Millis | undefined;
  readonly #trains = new CapacityTrains();

  /** There are probes left, and a lane. */
  ready(lanes: LaneSet): boolean {
    return (this.#left > 0 || !this.#trains.over) && lanes.size > 0;
  }

  /** A train or handshakes are on their way: delays are those of the queue that they make. */
  disturbed(lanes: LaneSet, now: Millis): boolean {
    return this.#trains.open || now < this.#settledAt(lanes);
  }

  /** What the path carries by the trains; `undefined`: not known. */
  get rate(): TrainRate | undefined {
    return this.#trains.rate;
  }

  /** What trains have shown so far does not tell a slow path from a fast one. */
  get undecided(): boolean {
    return this.#trains.undecided;
  }

  poll(lanes: LaneSet, now: Millis): Transmit | undefined {
    if (!this.ready(lanes)) return undefined;
    this.#beganAt ??= now;
    const place = now >= this.#trainsFrom(lanes) ? this.#trains.poll(now) : undefined;
    if (place !== undefined) {
      // Not over those that measure the loss, once there are others.
      const lane = lanes.nth(PROBE_LANES + (place.place % TRAIN_LANES));
      return probe(lane, lanes.sendOfTrain(lane, now), now, DATA_PACKET, place);
    }
    if (this.#left === 0 || now < this.#singlesFrom(lanes)) return undefined;
    this.#nextAt = now + PROBE_INTERVAL;
    this.#left -= 1;
    const lane = lanes.nth(this.#left % PROBE_LANES);
    return probe(lane, lanes.send(lane, undefined, now), now, DATA_HEADER);
  }

  heard(report: TrainReport | undefined, delivered: Millis, now: Millis): void {
    this.#heard = true;
    this.#trains.heard(report, delivered, now);
  }

  /** Another connection: what the trains have shown may be of another path. */
  forget(now: Millis): void {
    this.#trains.forget(now);
  }

  /** A picture is to be sent. */
  stop(): void {
    this.#trains.stop();
  }

  /** `Infinity`: nothing to probe. */
  nextTimeout(lanes: LaneSet): Millis {
    if (!this.ready(lanes)) return Infinity;
    const single = this.#left > 0 ? this.#singlesFrom(lanes) : Infinity;
    return Math.min(single, Math.max(this.#trainsFrom(lanes), this.#trains.nextTimeout()));
  }

  /** When trains may go on; `Infinity`: not before something else happens. */
  #trainsFrom(lanes: LaneSet): Millis {
    if (this.#trains.open) return -Infinity;
    if (!this.#trains.begun) return this.#heard ? -Infinity : Infinity;
    const enough = this.#trains.next <= LANE_SHARE * lanes.size;
    const before = this.#trains.seemSlow ? BEFORE_SETTLING + SETTLED : BEFORE_TRAINS;
    if (this.#left > PROBES - before || !enough) return Infinity;
    return this.#settledAt(lanes);
  }

  #singlesFrom(lanes: LaneSet): Millis {
    const waits = this.#left <= PROBES - BEFORE_SETTLING;
    return waits ? Math.max(this.#nextAt, this.#settledAt(lanes)) : this.#nextAt;
  }

  /** When handshakes fill the path no longer. */
  #settledAt(lanes: LaneSet): Millis {
    const settled = !this.#trains.seemSlow || lanes.size >= FIRST_LANES;
    return settled ? -Infinity : (this.#beganAt ?? 0) + SETTLING;
  }
}

function probe(
  lane: OutgoingLane,
  number: number,
  now: Millis,
  length: number,
  place?: TrainPlace,
): Transmit {
  return { lane: lane.id, bytes: encodeProbe(number, ticksOf(now), length, place) };
}
