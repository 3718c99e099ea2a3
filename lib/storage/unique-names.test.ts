import { expect, test } from 'vitest';
import { MAX_NAME_BYTES } from '../image/file-name.ts';
import { UniqueNames } from './unique-names.ts';

test('a second file of a name gets a number, whatever the case', () => {
  const names = new UniqueNames();
  expect(['a.jpg', 'A.jpg', 'a.jpg', 'b'].map((name) => names.take(name))).toEqual([
    'a.jpg',
    'A (2).jpg',
    'a (3).jpg',
    'b',
  ]);
});

test('a number never makes a name longer than a file system takes', () => {
  const names = new UniqueNames();
  const long = `${'ä'.repeat(125)}.jpg`;
  const taken = [names.take(long), names.take(long), names.take(long)];
  expect(new Set(taken).size).toBe(3);
  for (const name of taken) expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(MAX_NAME_BYTES);
});

test.each([
  ['Straße.jpg', 'STRASSE.JPG'],
  ['ὀδυσσεύς.jpg', 'ὈΔΥΣΣΕΎΣ.jpg'],
  ['Å.jpg', 'å.jpg'],
  ['ﬁn.jpg', 'FIN.jpg'],
])('%s and %s are one name on a phone and get two', (first, second) => {
  const names = new UniqueNames();
  names.take(first);
  expect(names.take(second)).toMatch(/ \(2\)\.jpg$/i);
});
