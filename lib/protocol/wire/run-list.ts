/** Lists of numbers as runs: of blocks that are complete, and of chunks in reports. */
import { ProtocolError } from '../errors.ts';
import { MAX_RUN } from '../limits.ts';
import type { ByteReader, ByteWriter } from './byte-codec.ts';

/** `count` neighbours from `first` on. */
export interface Run {
  readonly first: number;
  readonly count: number;
}

/**
 * Adds `number`, which is above all in `runs`, to the last run if that is its neighbour and shorter than
 * `longest`.
 */
function append(runs: Run[], number: number, longest: number): void {
  const last = runs.at(-1);
  if (last !== undefined && number === last.first + last.count && last.count < longest)
    runs[runs.length - 1] = { first: last.first, count: last.count + 1 };
  else runs.push({ first: number, count: 1 });
}

/** The numbers below `end` for which `has` holds, in at most `most` runs. */
export function runsWhere(end: number, has: (number: number) => boolean, most: number): Run[] {
  const runs: Run[] = [];
  for (let number = 0; number < end && runs.length < most; number++)
    if (has(number)) append(runs, number, Infinity);
  return runs;
}

/**
 * Ascending runs of at most `MAX_RUN` of these numbers, each named once; `rest`: those that did not fit into
 * `most` runs.
 */
export function takeRuns(numbers: readonly number[], most: number): { runs: Run[]; rest: number[] } {
  const runs: Run[] = [];
  const ascending = numbers.toSorted((a, b) => a - b);
  let taken = 0;
  for (const number of ascending) {
    if (number !== ascending[taken - 1]) append(runs, number, MAX_RUN);
    if (runs.length > most) {
      runs.pop();
      break;
    }
    taken += 1;
  }
  return { runs, rest: ascending.slice(taken) };
}

/** Writes a list: its length in 16 bits, each first number in 32 and each count in 8 · `countWidth` bits. */
export function writeRuns(writer: ByteWriter, runs: readonly Run[], countWidth: 2 | 4): void {
  writer.uint(runs.length, 2);
  for (const run of runs) writer.uint(run.first, 4).uint(run.count, countWidth);
}

/**
 * Reads a list of at most `most` runs, ascending and each number once, so that walking them takes no more
 * steps than there are numbers. Reports of single chunks (`countWidth` 2) have runs of at most `MAX_RUN`,
 * since they are walked chunk by chunk.
 * @throws ProtocolError
 */
export function readRuns(reader: ByteReader, countWidth: 2 | 4, most: number): Run[] {
  const length = reader.uint(2);
  if (length > most) throw new ProtocolError('too-long', 'runs');
  const runs: Run[] = [];
  let end = 0;
  for (let i = 0; i < length; i++) {
    const run = { first: reader.uint(4), count: reader.uint(countWidth) };
    if (run.first < end) throw new ProtocolError('bad-number', 'run');
    if (countWidth === 2 && run.count > MAX_RUN) throw new ProtocolError('too-long', 'run');
    end = run.first + run.count;
    runs.push(run);
  }
  return runs;
}
