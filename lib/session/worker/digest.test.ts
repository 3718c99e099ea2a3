import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { toHex } from '../../checksum/hex.ts';
import { type RunningDigest, startDigest } from './digest.ts';

test('an album of a thousand pictures is hashed, although a browser has room for a hundred memories', async () => {
  const kept: RunningDigest[] = [];
  for (let i = 0; i < 1000; i++) {
    const digest = await startDigest();
    kept.push(digest);
    const bytes = randomBytes(100 + i);
    digest.update(bytes.subarray(0, 50));
    // Some are given up half-way.
    if (i % 3 === 0) digest.stop();
    else {
      digest.update(bytes.subarray(50));
      expect(toHex(digest.finish())).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  }
  expect(kept).toHaveLength(1000);
});

test('digests that run at the same time do not mix, and one that ended stays ended', async () => {
  const [a, b] = [await startDigest(), await startDigest()];
  a.update(Uint8Array.of(1));
  b.update(Uint8Array.of(2));
  a.update(Uint8Array.of(3));
  expect(toHex(a.finish())).toBe(createHash('sha256').update(Uint8Array.of(1, 3)).digest('hex'));
  a.stop();
  const c = await startDigest();
  const d = await startDigest();
  expect(() => a.update(Uint8Array.of(9))).toThrow('ended');
  c.update(Uint8Array.of(4));
  expect(toHex(b.finish())).toBe(createHash('sha256').update(Uint8Array.of(2)).digest('hex'));
  expect(toHex(c.finish())).toBe(createHash('sha256').update(Uint8Array.of(4)).digest('hex'));
  expect(toHex(d.finish())).toBe(createHash('sha256').digest('hex'));
});
