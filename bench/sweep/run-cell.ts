import { transferPictures } from '../../lib/simulation/picture-transfer.ts';
import type { LinkOptions } from '../../lib/simulation/link.ts';
import { limitOf, type Conditions } from '../../lib/simulation/sweep.ts';
import { PICTURE_BYTES, type SweepCell } from './grid.ts';

const QUEUE_MS = 100;
/** Virtual time after which a cell is given up: both pictures in far more than ten times the worst limit. */
const MAX_RUN_MS = 60_000;
/** What a session has open once a picture is chosen, and the most it opens (`lib/transport/limits.ts`). */
const LANES = 32;
const MAX_CELL_LANES = 192;

const pictures = [0x9e3779b1, 0x85ebca6b].map((factor) =>
  new Uint8Array(PICTURE_BYTES).map((_, i) => Math.imul(i, factor) >>> 24),
);

/** Two pictures of a session over the simulated lanes of Chromium; the second one counts. */
export function runCell(cell: Conditions): SweepCell {
  const run = transferPictures({
    aToB: linkOf(cell, 2 * cell.seed),
    bToA: linkOf(cell, 2 * cell.seed + 1),
    laneModel: 'sctp',
    lanes: LANES,
    maxLanes: MAX_CELL_LANES,
    pictures,
    maxTime: MAX_RUN_MS,
  });
  const second = run.results[1];
  const time = second?.equal ? second.completeAt - second.acceptedAt : undefined;
  return {
    ...cell,
    time,
    ratio: time === undefined ? Infinity : time / limitOf(PICTURE_BYTES, cell),
    sentPerChunk: second ? second.packetsSent / Math.ceil(PICTURE_BYTES / 1024) : 0,
  };
}

function linkOf({ loss, rtt, rate, burst }: Conditions, seed: number): LinkOptions {
  return {
    rate,
    queueMs: QUEUE_MS,
    delay: rtt / 2,
    loss: burst > 1 ? { kind: 'bursts', p: loss, meanLength: burst } : { kind: 'independent', p: loss },
    seed,
  };
}
