import { expect, test } from 'vitest';
import { DATA_PACKET } from '../wire/lane-packet.ts';
import { LaneSet } from './lane-set.ts';

function open(...ids: number[]): LaneSet {
  const lanes = new LaneSet();
  for (const id of ids) lanes.open(id);
  return lanes;
}
/** Sends `count` packets where `choose` says, and returns the lanes. */
function send(lanes: LaneSet, count: number, choose: () => ReturnType<LaneSet['spread']>, now = 0) {
  const used: number[] = [];
  for (let i = 0; i < count; i++) {
    const lane = choose();
    if (lane === undefined) break;
    lanes.send(lane, undefined, now);
    used.push(lane.id);
  }
  return used;
}

test('[P-11] spread takes each lane once before any twice, and a new one first', () => {
  const lanes = open(1, 2, 3);
  const spread = () => lanes.spread(DATA_PACKET);
  expect(new Set(send(lanes, 3, spread))).toEqual(new Set([1, 2, 3]));
  const second = send(lanes, 2, spread);
  lanes.open(4);
  expect(send(lanes, 1, spread)).toEqual([4]);
  expect(new Set([...second, ...send(lanes, 1, spread)])).toEqual(new Set([1, 2, 3]));
});

test('where a lone packet is acknowledged too late, a lane’s second one follows the first at once', () => {
  const lanes = open(1, 2, 3);
  expect(send(lanes, 9, () => lanes.spread(DATA_PACKET, true))).toEqual([3, 3, 2, 2, 1, 1, 3, 2, 1]);
  lanes.open(4);
  expect(send(lanes, 1, () => lanes.spread(DATA_PACKET, true))).toEqual([4]);
  lanes.close(4);
  expect(send(lanes, 1, () => lanes.spread(DATA_PACKET, true))).toEqual([3]);
});

test('spread passes over lanes without room, and ends when none has any', () => {
  const lanes = open(1, 2);
  lanes.get(1)!.hold(5000, 0);
  const used = send(lanes, 100, () => lanes.spread(DATA_PACKET));
  expect(new Set(used)).toEqual(new Set([2]));
  expect(used.length).toBeLessThan(100);
  expect(lanes.inFlight).toBe(used.length);
});

test('concentrate fills one lane after the other, and the one beside the control channel last', () => {
  const lanes = open(1, 2, 3);
  const used = send(lanes, 100, () => lanes.concentrate(DATA_PACKET, 1));
  const order = [...new Set(used)];
  expect(order).toEqual([2, 3, 1]);
});

test('concentrate takes the lane with most room where none has enough', () => {
  const lanes = open(1, 2, 3);
  lanes.send(lanes.get(2)!, undefined, 0);
  expect(lanes.concentrate(DATA_PACKET, 1000)?.id).toBe(3);
});

test('a lane that closes declares its packets lost; one that opens again begins anew', () => {
  const lanes = open(1, 2);
  const block = { inFlight: 0 };
  lanes.send(lanes.get(2)!, block, 10);
  lanes.send(lanes.get(1)!, undefined, 20);
  expect([lanes.inFlight, block.inFlight, lanes.oldest()]).toEqual([2, 1, 10]);
  lanes.close(2);
  expect([lanes.inFlight, block.inFlight, lanes.oldest()]).toEqual([1, 0, 20]);
  lanes.open(2);
  expect(lanes.send(lanes.get(2)!, undefined, 30)).toBe(0);
});

test('packets sent before a deadline are declared lost on every lane, and no others', () => {
  const lanes = open(1, 2, 3);
  [5, 10, 15, 20].forEach((at, i) => lanes.send(lanes.get(1 + (i % 3))!, undefined, at));
  expect(lanes.expire(15)).toBe(2);
  expect([lanes.inFlight, lanes.oldest()]).toEqual([2, 15]);
});
