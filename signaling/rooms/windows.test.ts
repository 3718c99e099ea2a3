import { expect, test } from 'vitest';
import { Windows } from './windows.ts';

test('counts in a window of a key, and begins anew after it', () => {
  const windows = new Windows(1000, 10);
  expect([windows.add('a', 0), windows.add('a', 999), windows.add('b', 999)]).toEqual([1, 2, 1]);
  expect(windows.count('a', 999)).toBe(2);
  expect(windows.count('a', 1000)).toBe(0);
  expect([windows.add('a', 1000), windows.count('b', 1000)]).toEqual([1, 1]);
});

test('a million keys take the room of as many as are allowed, and the newest are the ones that are known', () => {
  const windows = new Windows(1000, 1000);
  for (let i = 0; i < 1_000_000; i++) windows.add(String(i), i / 1_000_000);
  expect(windows.size).toBeLessThanOrEqual(1000);
  expect(windows.count('999999', 1)).toBe(1);
  expect(windows.count('0', 1)).toBe(0);
});

test('keys whose windows are over are forgotten', () => {
  const windows = new Windows(1000, 10);
  for (let i = 0; i < 7; i++) windows.add(String(i), i);
  windows.sweep(1002);
  expect(windows.size).toBe(4);
  windows.sweep(2000);
  expect(windows.size).toBe(0);
});
