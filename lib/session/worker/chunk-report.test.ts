import { expect, test } from 'vitest';
import { Cell } from '../model.ts';
import { ChunkReport } from './chunk-report.ts';

/** 100 chunks in two blocks of 50. */
const report = () => new ChunkReport(100 * 1024);
const cells = (of: ChunkReport) => of.take()!.map.cells;

test('chunks are in the order of their arrival, rebuilt ones too, and each report has what is new', () => {
  const one = report();
  expect(one.empty).toBe(true);
  one.arrived(3);
  one.rebuilt(0, [1, 2]);
  expect(one.take()!.order).toEqual(Uint32Array.of(3, 1, 2));
  expect(one.take()).toBeUndefined();
  one.arrived(0);
  expect(one.take()!.order).toEqual(Uint32Array.of(0));
  expect(one.empty).toBe(false);
});

test('blocks of an earlier session are in the map and not in the log', () => {
  const one = report();
  expect(one.resumed([{ first: 1, count: 1 }])).toBe(50 * 1024);
  const { map, order } = one.take()!;
  expect([map.cells[49], map.cells[50], map.cells[99]]).toEqual([Cell.waiting, Cell.received, Cell.received]);
  expect(order).toHaveLength(0);
  expect(one.empty).toBe(true);
});

test('[P-53] what is missing or rebuilt in a block that the sender sent more for shows as sent again', () => {
  const one = report();
  one.missing(1, 0);
  one.arrived(2);
  one.sentAgain([{ first: 0, count: 900 }]);
  one.missing(5, 0);
  one.rebuilt(0, [7]);
  const states = cells(one);
  expect([1, 2, 5, 7, 60].map((chunk) => states[chunk])).toEqual([
    Cell.retransmitted,
    Cell.received,
    Cell.retransmitted,
    Cell.retransmitted,
    Cell.waiting,
  ]);
  one.duplicate(2);
  expect(cells(one)[2]).toBe(Cell.duplicate);
});
