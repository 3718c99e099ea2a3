import { expect, test } from 'vitest';
import { check, hasDocstring, importsOf } from './docstrings.mjs';

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

test('what only tests or the same folder import is not asked for', () => {
  const sources = new Map([
    ['lib/a/x.ts', 'export const x = 1;\n\nexport const y = 2;\n\nexport const z = 3;'],
    ['lib/a/beside.ts', "import { z } from './x.ts';"],
    ['lib/b/b.test.ts', "import { y } from '../a/x.ts';"],
    ['lib/b/b.ts', "import { x } from '../a/x.ts';"],
  ]);
  expect(check(sources)).toEqual({
    complaints: ['lib/a/x.ts: x is used by another folder and has no docstring'],
    count: 1,
  });
});
