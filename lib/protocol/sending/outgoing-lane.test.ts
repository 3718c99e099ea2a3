import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LaneSet } from './lane-set.ts';
import { OutgoingLane, type Carried } from './outgoing-lane.ts';

const PACKET = 1040;

test('[P-121] what is lost of a train of probes is no loss of the path, and what follows it is', () => {
  const lane = new OutgoingLane(1);
  for (let i = 0; i < 4; i++) lane.sendOfTrain(0);
  lane.send(undefined, 30);
  // It gives them up before anything is heard.
  expect(lane.expire(10)).toBe(4);
  expect(lane.acknowledge(4, 2, 2)).toMatchObject({ resolved: 0, lost: 0 });
  expect(lane.inFlight).toBe(0);
  for (const at of [60, 60, 60, 60, 90]) lane.send(undefined, at);
  expect(lane.acknowledge(9, 6, 2)).toMatchObject({ lost: 1 });
});

/** A lane that sent `count` packets for one block, 1 ms apart. */
function sentOn(count: number): { lane: OutgoingLane; block: Carried } {
  const lane = new OutgoingLane(1);
  const block = { inFlight: 0 };
  for (let i = 0; i < count; i++) expect(lane.send(block, i)).toBe(i);
  return { lane, block };
}

describe('outgoing lane', () => {
  test('settles what came out', () => {
    const { lane, block } = sentOn(5);
    expect(lane.acknowledge(4, 5, 2)).toMatchObject({ resolved: 5, lost: 0, late: 0 });
    expect(lane.inFlight).toBe(0);
    expect(block.inFlight).toBe(0);
  });

  test('[P-38, P-40] settles a packet that a later one overtook by three, and counts it as lost once nothing before it is open', () => {
    const { lane, block } = sentOn(6);
    // Number 0 is missing: 1 and 2 overtake it by too little.
    expect(lane.acknowledge(2, 2, 100)).toMatchObject({ resolved: 0, lost: 0, late: 0 });
    // Now 3 does. Of 1, 2 and 3 one may be the missing one still, as far as counts show.
    expect(lane.acknowledge(3, 3, 100)).toMatchObject({ resolved: 1, lost: 0, late: 0 });
    expect(block.inFlight).toBe(5);
    expect(lane.acknowledge(5, 5, 1)).toMatchObject({ resolved: 5, lost: 1, late: 1 });
    expect(lane.losses).toBe(1);
  });

  test('[P-38] takes a packet as lost that a later one overtook by the time of the reorder window', () => {
    const { lane } = sentOn(3);
    expect(lane.acknowledge(2, 2, 0.5)).toMatchObject({ resolved: 3, lost: 1, late: 1 });
  });

  test('has a window of one packet after a rest in which its association gave up the last one', () => {
    const { lane } = sentOn(3);
    lane.acknowledge(1, 2, 2);
    expect(lane.expire(100)).toBe(1);
    lane.settle(2);
    expect(lane.room(PACKET)).toBeGreaterThan(5);
    lane.settle(1000);
    expect(lane.room(PACKET)).toBe(1);
    // The loss is counted when the next packet shows it, and does not widen what has collapsed.
    lane.send({ inFlight: 0 }, 2000);
    expect(lane.room(PACKET)).toBe(0);
    expect(lane.acknowledge(3, 3, 2)).toMatchObject({ resolved: 1, lost: 1 });
    expect(lane.room(PACKET)).toBe(2);
    lane.settle(3000);
    expect(lane.room(PACKET)).toBe(2);
  });

  test.each([
    { later: 2, room: 1 },
    { later: 3, room: 6 },
  ])('has a window of $room after a loss that $later later packets showed', ({ later, room }) => {
    const { lane } = sentOn(later + 2);
    lane.acknowledge(0, 1, 2);
    expect(lane.acknowledge(later + 1, later + 1, 0)).toMatchObject({ lost: 1 });
    expect(lane.room(PACKET)).toBeGreaterThan(4);
    lane.settle(1000);
    expect(lane.room(PACKET)).toBe(room);
  });

  test('believes no claim about packets it never sent, and no older news', () => {
    const { lane, block } = sentOn(4);
    expect(lane.acknowledge(4, 5, 2)).toMatchObject({ resolved: 0, lost: 0, late: 0 });
    expect(lane.acknowledge(0x7fff, 3, 2)).toMatchObject({ resolved: 0, lost: 0, late: 0 });
    expect(lane.acknowledge(2, 3, 2)).toMatchObject({ resolved: 3, lost: 0, late: 0 });
    expect(lane.acknowledge(1, 2, 2)).toMatchObject({ resolved: 0, lost: 0, late: 0 });
    expect(lane.acknowledge(0xffff, 0, 2)).toMatchObject({ resolved: 0, lost: 0, late: 0 });
    expect(block.inFlight).toBe(1);
  });

  test('goes on where its 16-bit counters begin again', () => {
    const lane = new OutgoingLane(1);
    const block = { inFlight: 0 };
    let received = 0;
    let lost = 0;
    for (let number = 0; number < 200_000; number++) {
      lane.send(block, number / 10);
      // Every tenth is lost; feedback arrives every 37 packets.
      if (number % 10 !== 0) received += 1;
      if (number % 37 === 0 && number % 10 !== 0)
        lost += lane.acknowledge(number & 0xffff, received & 0xffff, 2).lost;
    }
    expect(lost).toBeGreaterThan(19_900);
    expect(lost).toBeLessThanOrEqual(20_000);
    expect(block.inFlight).toBe(lane.inFlight);
    expect(lane.inFlight).toBeLessThan(400);
  });

  test('[P-39] declares lost by time what nothing overtakes, and takes that back when it arrives after all', () => {
    const { lane, block } = sentOn(4);
    expect(lane.oldest()).toBe(0);
    expect(lane.expire(2)).toBe(2);
    expect(lane.oldest()).toBe(2);
    expect(block.inFlight).toBe(2);
    // Two were reported as late, and are taken back.
    expect(lane.acknowledge(3, 4, 2)).toMatchObject({ resolved: 2, lost: 0, late: -2 });
    expect(lane.losses).toBe(0);
  });

  test('reports once that a packet is late, whether time or a later packet shows it first', () => {
    const { lane } = sentOn(4);
    expect(lane.expire(1)).toBe(1);
    // Number 0 was counted by `expire`; number 2 is new.
    expect(lane.acknowledge(3, 2, 0.5)).toMatchObject({ resolved: 3, lost: 2, late: 1 });
  });

  test('[P-40] never counts a packet of a block twice, whatever feedback arrives in whatever order', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('send' as const), count: fc.integer({ min: 1, max: 20 }) }),
        fc.record({ kind: fc.constant('news' as const), highest: fc.nat(0xffff), received: fc.nat(0xffff) }),
        fc.record({ kind: fc.constant('honest' as const), back: fc.nat({ max: 5 }) }),
        fc.record({ kind: fc.constant('expire' as const), back: fc.nat({ max: 30 }) }),
      ),
    );
    fc.assert(
      fc.property(steps, (list) => {
        const lane = new OutgoingLane(1);
        const block = { inFlight: 0 };
        let now = 0;
        for (const step of list) {
          now += 1;
          if (step.kind === 'send') for (let i = 0; i < step.count; i++) lane.send(block, now);
          else if (step.kind === 'expire') lane.expire(now - step.back);
          else if (step.kind === 'news') lane.acknowledge(step.highest, step.received, 3);
          else {
            const highest = Math.max(0, lane.sent - 1 - step.back);
            lane.acknowledge(highest & 0xffff, (highest + 1) & 0xffff, 3);
          }
          expect(block.inFlight).toBe(lane.inFlight);
          expect(lane.inFlight).toBeGreaterThanOrEqual(0);
          expect(lane.inFlight).toBeLessThanOrEqual(lane.sent);
        }
        lane.expire(Infinity);
        expect(block.inFlight).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  test('[P-13] has room for no part of a packet, and for none while the browser holds bytes back', () => {
    const lane = new OutgoingLane(1);
    const room = lane.room(PACKET);
    expect(room).toBeGreaterThan(8);
    for (let i = 0; i < room; i++) lane.send(undefined, 0);
    expect(lane.room(PACKET)).toBe(0);
    lane.acknowledge(room - 1, room, 2);
    expect(lane.room(PACKET)).toBeGreaterThan(0);
    lane.hold(1, 0);
    expect(lane.room(PACKET)).toBe(0);
  });

  test('guesses a window that grows while used, halves once a round trip of losses, and never falls below four packets', () => {
    const lane = new OutgoingLane(1);
    let received = 0;
    const round = (lost: number): void => {
      const room = lane.room(PACKET);
      let highest = -1;
      for (let i = 0; i < room; i++) highest = lane.send(undefined, 0);
      received += room - lost;
      lane.acknowledge(highest & 0xffff, received & 0xffff, 0);
    };
    const fresh = lane.room(PACKET);
    round(0);
    const grown = lane.room(PACKET);
    expect(grown).toBeGreaterThan(fresh);
    round(3);
    expect(lane.room(PACKET)).toBeLessThanOrEqual(grown / 2 + 1);
    for (let i = 0; i < 10; i++) round(1);
    expect(lane.room(PACKET)).toBe(4);
  });
});

describe('a lane’s guessed window', () => {
  test('grows with what is delivered, but never beyond what the browser takes at a time', () => {
    const lane = new OutgoingLane(1);
    let out = 0;
    for (let now = 0; now < 1000; now++) {
      while (lane.room(PACKET) > 0) lane.send(undefined, now);
      out = lane.sent;
      lane.acknowledge((out - 1) & 0xffff, out & 0xffff, 2);
    }
    const most = lane.room(PACKET);
    expect(most).toBeGreaterThan(50);
    expect(most * PACKET).toBeLessThan(64 * 1024);
  });
});

describe('lane set', () => {
  test('[P-13] picks the least recently used lane among those with room', () => {
    const lanes = new LaneSet();
    for (const id of [1, 2, 3]) lanes.open(id);
    for (const [id, at] of [
      [2, 5],
      [3, 7],
      [1, 10],
    ] as const)
      lanes.send(lanes.get(id) as OutgoingLane, undefined, at);
    expect(lanes.spread(PACKET)?.id).toBe(2);
    (lanes.get(2) as OutgoingLane).hold(100, 10);
    expect(lanes.spread(PACKET)?.id).toBe(3);
    for (const id of [1, 3]) (lanes.get(id) as OutgoingLane).hold(100, 10);
    expect(lanes.spread(PACKET)).toBeUndefined();
    lanes.open(4);
    lanes.open(5);
    lanes.send(lanes.get(5) as OutgoingLane, undefined, 11);
    expect(lanes.spread(PACKET)?.id).toBe(4);
  });

  test('fills one lane after the other where few are to do the work, and the lane beside the control channel last', () => {
    const lanes = new LaneSet();
    for (const id of [1, 2, 3]) lanes.open(id);
    const send = (id: number, count: number): void => {
      for (let i = 0; i < count; i++) lanes.get(id)?.send(undefined, 0);
    };
    expect(lanes.concentrate(PACKET, 4)?.id).toBe(2);
    send(2, 9);
    // No room for four any more.
    expect(lanes.concentrate(PACKET, 4)?.id).toBe(3);
    expect(lanes.concentrate(PACKET, 2)?.id).toBe(2);
    send(3, 10);
    expect(lanes.concentrate(PACKET, 4)?.id).toBe(2);
    send(2, 2);
    send(3, 1);
    expect(lanes.concentrate(PACKET, 4)?.id).toBe(1);
    send(1, 11);
    expect(lanes.concentrate(PACKET, 4)).toBeUndefined();
  });

  test('declares lost what was in flight on a lane that closes', () => {
    const lanes = new LaneSet();
    lanes.open(1);
    lanes.open(2);
    const block = { inFlight: 0 };
    for (let i = 0; i < 3; i++) lanes.get(1)?.send(block, i);
    lanes.get(2)?.send(block, 9);
    expect([lanes.inFlight, lanes.oldest()]).toEqual([4, 0]);
    lanes.close(1);
    expect([lanes.inFlight, block.inFlight, lanes.oldest(), lanes.size]).toEqual([1, 1, 9, 1]);
    lanes.close(1);
    expect(lanes.expire(Infinity)).toBe(1);
    expect([lanes.inFlight, block.inFlight, lanes.oldest()]).toEqual([0, 0, undefined]);
  });

  test('knows what is in flight on all lanes together as if it asked each', () => {
    const step = fc.record({
      lane: fc.nat(4),
      act: fc.constantFrom('send', 'tell', 'expire', 'close', 'open'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const lanes = new LaneSet();
        const open = new Map<number, OutgoingLane>();
        steps.forEach(({ lane: id, act }, now) => {
          const lane = open.get(id);
          if (act === 'open') {
            lanes.open(id);
            open.set(id, lanes.get(id) as OutgoingLane);
          } else if (act === 'close') {
            lanes.close(id);
            open.delete(id);
          } else if (act === 'expire') lanes.expire(now - 20);
          else if (act === 'send' && lane !== undefined) lanes.send(lane, undefined, now);
          else if (lane !== undefined && lane.sent > 0)
            lane.acknowledge((lane.sent - 1) & 0xffff, lane.sent & 0xffff, 5);
          const each = [...open.values()];
          expect(lanes.inFlight).toBe(each.reduce((sum, { inFlight }) => sum + inFlight, 0));
          const oldest = Math.min(...each.map((one) => one.oldest() ?? Infinity));
          expect(lanes.oldest() ?? Infinity).toBe(oldest);
        });
      }),
    );
  });
});
