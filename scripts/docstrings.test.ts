import { expect, test } from 'vitest';
import { check, hasDocstring, hasOpening, importsOf } from './docstrings.mjs';

test('imports of other folders are found: types, renamed ones, re-exports and those of a later moment', () => {
  const source = [
    "import { a, type B, c as d } from '../lib/x.ts';",
    "import {\n  e,\n} from '../lib/y.ts';",
    "export { f } from '../lib/z.ts';",
    "import { beside } from './beside.ts';",
    "import { readFileSync } from 'node:fs';",
    "const { g: h } = await part(import('../lib/later.ts'));",
  ].join('\n');
  expect(importsOf('app/page.tsx', source)).toEqual([
    { from: 'lib/x.ts', name: 'a' },
    { from: 'lib/x.ts', name: 'B' },
    { from: 'lib/x.ts', name: 'c' },
    { from: 'lib/y.ts', name: 'e' },
    { from: 'lib/z.ts', name: 'f' },
    { from: 'lib/later.ts', name: 'g' },
  ]);
});

test('a docstring is directly above, or above the run of lines; a blank line ends it', () => {
  const source = [
    '/** Says. */\nexport async function said() {}',
    '/** Both. */\nexport const ONE = 1;\nexport const TWO = 2;',
    'export interface Bare {\n  /** Its own. */\n  x: number;\n}',
    'export const saidNot = 1;',
  ].join('\n\n');
  const found = ['said', 'ONE', 'TWO', 'Bare', 'saidNot', 'elsewhere'].map((name) =>
    hasDocstring(source, name),
  );
  expect(found).toEqual([true, true, true, false, false, undefined]);
});

test('a file opens with a docstring at its head, or with that of the one value it exports', () => {
  const type = 'export interface Options {}';
  const opened = [
    `'use client';\n/** The card. */\nimport x from 'x';\n\n${type}`,
    `import x from 'x';\n\n${type}\n\n/** Makes it. */\nexport function make() {}`,
  ];
  const bare = [
    `import x from 'x';\n\n${type}\n\nexport function make() {}`,
    'const ONE = 1;\n\n/** Makes it. */\nexport function make() {}\n\n/** And more. */\nexport class Made {}',
  ];
  expect(opened.map(hasOpening)).toEqual([true, true]);
  expect(bare.map(hasOpening)).toEqual([false, false]);
  expect(check(new Map([['app/card.tsx', bare[0]!]])).complaints).toEqual([
    'app/card.tsx: no sentence at its head says what it is for',
  ]);
});

test('what only tests or the same folder import is not asked for', () => {
  const sources = new Map([
    ['lib/a/x.ts', '/** Letters. */\n\nexport const x = 1;\n\nexport const y = 2;\n\nexport const z = 3;'],
    ['lib/a/beside.ts', "/** Beside. */\nimport { z } from './x.ts';"],
    ['lib/b/b.test.ts', "import { y } from '../a/x.ts';"],
    ['lib/b/b.ts', "/** It. */\nimport { x } from '../a/x.ts';"],
  ]);
  expect(check(sources)).toEqual({
    complaints: ['lib/a/x.ts: x is used by another folder and has no docstring'],
    count: 1,
  });
});
