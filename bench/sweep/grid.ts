/** The simulated paths of `npm run bench -- sweep`. */
import { grid, type Conditions } from '../../lib/simulation/sweep.ts';

/** Small, so that thousands of cells take seconds: what a larger picture adds is the same rate for longer. */
export const PICTURE_BYTES = 200_000;

export const axes = {
  loss: [0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3],
  rtt: [10, 20, 50, 100, 200, 400],
  rate: [2e6, 10e6, 50e6, 200e6],
  burst: [1, 5],
  seeds: [1, 2, 3, 4, 5, 6],
};

export interface SweepCell extends Conditions {
  /** Accepted to whole of the second picture, ms; `undefined`: it did not end. */
  time: number | undefined;
  ratio: number;
  /** DATA packets sent for each chunk. */
  sentPerChunk: number;
}

export function conditions(quick: boolean): Conditions[] {
  return [...grid(quick ? { ...axes, seeds: [1] } : axes)];
}
