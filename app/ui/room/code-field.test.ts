import { expect, test } from 'vitest';
import { findSlip } from './code-field.tsx';

test('a whole code has no slip, however it is typed', () => {
  for (const text of ['42-acid-zoom', '42 Acid Zoom', '42.acid–zoom', '42acid zoom']) {
    expect(findSlip(text)).toBeUndefined();
  }
});

test('a word that is still being typed has the benefit of the doubt', () => {
  for (const text of ['', '4', '42', '42-', '42-a', '42-ac', '42-acid-', '42-acid-zo']) {
    expect(findSlip(text), text).toBeUndefined();
  }
});

test('a mistyped word is named with the word that was probably meant', () => {
  const slip = findSlip('42-acod-zoom');
  expect(slip?.word).toBe('acod');
  expect(slip?.suggestion).toBe('acid');
  expect(slip?.whole).toBe('42-acid-zoom');
});

test('a beginning that no word has is a slip at once', () => {
  expect(findSlip('42-xqz')?.word).toBe('xqz');
});
