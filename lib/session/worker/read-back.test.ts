import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { readBack } from './read-back.ts';

const bytesOf = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255);
const digestOf = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
/** Read in one piece, and in segments. */
const READINGS = [{ atOnce: Infinity }, { atOnce: 0 }];
const failed = expect.objectContaining({ code: 'failed' });

test.each(READINGS)(
  'a file that gives back what was written is whole, up to $atOnce at once',
  async ({ atOnce }) => {
    for (const length of [0, 1, 1024, 65_536, 5_000_003]) {
      const bytes = bytesOf(length);
      await expect(readBack(new Blob([bytes]), length, digestOf(bytes), atOnce)).resolves.toBeUndefined();
    }
  },
);

test('[P-48] any changed byte is found, however large the file, and a short or long one', async () => {
  const bytes = bytesOf(12_000_000);
  const digest = digestOf(bytes);
  for (const at of [0, 1, 4 * 1024 * 1024, 5_432_123, bytes.length - 1]) {
    const other = bytes.slice();
    other[at]! ^= 1;
    await expect(readBack(new Blob([other]), bytes.length, digest), `byte ${at}`).rejects.toEqual(failed);
  }
  for (const other of [bytes.subarray(0, -1), bytesOf(12_000_001), new Uint8Array(0)])
    await expect(readBack(new Blob([other]), bytes.length, digest)).rejects.toEqual(failed);
});

test('a file that cannot be read is no finished one', async () => {
  const gone = new Blob([bytesOf(10)]);
  gone.slice = () => ({ arrayBuffer: () => Promise.reject(new Error('gone')) }) as unknown as Blob;
  await expect(readBack(gone, 10, new Uint8Array(32))).rejects.toEqual(failed);
});
