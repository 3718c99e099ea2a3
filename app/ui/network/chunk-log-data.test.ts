import { expect, test } from 'vitest';
import { logAsCsv, logAsJson, runningTotals } from './chunk-log-data.ts';

const log = { order: Uint32Array.of(1, 2, 0), chunkLength: 1024, byteLength: 2500 };

test('the last chunk is the short one, in whatever order the chunks came', () => {
  expect(logAsCsv(log)).toBe('chunk,bytes,total\r\n2,1024,1024\r\n3,452,1476\r\n1,1024,2500\r\n');
});

test('the running total ends at the length of the file', () => {
  expect(runningTotals(log).at(-1)).toBe(2500);
  expect(JSON.parse(logAsJson(log))).toHaveLength(3);
});

test('an empty file has an empty log', () => {
  expect(logAsCsv({ order: new Uint32Array(0), chunkLength: 1024, byteLength: 0 })).toBe(
    'chunk,bytes,total\r\n',
  );
});
