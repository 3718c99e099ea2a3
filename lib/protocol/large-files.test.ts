/** Files beyond 2³² bytes, up to the greatest: their numbers, and their last blocks. */
import { expect, test, vi } from 'vitest';
import { encodeControl, decodeControl } from './wire/control-message.ts';
import { decodeHeader, encodeHeader } from './wire/file-header.ts';
import { blockOf, blockRange, firstChunk, geometryOf } from './geometry.ts';
import { FaceToFace, header } from './face-to-face.fixture.ts';
import { MAX_FILE_BYTES } from './limits.ts';

// A busy machine takes many times as long.
vi.setConfig({ testTimeout: 60_000 });

const SIZES = [2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 4_000_000_000, 4 * 2 ** 30 + 12_345, MAX_FILE_BYTES];

test('[P-4, P-22, P-23] geometry and header are exact beyond 2³² bytes', () => {
  for (const size of SIZES) {
    const geometry = geometryOf(size);
    expect(geometry.chunks).toBe(Math.ceil(size / 1024));
    const last = geometry.blocks - 1;
    expect(blockRange(geometry, last)[1]).toBe(size);
    for (const block of [0, 1, last >> 1, last - 1, last]) {
      expect(blockOf(geometry, firstChunk(geometry, block))).toBe(block);
      expect(blockRange(geometry, block)[0]).toBe(block === 0 ? 0 : blockRange(geometry, block - 1)[1]);
    }
    expect(decodeHeader(encodeHeader(header(size))).byteLength).toBe(size);
  }
});

test('[P-18, P-45] of a file of four gigabytes that is here but for its last blocks those alone cross, at their places', () => {
  const size = 4 * 2 ** 30 + 70_000;
  const { blocks } = geometryOf(size);
  const pair = new FaceToFace();
  const id = pair.sender.offer(header(size), pair.now);
  pair.settle();
  const have = [{ first: 0, count: blocks - 3 }];
  expect(decodeControl(encodeControl({ type: 'accept', transfer: id, have }))).toMatchObject({ have });
  pair.receiver.accept(id, have, pair.now);
  pair.run(60_000, () => pair.said('whole') > 0);
  const arrived = pair.receiverEvents.flatMap((event) => (event.type === 'block' ? [event] : []));
  expect(arrived.map(({ block }) => block).toSorted((a, b) => a - b)).toEqual([
    blocks - 3,
    blocks - 2,
    blocks - 1,
  ]);
  for (const { block, at, bytes } of arrived)
    expect([at, at + bytes.length]).toEqual([...blockRange(geometryOf(size), block)]);
  expect(Math.max(...arrived.map(({ at }) => at))).toBeGreaterThan(2 ** 32);
  pair.receiver.verified(id, true, pair.now);
  pair.run(10_000);
  expect(pair.sender.transfer(id)?.state).toBe('done');
  // Three blocks, and not one of the 67,000 others was held.
  expect(pair.sender.transfer(id)!.original.packetsSent).toBeLessThan(4 * 64);
});
