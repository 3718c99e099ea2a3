import { expect, test } from 'vitest';
import { commentsOf, countDialect, sentencesOf, wordsOf } from './prose.mjs';

test('comments are found in blocks, on lines and behind code, and strings are none', () => {
  const source = [
    '/**',
    ' * Says why.',
    ' */',
    "const url = 'http://x'; // behind",
    "const text = 'a // b';",
    '// alone',
    '/** One line. */ const x = 1;',
  ].join('\n');
  const text = commentsOf(source).map((comment) => comment.text.trim());
  expect(text.filter((line) => line !== '')).toEqual(['Says why.', 'behind', 'alone', 'One line.']);
});

test('words of the dialect are counted in comments and nowhere else, and wide comments are named', () => {
  const source = `// It came and told nobody.\nconst told = 'came';\n// ${'wide '.repeat(25)}\n// oxlint-disable ${'w'.repeat(99)}`;
  const { words, found, wide } = countDialect([{ file: 'x.ts', source }]);
  expect(words).toBe(5 + 25 + 2);
  expect(Object.values(found).map((places) => places.length)).toEqual([1, 1, 1, 0, 0]);
  expect(wide).toEqual(['x.ts:3: 127 columns']);
});

test('sentences end at full stops and at list items; code, tables and names of tests are left out', () => {
  const markdown =
    'One two. Three\nfour (`a.b`).\n\n- Five\n- Six: Seven [`x.test.ts`, `y.test.ts`]\n\n```\ncode here\n```\n\n| cell |\n';
  const sentences = sentencesOf(markdown);
  expect(sentences.map(({ text }) => text)).toEqual([
    'One two.',
    'Three four (`a.b`).',
    'Five',
    'Six:',
    'Seven',
  ]);
  expect(wordsOf('round-trip time, 0.1 ms')).toBe(5);
});
