import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { machine } from './machine.ts';
import type { Result } from './result.ts';
import { recorded, writeResult } from './write-result.ts';

const result: Result = { name: 'made-up', title: 'Made up', notes: [], tables: [], charts: [], data: [] };
const circumstances = {
  date: '2026-11-27 22:00 UTC',
  machine: machine(undefined),
  loadBefore: 0,
  loadAfter: 0,
  minutes: 1,
  command: 'npm run bench',
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tessera-result-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([undefined, 0.2, 1])('a table is written where the relay was %s ms late', async (relayLateness) => {
  const file = await writeResult(folder, '', result, { ...circumstances, relayLateness });
  expect(file).toBe(join(folder, 'made-up.md'));
  expect(readdirSync(folder).toSorted()).toEqual(['made-up.json', 'made-up.md']);
});

test('no table is written where the relay was more than a millisecond late', async () => {
  expect(await writeResult(folder, '', result, { ...circumstances, relayLateness: 1.1 })).toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
  const untimed = { ...result, untimed: true };
  expect(await writeResult(folder, '', untimed, { ...circumstances, relayLateness: 1.1 })).toBeDefined();
});

test('a measurement that takes several runs finds what the earlier ones have written', async () => {
  expect(recorded(folder, 'made-up')).toEqual([]);
  await writeResult(folder, '', { ...result, data: [{ seed: 1 }] }, { ...circumstances, relayLateness: 0 });
  expect(recorded(folder, 'made-up')).toEqual([{ seed: 1 }]);
});
