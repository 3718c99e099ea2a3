import { expect, test } from 'vitest';
import { ContentionDetector } from './contention.ts';

const ROUND_TRIP = 50;

/** When competing traffic is found, with feedback every 10 ms; `undefined`: not in five seconds. */
function found(queue: (now: number) => number, bandwidth: (now: number) => number = () => 1000) {
  const detector = new ContentionDetector();
  for (let now = 0; now <= 5000; now += 10)
    if (detector.update(queue(now), bandwidth(now), ROUND_TRIP, now)) return now;
  return undefined;
}

test('a queue that stays for 400 ms and three times its length is not ours', () => {
  expect(found(() => 100)).toBe(700);
  expect(found(() => 200)).toBe(1000);
});

test('one that drains now and then is, and so is a short one', () => {
  expect(found((now) => (now % 500 === 0 ? 5 : 100))).toBeUndefined();
  expect(found(() => 20)).toBeUndefined();
});

test('a short one is competing traffic’s where we have yielded to it', () => {
  expect(
    found(
      () => 20,
      (now) => (now < 1000 ? 1000 : 800),
    ),
  ).toBeGreaterThan(1000);
  expect(
    found(
      () => 10,
      (now) => (now < 1000 ? 1000 : 800),
    ),
  ).toBeUndefined();
});

test('an idle period and a new observation begin anew', () => {
  const detector = new ContentionDetector();
  detector.update(100, 1000, ROUND_TRIP, 0);
  detector.update(100, 1000, ROUND_TRIP, 600);
  expect(detector.undrainedFor(650)).toBe(650);
  detector.reset(650);
  expect(detector.undrainedFor(660)).toBe(10);
  expect(detector.update(100, 1000, ROUND_TRIP, 1300)).toBe(false);
});
