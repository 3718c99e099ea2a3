import { MAX_RUN } from '../limits.ts';
import type { Run } from './control-message.ts';

/** Ascending runs of these numbers, each named once; `rest`: those that did not fit into `most` runs. */
export function takeRuns(numbers: number[], most: number): { runs: Run[]; rest: number[] } {
  const runs: Run[] = [];
  let taken = 0;
  for (const number of numbers.sort((a, b) => a - b)) {
    const last = runs.at(-1);
    const end = last === undefined ? -1 : last.first + last.count;
    if (last !== undefined && number === end && last.count < MAX_RUN) {
      runs[runs.length - 1] = { first: last.first, count: last.count + 1 };
    } else if (number >= end) {
      if (runs.length >= most) break;
      runs.push({ first: number, count: 1 });
    }
    taken += 1;
  }
  return { runs, rest: numbers.slice(taken) };
}
