import { expect, test } from 'vitest';
import { Deadline } from './deadline.ts';
import { AWAKE_MS, LIMITS_MS, SLEPT_MS } from './limits.ts';

test('what is waited for is due once, and what begins next takes its place', () => {
  const deadline = new Deadline();
  expect([deadline.at, deadline.takeDue(1e9)]).toEqual([Infinity, undefined]);
  deadline.start('guest', 100);
  deadline.start('retry', 100);
  expect(deadline.at).toBe(100 + LIMITS_MS.retry);
  expect(deadline.takeDue(99 + LIMITS_MS.retry)).toBeUndefined();
  expect(deadline.takeDue(100 + LIMITS_MS.retry)).toBe('retry');
  expect(deadline.takeDue(1e9)).toBeUndefined();
});

test('a page that slept over it is given more time, but no more than the limit itself', () => {
  const deadline = new Deadline();
  deadline.startUntil('search', 1000);
  expect(deadline.allowForSleep(999 + SLEPT_MS)).toBe(false);
  expect(deadline.allowForSleep(1000 + SLEPT_MS)).toBe(true);
  expect(deadline.at).toBe(1000 + SLEPT_MS + AWAKE_MS);
  deadline.startUntil('again', 1000);
  deadline.allowForSleep(90_000);
  expect(deadline.at).toBe(90_000 + LIMITS_MS.again);
  deadline.stop();
  expect([deadline.allowForSleep(1e9), deadline.at]).toEqual([false, Infinity]);
});
