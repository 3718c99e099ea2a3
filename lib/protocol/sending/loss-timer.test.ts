import { expect, test } from 'vitest';
import { RoundTrip } from '../congestion/round-trip.ts';
import { LaneSet } from './lane-set.ts';
import { LossTimer } from './loss-timer.ts';

/** A packet sent at 0 on a path of 100 ms; `delay`: after which it is lost if one of 200 ms was delivered. */
function timer() {
  const lanes = new LaneSet();
  lanes.open(1);
  const roundTrip = new RoundTrip();
  for (let i = 0; i < 50; i++) roundTrip.add(100, i);
  lanes.send(lanes.get(1)!, undefined, 0);
  return { lanes, timer: new LossTimer(lanes, roundTrip), delay: roundTrip.lossDelay };
}
const end = { newestDeliveredAt: 200, firstPassSent: true, blocked: false, exhausted: false, baseLoss: 0 };

test('at the end of a picture a packet is lost after the loss delay, if a later one was delivered', () => {
  const { lanes, timer: loss, delay } = timer();
  expect(loss.nextTimeout(end)).toBe(delay + 1);
  loss.expire(end, delay);
  expect(lanes.inFlight).toBe(1);
  loss.expire(end, delay + 1);
  expect([lanes.inFlight, loss.take(), loss.take()]).toEqual([0, 1, 0]);
  expect(loss.nextTimeout(end)).toBe(Infinity);
});

test('while there is more to send it has twice the time, and less the more the path loses', () => {
  const { timer: loss, delay } = timer();
  const wait = (baseLoss: number) => loss.nextTimeout({ ...end, firstPassSent: false, baseLoss }) - 1;
  expect(wait(0)).toBeCloseTo(2 * delay);
  expect(wait(0.05)).toBeCloseTo(1.75 * delay);
  expect(wait(0.5)).toBeCloseTo(delay);
});

test('while nothing at all is delivered it has twice the time again', () => {
  const { lanes, timer: loss, delay } = timer();
  const stalled = { ...end, newestDeliveredAt: 0 };
  expect(loss.nextTimeout(stalled)).toBe(2 * delay + 1);
  loss.expire(stalled, 2 * delay);
  expect(lanes.inFlight).toBe(1);
  loss.expire(stalled, 2 * delay + 1);
  expect(lanes.inFlight).toBe(0);
});

test('where nothing can be sent that would overtake it, it has no more time than at the end', () => {
  const { timer: loss, delay } = timer();
  const wait = (change: Partial<typeof end>) => loss.nextTimeout({ ...end, ...change }) - 1;
  expect(wait({ firstPassSent: false, blocked: true })).toBeCloseTo(delay);
  // The last flight: one smoothed round trip and a quarter, and no longer while nothing is delivered.
  expect(wait({ exhausted: true })).toBeLessThanOrEqual(delay);
  expect(wait({ exhausted: true, newestDeliveredAt: 0 })).toBeCloseTo(wait({ exhausted: true }));
});
