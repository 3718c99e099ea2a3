import { expect, test } from 'vitest';
import {
  describeFailed,
  describeSkipped,
  failedByPlaywright,
  failedByVitest,
  skippedByPlaywright,
  skippedByVitest,
} from './reports.mjs';

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

test('a failed test of Vitest is named with its file and the first line of its error, a flaky one too, as is a file that does not load', () => {
  const failure = (title: string) => ({ title, status: 'failed', failureMessages: ['Error: 2\n    at x'] });
  const testResults = [
    { name: '/tessera/lib/a.test.ts', status: 'failed', assertionResults: [failure('adds')] },
    { name: '/tessera/lib/b.test.ts', status: 'failed', message: '\nNo such file\n', assertionResults: [] },
    {
      name: '/tessera/lib/c.test.ts',
      status: 'passed',
      assertionResults: [
        { title: 'c', status: 'passed', failureMessages: [] },
        { title: 'd', status: 'passed', failureMessages: ['Error: slow\n    at c.test.ts:3:1'] },
      ],
    },
  ];
  expect(failedByVitest({ testResults }, '/tessera')).toEqual([
    { title: 'lib/a.test.ts › adds', reason: 'Error: 2', flaky: false },
    { title: 'lib/b.test.ts', reason: 'No such file', flaky: false },
    { title: 'lib/c.test.ts › d', reason: 'Error: slow', flaky: true },
  ]);
});

test('a failed test of Playwright is named, a flaky one too, and so is an error of no test', () => {
  const spec = (title: string, status: string, ...messages: (string | undefined)[]) => ({
    title,
    file: 'a.spec.ts',
    line: 7,
    tests: [
      {
        status,
        results: messages.map((message) => ({ status: 'timedOut', error: message && { message } })),
      },
    ],
  });
  const suites = [
    {
      specs: [spec('passes', 'expected', undefined)],
      suites: [{ specs: [spec('b', 'flaky', 'no\nmore', undefined)] }],
    },
    {
      specs: [
        spec('c', 'unexpected', '\u001b[31mwrong\u001b[39m', 'other'),
        spec('d', 'unexpected', undefined),
      ],
    },
  ];
  expect(failedByPlaywright({ suites, errors: [{ message: 'Error: no such file' }] })).toEqual([
    { title: 'a.spec.ts:7 › b', reason: 'no', flaky: true },
    { title: 'a.spec.ts:7 › c', reason: 'wrong', flaky: false },
    { title: 'a.spec.ts:7 › d', reason: 'timedOut', flaky: false },
    { title: 'outside of any test', reason: 'Error: no such file', flaky: false },
  ]);
});

test('the summary names what failed before what passed at a second try', () => {
  const lines = describeFailed([
    { title: 'a', reason: 'slow', flaky: true },
    { title: 'b', reason: 'wrong', flaky: false },
  ]);
  expect(lines).toEqual(['  FAILED: b', '    wrong', '  FLAKY, passed at a second try: a', '    slow']);
});
