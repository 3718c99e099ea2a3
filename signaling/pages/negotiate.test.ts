import { expect, test } from 'vitest';
import { chooseEncoding, isKnown } from './negotiate.ts';

test.each([
  ['gzip, deflate, br', 'br'],
  ['gzip', 'gzip'],
  ['GZIP;q=0.5', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['br; q=0.001', 'br'],
  ['*', 'br'],
  ['*, br;q=0', 'gzip'],
  ['*;q=0', undefined],
  ['br;q=x', undefined],
  ['identity', undefined],
  ['', undefined],
  [undefined, undefined],
])('of a client that takes %s the choice is %s', (accepted, encoding) => {
  expect(chooseEncoding(accepted, { br: true, gzip: true })).toBe(encoding);
});

test('nothing is chosen that is not there', () => {
  expect(chooseEncoding('br, gzip', {})).toBeUndefined();
  expect(chooseEncoding('br, gzip', { gzip: true })).toBe('gzip');
});

test('a file is known by one of several tags, weak or not, or by a star', () => {
  for (const known of ['"a"', 'W/"a"', '"x", "a"', '*', '"x",W/"a"'])
    expect(isKnown('"a"', known)).toBe(true);
  for (const known of [undefined, '', 'a', '"b"', '"a-br"', 'w/"a"'])
    expect(isKnown('"a"', known)).toBe(false);
});
