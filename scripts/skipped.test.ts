import { expect, test } from 'vitest';
import { describeSkipped, skippedByPlaywright, skippedByVitest } from './skipped.mjs';

test('a skipped test of Vitest brings its reason in its title, and one without says so', () => {
  const assertionResults = [
    { title: 'runs', status: 'passed' },
    { title: 'unpacks the zip [needs python3]', status: 'skipped' },
    { title: '[P-3] waits', status: 'pending' },
    { title: 'joins', ancestorTitles: ['rooms [needs redis-server]', 'a code'], status: 'skipped' },
  ];
  expect(skippedByVitest({ testResults: [{ assertionResults }] })).toEqual([
    { title: 'unpacks the zip', reason: 'needs python3' },
    { title: '[P-3] waits', reason: 'no reason given' },
    { title: 'joins', reason: 'needs redis-server' },
  ]);
});

test('a skipped test of Playwright is found in any depth, with what it said', () => {
  const spec = (title: string, status: string, description?: string) => ({
    title,
    tests: [{ status, annotations: [{ type: 'skip', description }] }],
  });
  const suites = [
    { specs: [spec('a', 'expected')], suites: [{ specs: [spec('b', 'skipped', 'no root')] }] },
    { specs: [spec('c', 'skipped')] },
  ];
  expect(skippedByPlaywright({ suites })).toEqual([
    { title: 'b', reason: 'no root' },
    { title: 'c', reason: 'no reason given' },
  ]);
});

test('the summary names each reason once, with its tests', () => {
  const lines = describeSkipped([
    { title: 'a', reason: 'no root' },
    { title: 'b', reason: 'long' },
    { title: 'c', reason: 'no root' },
  ]);
  expect(lines).toEqual(['  2 skipped: no root', '    - a', '    - c', '  1 skipped: long', '    - b']);
});
