import { describe, expect, test } from 'vitest';
import { Cell } from '../model.ts';
import { geometryOf } from '../../protocol/geometry.ts';
import { MAX_FILE_BYTES } from '../../protocol/limits.ts';
import { ChunkCellMap } from './chunk-cells.ts';

const cellsOf = (map: ChunkCellMap): number[] => [...(map.take()?.cells ?? [])];

describe('a chunk map', () => {
  test('[P-53] goes from waiting over lost to received, repaired, sent again and came twice, and not back', () => {
    const map = new ChunkCellMap(2);
    const steps = [Cell.lost, Cell.received, Cell.repaired, Cell.retransmitted, Cell.duplicate];
    for (const state of steps) {
      map.mark(0, state);
      expect(cellsOf(map)).toEqual([state, Cell.waiting]);
      for (const earlier of steps.slice(0, steps.indexOf(state))) map.mark(0, earlier);
      expect(map.take()).toBeUndefined();
    }
  });

  test('shows as sent again only what did not come by itself', () => {
    const map = new ChunkCellMap(4);
    map.arrive(0, Cell.received);
    map.arrive(1, Cell.repaired);
    map.mark(2, Cell.lost);
    for (let chunk = 0; chunk < 4; chunk++) map.markAgain(chunk);
    expect(cellsOf(map)).toEqual([Cell.received, Cell.retransmitted, Cell.retransmitted, Cell.waiting]);
  });

  test('ignores chunks beyond its end, which only the other side could name', () => {
    const map = new ChunkCellMap(3);
    map.mark(3, Cell.lost);
    map.arrive(1000, Cell.received);
    expect(cellsOf(map)).toEqual([Cell.waiting, Cell.waiting, Cell.waiting]);
  });

  test('shows a group of chunks as received once all of it is', () => {
    const map = new ChunkCellMap(3 * 65_536 - 1);
    expect(map.chunksPerCell).toBe(3);
    map.arrive(0, Cell.received);
    map.arrive(1, Cell.received);
    expect(map.take()?.cells[0]).toBe(Cell.waiting);
    map.arrive(2, Cell.received);
    expect(map.take()?.cells[0]).toBe(Cell.received);
    map.arrive(3 * 65_536 - 2, Cell.received);
    map.arrive(3 * 65_536 - 3, Cell.received);
    expect(map.take()?.cells.at(-1)).toBe(Cell.received);
  });
});

test('[P-25, P-53] the map of the largest file has a bounded number of cells', () => {
  const { chunks } = geometryOf(MAX_FILE_BYTES);
  const cells = new ChunkCellMap(chunks);
  cells.arrive(chunks - 1, 1);
  const map = cells.take()!;
  expect(map.cells.length).toBeLessThanOrEqual(65_536);
  expect(map.cells.length * map.chunksPerCell).toBeGreaterThanOrEqual(chunks);
});
