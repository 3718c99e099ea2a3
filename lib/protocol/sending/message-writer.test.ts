import { expect, test } from 'vitest';
import { CHUNK_LENGTH, MAX_MESSAGE_PACKETS } from '../limits.ts';
import { DATA_HEADER, DATA_PACKET, decodeData, splitMessage } from '../wire/lane-packet.ts';
import { BlockEncoder } from '../erasure/encoder.ts';
import { LaneSet } from './lane-set.ts';
import { MessageWriter } from './message-writer.ts';
import { OutgoingObject, type OutgoingSymbol } from './outgoing-object.ts';
import { OutgoingBlock } from './outgoing-block.ts';

const STREAM = 3;
const object = new OutgoingObject(STREAM, 65_536);
const block = new OutgoingBlock(7, BlockEncoder.from(new Uint8Array(65_536), CHUNK_LENGTH));

function oneLane(): { lanes: LaneSet; lane: ReturnType<LaneSet['spread']> & object } {
  const lanes = new LaneSet();
  lanes.open(1);
  return { lanes, lane: lanes.get(1)! };
}

/** Symbols of these lengths, filled with their numbers. */
function symbols(...lengths: number[]): () => OutgoingSymbol | undefined {
  let symbol = 0;
  return () => {
    const length = lengths[symbol];
    if (length === undefined) return undefined;
    const bytes = new Uint8Array(length).fill(symbol);
    return { object, block, symbol: symbol++, bytes, lastSource: false };
  };
}
const full = (count: number): number[] => Array.from({ length: count }, () => CHUNK_LENGTH);

test('[P-26] a message holds packets with the lane’s numbers in a row, each counted as in flight', () => {
  const { lanes, lane } = oneLane();
  const writer = new MessageWriter();
  const first = writer.write(lane, lanes, 2, symbols(...full(9)), 12.3)!;
  const second = writer.write(lane, lanes, 1, symbols(...full(9)), 20)!;
  const packets = [...splitMessage(first), ...splitMessage(second)].map((packet) => decodeData(packet));
  expect(packets).toMatchObject([
    { number: 0, symbol: 0, block: 7, stream: STREAM, sentAt: 123 },
    { number: 1, symbol: 1, block: 7, stream: STREAM, sentAt: 123 },
    { number: 2, symbol: 0, block: 7, stream: STREAM, sentAt: 200 },
  ]);
  expect([lanes.inFlight, lane.inFlight]).toEqual([3, 3]);
  expect(first.length).toBe(2 * DATA_PACKET);
});

test('no more symbols are chosen than the lane has room for, and none without room', () => {
  const { lanes, lane } = oneLane();
  const writer = new MessageWriter();
  const room = lane.room(DATA_PACKET);
  const next = symbols(...full(100));
  const packets: number[] = [];
  for (;;) {
    const message = writer.write(lane, lanes, MAX_MESSAGE_PACKETS, next, 0);
    if (message === undefined) break;
    packets.push([...splitMessage(message)].length);
  }
  expect(packets.reduce((sum, count) => sum + count, 0)).toBe(room);
  expect(Math.max(...packets)).toBe(MAX_MESSAGE_PACKETS);
  expect(next()?.symbol).toBe(room);
});

test('[P-26] a short symbol ends the message, since nothing could follow it', () => {
  const { lanes, lane } = oneLane();
  const message = new MessageWriter().write(lane, lanes, 4, symbols(CHUNK_LENGTH, 10, CHUNK_LENGTH), 0)!;
  expect(message.length).toBe(DATA_PACKET + DATA_HEADER + 10);
});

test('a message that is kept is not written over by any of the next thousand', () => {
  const { lanes, lane } = oneLane();
  const writer = new MessageWriter();
  const kept = writer.write(lane, lanes, 1, symbols(CHUNK_LENGTH), 0)!;
  const before = kept.slice();
  for (let i = 0; i < 1000; i++) {
    lanes.close(1);
    lanes.open(1);
    const bytes = new Uint8Array(CHUNK_LENGTH).fill(255);
    writer.write(lanes.get(1)!, lanes, 1, () => ({ object, block, symbol: 9, bytes, lastSource: false }), i);
  }
  expect(kept).toEqual(before);
});
