import type { Millis, Transmit } from '../endpoint.ts';
import { DATA_HEADER, encodeProbe, ticksOf } from '../wire/lane-packet.ts';
import type { LaneSet } from './lane-set.ts';

/**
 * A path that has carried nothing yet is probed while the person is still choosing: this many small packets,
 * this far apart, over a few lanes (a loss shows when a later packet of its lane is delivered). They measure
 * the loss to 3 % or so, hence whether it is worth opening lanes before the first picture.
 */
const PROBES = 64;
const PROBE_INTERVAL: Millis = 25;
const PROBE_LANES = 4;

/** Sends probes while nothing else is sent. */
export class PathProber {
  #left = PROBES;
  #nextAt: Millis = 0;

  /** There are probes left, and a lane. */
  ready(lanes: LaneSet): boolean {
    return this.#left > 0 && lanes.size > 0;
  }

  poll(lanes: LaneSet, now: Millis): Transmit | undefined {
    if (!this.ready(lanes) || now < this.#nextAt) return undefined;
    this.#nextAt = now + PROBE_INTERVAL;
    this.#left -= 1;
    const lane = lanes.nth(this.#left % PROBE_LANES);
    return { lane: lane.id, bytes: encodeProbe(lanes.send(lane, undefined, now), ticksOf(now), DATA_HEADER) };
  }

  /** `Infinity`: nothing to probe. */
  nextTimeout(lanes: LaneSet): Millis {
    return this.ready(lanes) ? this.#nextAt : Infinity;
  }
}
