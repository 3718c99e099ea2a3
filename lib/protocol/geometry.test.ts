import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blockChunks, blockOf, blockRange, chunkLength, firstChunk, geometryOf } from './geometry.ts';
import { CHUNK_LENGTH, MAX_BLOCK_CHUNKS, MAX_FILE_BYTES } from './limits.ts';

const lengths = fc.oneof(
  fc.constantFrom(1, 1023, 1024, 1025, 65_535, 65_536, 65_537, 65 * 1024, MAX_FILE_BYTES - 1, MAX_FILE_BYTES),
  fc.integer({ min: 1, max: 2_000_000 }),
  fc.integer({ min: 1, max: MAX_FILE_BYTES }),
);

describe('geometry', () => {
  test('[P-4] of nothing has no chunk and no block', () => {
    expect(geometryOf(0)).toEqual({ length: 0, chunks: 0, blocks: 0 });
  });

  test('[P-4] cuts blocks that follow each other, differ by one chunk at most and hold 64 at most', () => {
    fc.assert(
      fc.property(lengths, fc.nat(), (length, pick) => {
        const geometry = geometryOf(length);
        const block = pick % geometry.blocks;
        const k = blockChunks(geometry, block);
        const least = Math.floor(geometry.chunks / geometry.blocks);
        expect(k).toBeGreaterThanOrEqual(Math.max(1, least));
        expect(k).toBeLessThanOrEqual(Math.min(MAX_BLOCK_CHUNKS, least + 1));
        const [from, to] = blockRange(geometry, block);
        expect(from).toBe(firstChunk(geometry, block) * CHUNK_LENGTH);
        expect(to).toBe(block + 1 === geometry.blocks ? geometry.length : blockRange(geometry, block + 1)[0]);
      }),
    );
  });

  test('knows the block of each chunk: the first, the last and any between', () => {
    fc.assert(
      fc.property(lengths, fc.nat(), (length, pick) => {
        const geometry = geometryOf(length);
        const block = pick % geometry.blocks;
        expect(blockOf(geometry, firstChunk(geometry, block))).toBe(block);
        expect(blockOf(geometry, firstChunk(geometry, block + 1) - 1)).toBe(block);
      }),
    );
  });

  test('[P-4] covers every byte of the object with chunks of 1024 and a short last one', () => {
    fc.assert(
      fc.property(lengths, (length) => {
        const geometry = geometryOf(length);
        const last = geometry.chunks - 1;
        expect(firstChunk(geometry, 0)).toBe(0);
        expect(firstChunk(geometry, geometry.blocks)).toBe(geometry.chunks);
        expect(last * CHUNK_LENGTH + chunkLength(geometry, last)).toBe(length);
        expect(chunkLength(geometry, last)).toBeGreaterThan(0);
        if (last > 0) expect(chunkLength(geometry, last - 1)).toBe(CHUNK_LENGTH);
      }),
    );
  });

  test('has exactly one block through 64 chunks, and two from the next byte on', () => {
    expect(geometryOf(64 * 1024).blocks).toBe(1);
    expect(geometryOf(64 * 1024 + 1).blocks).toBe(2);
    expect(blockChunks(geometryOf(65 * 1024), 0)).toBe(32);
    expect(blockChunks(geometryOf(65 * 1024), 1)).toBe(33);
  });
});
