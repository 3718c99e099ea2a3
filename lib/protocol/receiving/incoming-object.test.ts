import { expect, test } from 'vitest';
import { CHUNK_LENGTH, MAX_BLOCK_CHUNKS } from '../limits.ts';
import { IncomingObject, type WholeBlock } from './incoming-object.ts';

const BLOCK_LENGTH = MAX_BLOCK_CHUNKS * CHUNK_LENGTH;

/** Every source of a block arrives, filled with its number. */
function fill(object: IncomingObject, block: number): WholeBlock {
  let whole: WholeBlock | undefined;
  for (let symbol = 0; symbol < MAX_BLOCK_CHUNKS; symbol++) {
    const taken = object.take(block, symbol, new Uint8Array(CHUNK_LENGTH).fill(block + 1));
    if (taken.kind === 'new') whole = taken.whole;
  }
  return whole!;
}

test('the memory of a block serves another once it is given back, and not before', () => {
  const object = new IncomingObject(2, 3 * BLOCK_LENGTH);
  const first = fill(object, 0);
  const second = fill(object, 1);
  expect(second.bytes.buffer).not.toBe(first.bytes.buffer);
  expect(first.bytes).toEqual(new Uint8Array(BLOCK_LENGTH).fill(1));
  first.reuse();
  const third = fill(object, 2);
  expect(third.bytes.buffer).toBe(first.bytes.buffer);
  expect(third.bytes).toEqual(new Uint8Array(BLOCK_LENGTH).fill(3));
  expect(second.bytes).toEqual(new Uint8Array(BLOCK_LENGTH).fill(2));
});
