/** How many squares a chunk map has, and what each stands for. No drawing. */
import { Cell } from '../../../lib/session/model.ts';

export interface MapLayout {
  /** CSS pixels a side, gap included. */
  cell: number;
  columns: number;
  rows: number;
  /** Of the session's cells, how many one square represents. */
  group: number;
}

const MAX_CELL = 14;
/** Below this a square is no longer seen as one. */
const MIN_CELL = 4;

/** The largest squares with which all cells fit into the box; grouped where even the smallest do not. */
export function layoutMap(cells: number, width: number, height: number): MapLayout {
  for (let cell = MAX_CELL; cell >= MIN_CELL; cell--) {
    const columns = Math.max(1, Math.floor(width / cell));
    const rows = Math.max(1, Math.floor(height / cell));
    if (columns * rows >= cells) return { cell, columns, rows, group: 1 };
  }
  const columns = Math.max(1, Math.floor(width / MIN_CELL));
  const rows = Math.max(1, Math.floor(height / MIN_CELL));
  return { cell: MIN_CELL, columns, rows, group: Math.ceil(cells / (columns * rows)) };
}

/** What a group shows: trouble before rest, and something missing before something that arrived. */
const WEIGHT: readonly number[] = (() => {
  const weight: number[] = [];
  weight[Cell.lost] = 5;
  weight[Cell.waiting] = 4;
  weight[Cell.retransmitted] = 3;
  weight[Cell.repaired] = 2;
  weight[Cell.duplicate] = 1;
  weight[Cell.received] = 0;
  return weight;
})();

/** Writes the grouped states into `into` and returns how many there are. */
export function groupCells(cells: Uint8Array, group: number, into: Uint8Array): number {
  if (group === 1) {
    into.set(cells.subarray(0, into.length));
    return Math.min(cells.length, into.length);
  }
  const count = Math.min(into.length, Math.ceil(cells.length / group));
  for (let at = 0; at < count; at++) {
    let worst = cells[at * group] ?? 0;
    for (let i = at * group + 1; i < Math.min(cells.length, (at + 1) * group); i++) {
      const state = cells[i] ?? 0;
      if ((WEIGHT[state] ?? 0) > (WEIGHT[worst] ?? 0)) worst = state;
    }
    into[at] = worst;
  }
  return count;
}
