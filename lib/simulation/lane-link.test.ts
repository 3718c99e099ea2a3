import { describe, expect, test } from 'vitest';
import { DCSCTP, DCSCTP_LANE, type AssociationOptions } from './association-options.ts';
import { SctpLane } from './lane-link.ts';
import { makePath, runPath } from './path.ts';

/** A message of one chunk with the protocol's header. */
const MESSAGE = 1044;
/** What the measured runs were paced at. */
const PACE = 46_000_000;
/** Window-limited lanes are offered more than they take; this much waits in each. */
const BACKLOG = 8000;

interface Pumped {
  /** Mbit/s of messages delivered. */
  goodput: number;
  /** Of the messages sent, how many were delivered. */
  share: number;
}

/** Offers messages to `lanes` in turn at the measured pace and counts after a second. */
function pump(lanes: number, p: number, millis = 5000): Pumped {
  const warm = 1000;
  const link = { rate: 50_000_000, queueMs: 100, delay: 50, loss: { kind: 'independent', p } as const };
  const path = makePath({ ...link, seed: 1 }, { ...link, seed: 2 });
  let sent = 0;
  let received = 0;
  const all = Array.from(
    { length: lanes },
    () =>
      new SctpLane(
        DCSCTP_LANE,
        path,
        (_bytes, now) => void (received += now > warm ? 1 : 0),
        () => {},
      ),
  );
  const bytes = new Uint8Array(MESSAGE);
  const every = (MESSAGE * 8000) / PACE;
  let turn = 0;
  const tick = path.timers.add((now) => {
    for (let tried = 0; tried < lanes; tried++) {
      const lane = all[turn++ % lanes] as SctpLane;
      if (lane.backlog() >= BACKLOG) continue;
      lane.send(bytes, now);
      if (now > warm) sent++;
      break;
    }
    path.timers.set(tick, now + every);
  });
  path.timers.set(tick, 0);
  runPath(path, millis);
  return { goodput: (received * MESSAGE * 8) / (millis - warm) / 1000, share: received / sent };
}

describe('sctp lanes', () => {
  // Goodput against lanes at RTT 100 ms, Mbit/s, as measured between two Chromiums.
  test.each([
    [0.01, 1, 1.2],
    [0.01, 8, 11],
    [0.01, 32, 34],
    [0.05, 1, 0.5],
    [0.05, 8, 3.8],
    [0.05, 32, 15],
    [0.05, 64, 28.5],
    [0.05, 128, 37],
    [0.1, 16, 4.6],
    [0.1, 64, 19.5],
    [0.1, 128, 34],
  ])('at a loss of %f %i lanes carry about the %f Mbit/s measured in browsers', (p, lanes, measured) => {
    const { goodput } = pump(lanes, p, lanes === 1 ? 20_000 : 5000);
    expect(goodput / measured).toBeGreaterThan(0.7);
    expect(goodput / measured).toBeLessThan(1.3);
  });

  test('lose a fifth of the messages at 10 % loss, because a full window cuts them in two', () => {
    const { share } = pump(8, 0.1, 20_000);
    expect(share).toBeGreaterThan(0.75);
    expect(share).toBeLessThan(0.84); // measured: 79 %
  });

  test('see the loss of the link alone while their windows have room', () => {
    const path = makePath(
      { rate: 50_000_000, delay: 50, loss: { kind: 'independent', p: 0.1 }, seed: 5 },
      { rate: 50_000_000, delay: 50, seed: 6 },
    );
    let received = 0;
    let sent = 0;
    const lane = new SctpLane(
      DCSCTP_LANE,
      path,
      () => void received++,
      () => {},
    );
    const tick = path.timers.add((now) => {
      lane.send(new Uint8Array(MESSAGE), now);
      path.timers.set(tick, ++sent < 3000 ? now + 60 : undefined);
    });
    path.timers.set(tick, 0);
    runPath(path, Infinity);
    expect(lane.association.stats.packets).toBeLessThan(sent * 1.15); // FORWARD-TSN besides
    expect(received / sent).toBeGreaterThan(0.88);
    expect(received / sent).toBeLessThan(0.92);
  });

  test('start with ten packets a round trip and keep the rest as backlog', () => {
    const path = makePath({ rate: 50_000_000, delay: 50, seed: 1 }, { rate: 50_000_000, delay: 50, seed: 2 });
    let received = 0;
    const lane = new SctpLane(
      DCSCTP_LANE,
      path,
      () => void received++,
      () => {},
    );
    for (let i = 0; i < 100; i++) lane.send(new Uint8Array(1156), 0);
    expect(lane.backlog()).toBeGreaterThan(89 * 1156);
    expect(lane.backlog()).toBeLessThan(91 * 1156);
    runPath(path, 99);
    expect(received).toBe(10);
    runPath(path, Infinity);
    expect(received).toBe(100);
    expect(lane.backlog()).toBe(0);
  });
});

describe('an association, as WebRTC configures dcSCTP', () => {
  const link = { rate: Infinity, delay: 10 };
  const laneOn = (options: AssociationOptions) => {
    const path = makePath({ ...link, seed: 1 }, { ...link, seed: 2 });
    const lane = new SctpLane(
      options,
      path,
      () => {},
      () => {},
    );
    return { path, lane };
  };

  test('waits three seconds at most for an acknowledgement, however often it has waited', () => {
    const { path, lane } = laneOn(DCSCTP);
    path.forward.blackout(0, Infinity);
    lane.send(new Uint8Array(MESSAGE), 0);
    runPath(path, 30_000);
    // 0.5, 1 and 2 s, then every 3 s; without the bound the sixth would be due after 31 s.
    expect(lane.association.stats.timeouts).toBe(11);
  });

  test('is acknowledged packet by packet while its window is below ten packets, and for every second one beyond', () => {
    const { path, lane } = laneOn(DCSCTP);
    // A lone packet of a fresh association waits for a second one, 200 ms at most.
    lane.send(new Uint8Array(MESSAGE), 0);
    runPath(path, 100);
    expect(path.reverse.stats.sent).toBe(0);
    runPath(path, 1000);
    expect(path.reverse.stats.sent).toBe(1);

    path.forward.blackout(1000, 1001);
    lane.send(new Uint8Array(MESSAGE), 1000);
    runPath(path, 3000);
    const before = path.reverse.stats.sent;
    lane.send(new Uint8Array(MESSAGE), 3000);
    runPath(path, 3050);
    expect(path.reverse.stats.sent).toBe(before + 1);
  });
});
