import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { labelsOf } from './labels.ts';

const named = (...names: string[]) => names.map((name) => ({ name }));

test('a name that is there twice has a number, and not the one of a file that is called so', () => {
  expect(labelsOf(named('a.jpg', 'a.jpg (2)', 'a.jpg', 'b.jpg', 'a.jpg'))).toEqual([
    'a.jpg',
    'a.jpg (2)',
    'a.jpg (3)',
    'b.jpg',
    'a.jpg (4)',
  ]);
});

test('whatever the files are called, no two have one label', () => {
  const names = fc.array(fc.constantFrom('a', 'a (2)', 'a (3)', 'a (2) (2)', 'b'), { maxLength: 12 });
  fc.assert(
    fc.property(names, (list) => {
      const labels = labelsOf(named(...list));
      expect(new Set(labels).size).toBe(list.length);
    }),
  );
});
