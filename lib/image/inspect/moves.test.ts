import { expect, test } from 'vitest';
import { avif, bytesOf, gif, le16, png, pngChunk, riffChunk, u32, vp8x, webp } from '../test-images.ts';
import { moves } from './moves.ts';

const frame = bytesOf(0x2c, le16(0), le16(0), le16(4), le16(4), [0, 2, 2, 0x44, 1, 0]);
const two = (() => {
  const one = gif(4, 4);
  return bytesOf(one.subarray(0, -1), [0x21, 0xf9, 4, 0, 5, 0, 0, 0], frame, 0x3b);
})();

test.each([
  ['GIF', 'image/gif', two],
  ['WebP', 'image/webp', webp(vp8x(4, 4), riffChunk('ANIM', u32(0), [0, 0]), riffChunk('ANMF', [1]))],
  ['PNG', 'image/png', png(4, 4, [pngChunk('acTL', u32(2), u32(0))])],
  ['AVIF', 'image/avif', bytesOf(u32(24), 'ftypavis', u32(0), 'avifmif1')],
])('a %s of several frames moves', (_, type, bytes) => {
  expect(moves(bytes, type)).toBe(true);
  for (let length = 0; length < bytes.length; length++) moves(bytes.subarray(0, length), type);
});

test.each([
  ['GIF', 'image/gif', gif(4, 4)],
  ['WebP', 'image/webp', webp(vp8x(4, 4))],
  ['PNG', 'image/png', png(4, 4)],
  [
    'PNG whose animation stands behind its pixels',
    'image/png',
    bytesOf(png(4, 4), pngChunk('acTL', u32(2), u32(0))),
  ],
  ['AVIF', 'image/avif', avif(4, 4)],
  ['JPEG', 'image/jpeg', bytesOf('anything')],
])('a %s of one frame does not', (_, type, bytes) => expect(moves(bytes, type)).toBe(false));
