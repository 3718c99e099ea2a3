import { expect, test } from 'vitest';
import { Held } from './held.ts';

test('one holds a number, all together another, and what is given back can be taken again', () => {
  const held = new Held(2, 3);
  expect([held.take('a'), held.take('a'), held.take('a')]).toEqual([true, true, false]);
  expect([held.take('b'), held.take('c')]).toEqual([true, false]);
  held.release('a');
  expect([held.take('c'), held.take('a')]).toEqual([true, false]);
  held.release('b');
  expect(held.take('a')).toBe(true);
});

test('what was never taken gives nothing back', () => {
  const held = new Held(1, 1);
  held.release('a');
  expect([held.take('a'), held.take('b')]).toEqual([true, false]);
});
