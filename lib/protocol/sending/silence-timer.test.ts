import { expect, test } from 'vitest';
import { MAX_SILENCE } from '../limits.ts';
import { SilenceTimer } from './silence-timer.ts';

test('feedback is too old after half a second or four round trips, and the other side gone after the limit', () => {
  const timer = new SilenceTimer();
  timer.heard(1000);
  expect([timer.blind(50, 1500), timer.blind(50, 1501)]).toEqual([false, true]);
  expect([timer.blind(300, 2200), timer.blind(300, 2201)]).toEqual([false, true]);
  expect([timer.expired(1000 + MAX_SILENCE), timer.expired(timer.nextTimeout())]).toEqual([false, true]);
});

test('the time before sending began is no silence, and beginning again does not go back', () => {
  const timer = new SilenceTimer();
  timer.restart(60_000);
  expect(timer.expired(60_000)).toBe(false);
  timer.heard(70_000);
  timer.restart(65_000);
  expect(timer.heardAt).toBe(70_000);
});
