import type { Millis, Transmit } from '../endpoint.ts';
import type { TrainRate } from '../congestion/rate-controller.ts';
import type { TrainReport } from '../wire/feedback-packet.ts';
import { DATA_HEADER, DATA_PACKET, encodeProbe, ticksOf, type TrainPlace } from '../wire/lane-packet.ts';
import { CapacityTrains } from './capacity-trains.ts';
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
 * A train goes over so many: four packets of the longest on each, which a lane's window takes even after a
 * loss.
 */
const TRAIN_LANES = 8;
/** Trains begin after so many of them: the delay of the empty path is known then, and its loss roughly. */
const BEFORE_TRAINS = 24;

/** Sends probes while nothing else is sent: single ones for loss and delay, trains for the rate. */
export class PathProber {
  #left = PROBES;
  #nextAt: Millis = 0;
  readonly #trains = new CapacityTrains();

  /** There are probes left, and a lane. */
  ready(lanes: LaneSet): boolean {
    return (this.#left > 0 || !this.#trains.over) && lanes.size > 0;
  }

  /** A train is on its way: delays are those of the queue that it makes. */
  get disturbed(): boolean {
    return this.#trains.open;
  }

  /** What the path carries by the trains; `undefined`: not known. */
  get rate(): TrainRate | undefined {
    return this.#trains.rate;
  }

  poll(lanes: LaneSet, now: Millis): Transmit | undefined {
    if (!this.ready(lanes)) return undefined;
    const place = this.#left > PROBES - BEFORE_TRAINS ? undefined : this.#trains.poll(now);
    if (place !== undefined) {
      // Not over those that measure the loss.
      const lane = lanes.nth(PROBE_LANES + (place.place % TRAIN_LANES));
      return probe(lane, lanes.sendOfTrain(lane, now), now, DATA_PACKET, place);
    }
    if (this.#left === 0 || now < this.#nextAt) return undefined;
    this.#nextAt = now + PROBE_INTERVAL;
    this.#left -= 1;
    const lane = lanes.nth(this.#left % PROBE_LANES);
    return probe(lane, lanes.send(lane, undefined, now), now, DATA_HEADER);
  }

  heard(report: TrainReport | undefined, delivered: Millis, now: Millis): void {
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
    const single = this.#left > 0 ? this.#nextAt : Infinity;
    return this.#left > PROBES - BEFORE_TRAINS ? single : Math.min(single, this.#trains.nextTimeout());
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
