import { expect, test } from 'vitest';
import { blockRange, geometryOf } from '../../protocol/geometry.ts';
import { ReadBack } from './read-back.ts';

function noted(bytes: Uint8Array<ArrayBuffer>): ReadBack {
  const geometry = geometryOf(bytes.length);
  const readBack = new ReadBack(geometry);
  for (let block = 0; block < geometry.blocks; block++)
    readBack.note(block, bytes.subarray(...blockRange(geometry, block)));
  return readBack;
}

const bytesOf = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255);
const failed = expect.objectContaining({ code: 'failed' });

test('a file that gives back what was written is whole, an empty one too', async () => {
  for (const length of [0, 1, 1024, 65_536, 1_000_003]) {
    const bytes = bytesOf(length);
    await expect(noted(bytes).check(new Blob([bytes]))).resolves.toBeUndefined();
  }
});

test('of a picture of up to four megabytes any changed byte is found', async () => {
  const bytes = bytesOf(4_000_000);
  const readBack = noted(bytes);
  for (let at = 0; at < bytes.length; at += 499_979) {
    const other = bytes.slice();
    other[at]! ^= 1;
    await expect(readBack.check(new Blob([other])), `byte ${at}`).rejects.toEqual(failed);
  }
});

test('of a larger one zeros in place of its end, its front or a quarter are found, and a short or long file always', async () => {
  const bytes = bytesOf(8_000_000);
  const readBack = noted(bytes);
  const spoilt = (from: number, to: number) => bytes.slice().fill(0, from, to);
  for (const other of [
    spoilt(7_990_000, 8_000_000),
    spoilt(0, 10_000),
    spoilt(2_000_000, 4_000_000),
    bytes.subarray(0, -1),
    bytesOf(8_000_001),
    new Uint8Array(0),
  ])
    await expect(readBack.check(new Blob([other]))).rejects.toEqual(failed);
});
