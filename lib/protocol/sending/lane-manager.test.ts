import { expect, test } from 'vitest';
import { RateController } from '../congestion/rate-controller.ts';
import { RoundTrip } from '../congestion/round-trip.ts';
import { LaneManager } from './lane-manager.ts';
import { LaneSet } from './lane-set.ts';

function manager(lanesOpen = 16) {
  const lanes = new LaneSet();
  const requests: [number, boolean][] = [];
  const one = new LaneManager(lanes, (target, hold) => requests.push([target, hold]));
  for (let id = 1; id <= lanesOpen; id++) {
    lanes.open(id);
    one.opened(0);
  }
  const roundTrip = new RoundTrip();
  roundTrip.add(100, 0);
  const input = {
    controller: new RateController(),
    roundTrip,
    trains: { undecided: false, rate: undefined },
  };
  const update = (busy: boolean, unsentBytes: number, now: number) =>
    one.update({ ...input, busy, unsentBytes }, now);
  return { lanes, requests, one, update };
}
const LONG = 1e9;

test('during a transfer lanes are requested twice a second at most, and never fewer than there are', () => {
  const { one, requests, update } = manager();
  one.limit(0);
  for (let now = 0; now < 2000; now += 10) {
    one.limit(now);
    update(true, LONG, now);
  }
  expect(requests.length).toBeGreaterThan(0);
  expect(requests.length).toBeLessThanOrEqual(4);
  for (const [target, hold] of requests) {
    expect(target).toBeGreaterThanOrEqual(16);
    expect(hold).toBe(false);
  }
});

test('with the first lane 32 are requested, and more once trains have told a slow path from a fast one', () => {
  const { one, requests } = manager(1);
  const update = (undecided: boolean, rate: number | undefined) => {
    const shown = rate === undefined ? undefined : { rate, time: 30 };
    one.update(
      {
        controller: new RateController(),
        roundTrip: { minRtt: 100 },
        trains: { undecided, rate: shown },
        busy: false,
        unsentBytes: 0,
      },
      0,
    );
  };
  expect(requests).toEqual([[32, false]]);
  update(true, undefined);
  update(false, 125);
  expect(requests).toHaveLength(1);
  update(false, 2500);
  expect(requests.at(-1)).toEqual([64, false]);
});

test('near the end of a transfer nothing is opened or closed', () => {
  const { requests, update } = manager();
  update(true, LONG, 0);
  update(true, 1000, 10);
  expect(requests.at(-1)?.[1]).toBe(true);
});

test('after a minute without a picture most lanes are closed, and an offer requests them again', () => {
  const { one, requests, update } = manager(60);
  update(true, LONG, 0);
  const [inUse] = requests.at(-1)!;
  expect(inUse).toBeGreaterThan(16);
  expect(one.nextTimeout(true)).toBe(Infinity);
  expect(one.nextTimeout(false)).toBe(60_000);
  one.handleTimeout(false, 59_999);
  expect(requests.at(-1)).toEqual([inUse, false]);
  one.handleTimeout(false, 60_000);
  expect(requests.at(-1)).toEqual([16, false]);
  expect(one.nextTimeout(false)).toBe(Infinity);
  one.offered(90_000);
  expect(requests.at(-1)).toEqual([inUse, false]);
});

test('after ten seconds without a picture or an offer all but 64 are closed, after a minute most of those', () => {
  const { one, requests } = manager(64);
  const controller = { bottleneck: 2500, loss: 0.1, knowsRate: true, shownBy: () => undefined };
  const trains = { undecided: false, rate: undefined };
  const update = (busy: boolean, unsentBytes: number, now: number) =>
    one.update({ controller, trains, roundTrip: { minRtt: 100 }, busy, unsentBytes }, now);
  update(true, LONG, 0);
  const [inUse] = requests.at(-1)!;
  expect(inUse).toBeGreaterThan(64);
  one.offered(20_000);
  expect(one.nextTimeout(false)).toBe(80_000);
  // It is accepted and sent.
  update(true, 0, 30_000);
  expect(one.nextTimeout(false)).toBe(40_000);
  one.handleTimeout(false, 40_000);
  expect(requests.at(-1)).toEqual([64, false]);
  expect(one.nextTimeout(false)).toBe(90_000);
  one.handleTimeout(false, 90_000);
  expect(requests.at(-1)).toEqual([16, false]);
  one.offered(100_000);
  expect(requests.at(-1)).toEqual([inUse, false]);
});

test('a fifth more lanes than limited the sender are clearly more, once', () => {
  const { lanes, one } = manager(10);
  one.limit(100);
  const opened = [11, 12, 13].map((id) => {
    lanes.open(id);
    return one.opened(200);
  });
  expect(opened).toEqual([false, true, false]);
});

test('a new transport is asked for everything again', () => {
  const { lanes, one, requests, update } = manager();
  update(true, LONG, 0);
  for (let id = 1; id <= 16; id++) {
    lanes.close(id);
    one.closed();
  }
  const before = requests.length;
  for (let id = 1; id <= 16; id++) lanes.open(id);
  update(true, LONG, 1000);
  expect(requests.length).toBe(before + 1);
});
