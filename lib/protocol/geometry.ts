/** How a length of bytes is divided into blocks and chunks. Arithmetic alone. */
import { CHUNK_LENGTH, MAX_BLOCK_CHUNKS } from './limits.ts';

/**
 * How an object of `length` bytes is cut: chunks of 1024 bytes with a short last one, and blocks of at most
 * 64 chunks whose sizes differ by one at most (so that no block is so small that one loss weighs heavily).
 */
export interface Geometry {
  readonly length: number;
  readonly chunks: number;
  readonly blocks: number;
}

/** @param length of the object in bytes; 0 gives no chunk and no block */
export function geometryOf(length: number): Geometry {
  const chunks = Math.ceil(length / CHUNK_LENGTH);
  return { length, chunks, blocks: Math.ceil(chunks / MAX_BLOCK_CHUNKS) };
}

/** Number of the first chunk of a block; for `block === blocks` the number of chunks. */
export function firstChunk(geometry: Geometry, block: number): number {
  return Math.floor((block * geometry.chunks) / geometry.blocks);
}

/** The block that holds a chunk. */
export function blockOf(geometry: Geometry, chunk: number): number {
  return Math.ceil(((chunk + 1) * geometry.blocks) / geometry.chunks) - 1;
}

/** K, the number of chunks in a block. */
export function blockChunks(geometry: Geometry, block: number): number {
  return firstChunk(geometry, block + 1) - firstChunk(geometry, block);
}

/** Bytes of one chunk: 1024, less for the object's last. */
export function chunkLength(geometry: Geometry, chunk: number): number {
  return Math.min(CHUNK_LENGTH, geometry.length - chunk * CHUNK_LENGTH);
}

/** A block's bytes within the object, `[from, to)`. */
export function blockRange(geometry: Geometry, block: number): readonly [number, number] {
  const from = firstChunk(geometry, block) * CHUNK_LENGTH;
  const to = Math.min(firstChunk(geometry, block + 1) * CHUNK_LENGTH, geometry.length);
  return [from, to];
}
