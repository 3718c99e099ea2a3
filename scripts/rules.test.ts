import { expect, test } from 'vitest';
import { rulesOf, tie, titlesOf } from './rules.mjs';

const PROTOCOL = '# X\n\n**P-1** A rule that mentions P-2.\n\n**P-2** Another.\n';

test('rules are what stands in bold at the front of a line', () => {
  expect(rulesOf(PROTOCOL)).toEqual(['P-1', 'P-2']);
});

test('titles name rules whatever their quotes, several at once too, and comments name none', () => {
  const source = [
    "it('[P-1] a', () => {})",
    'test("[P-1, P-2] b", () => {})',
    'it(`[P-2] ${x}`)',
    '// [P-9] c',
  ];
  expect(titlesOf(source.join('\n'))).toEqual([
    { title: 'a', rules: ['P-1'] },
    { title: 'b', rules: ['P-1', 'P-2'] },
    { title: '${x}', rules: ['P-2'] },
  ]);
});

test('a rule without a test, a title without a rule and a rule that stands twice are each complained of', () => {
  const complain = (protocol: string, source: string) =>
    tie(protocol, [{ file: 'x.test.ts', source }]).complaints;
  expect(complain(PROTOCOL, "it('[P-1, P-2] a')")).toEqual([]);
  expect(complain(PROTOCOL, "it('[P-1] a')")).toEqual(['P-2: no test names it']);
  expect(complain(PROTOCOL, "it('[P-1, P-2, P-3] a')")).toEqual(['x.test.ts › a: there is no rule P-3']);
  expect(complain(`${PROTOCOL}\n**P-2** Again.\n`, "it('[P-1, P-2] a')")).toEqual(['P-2 stands twice']);
});
