/** The chunk log as rows, and as the two files that it can be saved as. */
import type { ChunkLog } from '../../../lib/session/model.ts';

/** Bytes of chunk number `chunk` (from 0): all are whole but the last. */
export function chunkSize({ chunkLength, byteLength }: ChunkLog, chunk: number): number {
  return Math.max(0, Math.min(chunkLength, byteLength - chunk * chunkLength));
}

/** Total after each line of the log. Float64 holds any file's length exactly. */
export function runningTotals(log: ChunkLog): Float64Array {
  const totals = new Float64Array(log.order.length);
  let sum = 0;
  for (let at = 0; at < totals.length; at++) {
    sum += chunkSize(log, log.order[at] ?? 0);
    totals[at] = sum;
  }
  return totals;
}

/** Chunk numbers from 1, as people count and as the page shows them. */
export function logAsCsv(log: ChunkLog): string {
  const totals = runningTotals(log);
  const lines = Array.from(log.order, (chunk, at) => `${chunk + 1},${chunkSize(log, chunk)},${totals[at]}`);
  return `chunk,bytes,total\r\n${lines.map((line) => `${line}\r\n`).join('')}`;
}

export function logAsJson(log: ChunkLog): string {
  const totals = runningTotals(log);
  return JSON.stringify(
    Array.from(log.order, (chunk, at) => ({
      chunk: chunk + 1,
      bytes: chunkSize(log, chunk),
      total: totals[at],
    })),
  );
}
