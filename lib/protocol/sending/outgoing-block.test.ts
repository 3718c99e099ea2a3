import { expect, test } from 'vitest';
import { BlockEncoder } from '../erasure/encoder.ts';
import { OutgoingBlock } from './outgoing-block.ts';

const LENGTH = 16;
const bytes = Uint8Array.from({ length: 4 * LENGTH }, (_, i) => i);
const make = () => new OutgoingBlock(0, BlockEncoder.from(bytes, LENGTH));

test('lacks every source until the receiver has reported, and is sent once all have been taken', () => {
  const block = make();
  expect([block.k, block.lacking, block.sourcesSent]).toEqual([4, 4, false]);
  block.nextSource = 3;
  expect(block.sourcesSent).toBe(false);
  block.nextSource = 4;
  expect(block.sourcesSent).toBe(true);
});

test('[P-43] repair has numbers from K on, each once, and then every symbol in turn with the bytes it had', () => {
  const block = make();
  const first = new Map<number, Uint8Array>();
  for (let i = 0; i < 252; i++) {
    const { symbol, bytes: repair } = block.takeRepair();
    expect(symbol).toBe(4 + i);
    first.set(symbol, repair.slice());
  }
  for (let symbol = 0; symbol < 256; symbol++) {
    const again = block.takeRepair();
    expect(again.symbol).toBe(symbol);
    const expected = first.get(symbol) ?? bytes.subarray(symbol * LENGTH, (symbol + 1) * LENGTH);
    expect(again.bytes).toEqual(expected);
  }
  expect(block.takeRepair().symbol).toBe(0);
});

test('is retransmitted once more repair was taken than was planned with the sources', () => {
  const block = make();
  block.takeRepair();
  expect(block.retransmitted).toBe(false);
  block.firstBudget = 2;
  block.takeRepair();
  expect(block.retransmitted).toBe(false);
  block.takeRepair();
  expect(block.retransmitted).toBe(true);
});
