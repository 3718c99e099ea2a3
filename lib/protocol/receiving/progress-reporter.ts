import type { Millis } from '../endpoint.ts';
import { MAX_RUNS, MAX_SIDE_RUNS, type ProgressMessage } from '../wire/control-message.ts';
import { takeRuns } from '../wire/run-list.ts';
import type { IncomingTransfer } from './incoming-transfer.ts';

const INTERVAL: Millis = 250;

/** Reports the receiver's counts and chunk map to the sender. */
export class ProgressReporter {
  #lastAt: Millis = -Infinity;

  /** Reports that are due; the later pictures of an album wait without news. */
  poll(receiving: readonly IncomingTransfer[], now: Millis): ProgressMessage[] {
    if (now < this.nextTimeout()) return [];
    this.#lastAt = now;
    return receiving
      .filter(
        ({ packets, reportedPackets, unreported }) =>
          packets !== reportedPackets || unreported.rebuilt.length > 0,
      )
      .map((transfer) => this.report(transfer, false));
  }

  /** @param final the counts will not change any more */
  report(transfer: IncomingTransfer, final: boolean): ProgressMessage {
    const { id, state, original, unreported, packets, duplicates, chunks, repaired } = transfer;
    const rebuilt = takeRuns(unreported.rebuilt, MAX_RUNS);
    const twice = takeRuns(unreported.duplicates, MAX_SIDE_RUNS);
    const missing: number[] = [];
    if (state === 'receiving') original.holes((chunk) => missing.push(chunk));
    unreported.rebuilt = rebuilt.rest;
    unreported.duplicates = twice.rest;
    transfer.reportedPackets = packets;
    const counts = { packets, duplicates, chunks, repaired };
    const holes = takeRuns(missing, MAX_SIDE_RUNS).runs;
    return { type: 'progress', transfer: id, final, ...counts, runs: rebuilt.runs, twice: twice.runs, holes };
  }

  nextTimeout(): Millis {
    return this.#lastAt + INTERVAL;
  }
}
