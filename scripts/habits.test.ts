import { expect, test } from 'vitest';
import { complaintsOf, crowdedClasses } from './habits.mjs';

const complained = (...lines: string[]) => complaintsOf(lines.join('\n')).map((text) => text.split(': ')[0]);

test('members are hidden with #, but for constructors; comments and texts are none', () => {
  const source = ['class A {', '  private b = 1;', '  private constructor() {}', '  #c = 2;', '}'];
  expect(complained(...source)).toEqual(['2']);
  expect(complained('  // private b', '  const window = "private window";')).toEqual([]);
});

test('bounds begin with MAX_ or MIN_, whatever word they use else', () => {
  const wrong = ['MESSAGE_MAX', 'MOST_ZOOM', 'WEBP_MOST', 'SHARE_AT_MOST', 'LONGEST', 'TIME_LIMIT'];
  expect(complained(...wrong.map((name) => `const ${name} = 3 << 2;`))).toHaveLength(wrong.length);
  expect(complained('const MAX_ZOOM = 8;', 'export const ALMOST = 1;', 'const LEASTWISE = 2;')).toEqual([]);
});

test('a time has the type Millis and no suffix, or ends in its unit', () => {
  expect(complained('const OPEN_TIMEOUT = 40_000;', 'const REST_INTERVAL = 2 * SECOND;')).toEqual(['1', '2']);
  expect(complained('  maxMillis?: number;', '  waitMs: Millis;', 'const REST_MS: Millis = 3;')).toEqual([
    '1',
    '2',
    '3',
  ]);
  const right = [
    'const A_DELAY: Millis = 3;',
    'const A_DELAY_MS = 3;',
    'const TIME = /x/;',
    'waitMs: number',
  ];
  expect(complained(...right)).toEqual([]);
});

test('a test that may be skipped says what it needs at the end of a title', () => {
  const skipped = (title: string) => `test.skipIf(!python)('${title}', () => {});`;
  expect(complained(skipped('unpacks the zip'))).toEqual(['1']);
  expect(complained(skipped('unpacks the zip [needs python3]'))).toEqual([]);
  expect(complained(skipped('unpacks [needs python3]'), skipped('packs'))).toEqual(['1']);
});

test('a class of more than twenty fields is named, whatever they are declared as; methods are none', () => {
  const kinds = [
    '  #one = 1;',
    '  readonly #two: number;',
    '  protected three?: string;',
    '  #four:',
    '  five;',
  ];
  const fields = (count: number) => Array.from({ length: count }, (_, index) => kinds[index % kinds.length]);
  const methods = ['  six(): void {}', '  get #seven(): number {', '    return this.one;', '  }'];
  const source = (count: number) => ['export class A<T> {', ...fields(count), ...methods, '}'].join('\n');
  expect(crowdedClasses(source(20))).toEqual([]);
  expect(crowdedClasses(`\n${source(21)}`)).toEqual(['2: A has 21 fields, more than 20']);
});
