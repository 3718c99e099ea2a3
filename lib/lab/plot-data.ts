/**
 * Timelines as columns of numbers over a logarithmic time axis: what takes 0.5 s and what takes 50 s share
 * one plot.
 */
import type { Millis } from '../protocol/endpoint.ts';
import { endOf, lastBefore, ratesOf, valueAt, type Steps, type Timeline } from './timeline.ts';

/** Points of a curve: one for every second or third pixel of a plot. */
const POINTS = 240;
/** Bins of a rate: wide enough that one holds more than a packet. */
const RATE_BINS = 48;
/** Before this nothing can have happened that one could see. */
const FIRST: Millis = 10;

/** Seconds, then a column for each timeline; `null`: nothing to draw there. */
export type Columns = [number[], ...(number | null)[][]];

/** Columns for all plots of the laboratory, over one time axis in seconds. */
export interface PlotData {
  /** Seconds at the two ends of every time axis. */
  readonly range: [number, number];
  readonly quality: Columns;
  readonly front: Columns;
  readonly rate: Columns;
}

/** @param quality of each timeline, in the same order; `undefined` while it is not measured */
export function plotData(timelines: readonly Timeline[], quality: readonly (Steps | undefined)[]): PlotData {
  const end = Math.max(FIRST * 10, ...timelines.map(endOf));
  const times = spread(end, POINTS);
  const edges = spread(end, RATE_BINS + 1);
  const seconds = times.map((time) => time / 1000);
  return {
    range: [FIRST / 1000, end / 1000],
    quality: [
      seconds,
      ...quality.map((steps) =>
        times.map((time) => (steps && lastBefore(steps.at, time) >= 0 ? valueAt(steps, time) : null)),
      ),
    ],
    front: [
      seconds,
      ...timelines.map((timeline) =>
        times.map((time) => (100 * valueAt(timeline.front, time)) / timeline.byteLength),
      ),
    ],
    rate: [
      edges.slice(1).map((time) => time / 1000),
      ...timelines.map((timeline) =>
        ratesOf(timeline.arrived, edges).map((rate, bin) =>
          // After its last byte a curve ends.
          (edges[bin] as number) > endOf(timeline) ? null : (rate * 8) / 1e6,
        ),
      ),
    ],
  };
}

function spread(end: Millis, points: number): Millis[] {
  // The last one exactly: a rounding error short of it, and the last byte would be missing.
  return Array.from({ length: points }, (_, i) =>
    i === points - 1 ? end : FIRST * (end / FIRST) ** (i / (points - 1)),
  );
}
