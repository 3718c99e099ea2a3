/** Many small transfers over a grid of simulated paths. */
import type { Endpoint, Millis } from '../protocol/endpoint.ts';
import type { LaneModel } from './lane-link.ts';
import type { LinkOptions } from './link.ts';
import { Pair } from './pair.ts';
import type { PairEvent } from './pair.ts';

/** Share of the wire that a 1024-byte chunk has after all headers: the bench's 46.3 of 50 Mbit/s. */
export const WIRE_EFFICIENCY = 0.926;

/** One point of the grid. */
export interface Conditions {
  /** Mean share of packets lost, in both directions. */
  loss: number;
  rtt: Millis;
  /** Bits per second, in both directions. */
  rate: number;
  /** Mean length of a burst of losses in packets; 1: independent. */
  burst: number;
  seed: number;
}

export interface Axes {
  loss: readonly number[];
  rtt: readonly Millis[];
  rate: readonly number[];
  burst: readonly number[];
  seeds: readonly number[];
}

/** Two endpoints ready to transfer, and how their events show that they did. */
interface Transfer<EA, EB> {
  a: Endpoint<EA>;
  b: Endpoint<EB>;
  /** Bytes between `isStart` and `isEnd`, for the limit. */
  size: number;
  /** The event from which time counts; without it, the beginning of the run. */
  isStart?: (event: PairEvent<EA, EB>) => boolean;
  isEnd: (event: PairEvent<EA, EB>) => boolean;
  /** Asked after each event: a call into the endpoints that a person would make (accept, next picture). */
  react?: (event: PairEvent<EA, EB>, now: Millis) => void;
}

export interface SweepOptions<EA, EB> {
  transfer: (conditions: Conditions) => Transfer<EA, EB>;
  lanes: number | ((conditions: Conditions) => number);
  laneModel: LaneModel;
  /** Length of both drop-tail queues; default 100 ms. */
  queueMs?: number;
  /** A cell is given up at this virtual time; default two minutes, a hundred times what most cells need. */
  maxTime?: Millis;
}

export interface Cell extends Conditions {
  limit: Millis;
  /** From start to end; `undefined`: it did not end by `maxTime`. */
  time: Millis | undefined;
  /** Time over limit, `Infinity` without an end. */
  ratio: number;
  /** Bytes that left the sender's queue in the whole run, headers included. */
  byteLength: number;
  /** In the sender's direction. */
  queueDelayMean: Millis;
  queueDelayMax: Millis;
  queueDropped: number;
}

/** What no protocol beats: a round trip, and the bytes at the rate that losses leave. */
export function limitOf(size: number, { loss, rtt, rate }: Conditions): Millis {
  return rtt + (size * 8000) / (WIRE_EFFICIENCY * rate * (1 - loss));
}

/** Every combination of the axes, the last axis fastest. */
export function* grid(axes: Axes): Generator<Conditions> {
  for (const loss of axes.loss) {
    for (const rtt of axes.rtt) {
      for (const rate of axes.rate) {
        for (const burst of axes.burst) {
          for (const seed of axes.seeds) yield { loss, rtt, rate, burst, seed };
        }
      }
    }
  }
}

/** The link of one direction under these conditions. */
function linkOf({ loss, rtt, rate, burst }: Conditions, seed: number, queueMs: number = 100): LinkOptions {
  return {
    rate,
    queueMs,
    delay: rtt / 2,
    loss: burst > 1 ? { kind: 'bursts', p: loss, meanLength: burst } : { kind: 'independent', p: loss },
    seed,
  };
}

export function runCell<EA, EB>(conditions: Conditions, options: SweepOptions<EA, EB>): Cell {
  const { transfer, lanes, laneModel, queueMs = 100, maxTime = 120_000 } = options;
  const { a, b, size, isStart, isEnd, react } = transfer(conditions);
  const limit = limitOf(size, conditions);
  let start: Millis | undefined = isStart ? undefined : 0;
  let end: Millis | undefined;
  const pending: PairEvent<EA, EB>[] = [];
  const pair = new Pair<EA, EB>({
    a,
    b,
    aToB: linkOf(conditions, 2 * conditions.seed, queueMs),
    bToA: linkOf(conditions, 2 * conditions.seed + 1, queueMs),
    lanes: typeof lanes === 'number' ? lanes : lanes(conditions),
    laneModel,
    keepEvents: false,
    onEvent: (event) => {
      if (start === undefined && isStart?.(event)) start = event.at;
      if (end === undefined && start !== undefined && isEnd(event)) end = event.at;
      if (react) pending.push(event);
    },
  });
  // An endpoint in the middle of being drained must not be called: reactions wait for the end of the step.
  const until = (): boolean => {
    for (let event = pending.shift(); event; event = pending.shift()) {
      react?.(event, pair.now);
      pair.drain();
    }
    return end !== undefined;
  };
  pair.run({ until, maxTime });
  const time = end === undefined || start === undefined ? undefined : end - start;
  const link = pair.links.aToB;
  return {
    ...conditions,
    limit,
    time,
    ratio: time === undefined ? Infinity : time / limit,
    byteLength: link.stats.byteLength,
    queueDelayMean: link.meanQueueDelay(),
    queueDelayMax: link.stats.queueDelayMax,
    queueDropped: link.stats.queueDropped,
  };
}

/** Runs the whole grid, a cell at each `next()`, so that the caller can show progress or stop. */
export function* sweep<EA, EB>(axes: Axes, options: SweepOptions<EA, EB>): Generator<Cell> {
  for (const conditions of grid(axes)) yield runCell(conditions, options);
}
