import { expect, test } from 'vitest';
import { Cell } from '../../../lib/session/model.ts';
import { groupCells, layoutMap } from './map-layout.ts';

test('a handful of chunks gets large squares, and all of them fit', () => {
  const layout = layoutMap(20, 300, 96);
  expect(layout.group).toBe(1);
  expect(layout.cell).toBe(14);
  expect(layout.columns * layout.rows).toBeGreaterThanOrEqual(20);
});

test('every count of cells from one to 200,000 fits the box', () => {
  for (const cells of [1, 2, 146, 1799, 1800, 1801, 4883, 200_000]) {
    const { columns, rows, group, cell } = layoutMap(cells, 300, 96);
    expect(columns * rows * group).toBeGreaterThanOrEqual(cells);
    expect(columns * cell).toBeLessThanOrEqual(300);
    expect(rows * cell).toBeLessThanOrEqual(96);
  }
});

test('a group shows a lost chunk before a waiting one, and a waiting one before a received one', () => {
  const cells = Uint8Array.of(
    Cell.received,
    Cell.lost,
    Cell.waiting,
    Cell.received,
    Cell.waiting,
    Cell.received,
    Cell.received,
    Cell.received,
    Cell.repaired,
    Cell.received,
    Cell.received,
    Cell.received,
    Cell.duplicate,
  );
  const into = new Uint8Array(8);
  expect(groupCells(cells, 3, into)).toBe(5);
  expect([...into.subarray(0, 5)]).toEqual([
    Cell.lost,
    Cell.waiting,
    Cell.repaired,
    Cell.received,
    Cell.duplicate,
  ]);
});
