/**
 * Pictures of a few kilobytes that unfold into gigabytes, built by hand: whole and valid wherever a decoder
 * would have to believe them (PNG, GIF, WebP), cut short where libjpeg fills up what is missing, a header
 * alone where the codec is beyond a few lines (AVIF).
 */
import { constants, deflateSync } from 'node:zlib';
import {
  avif,
  bytesOf,
  le16,
  pngChunk,
  riffChunk,
  segment,
  u16,
  u32,
  webp,
} from '../../lib/image/test-images.ts';
import type { Picture } from './pictures.ts';
import { AVIF_SEQUENCE } from './tiny-avif.ts';

/** Of WebP's 14 bits. */
const MAX_WEBP_SIDE = 16_383;

/** One picture of each format; those of 65,535² take some seconds to make. */
export function bombs(side: number): Picture[] {
  const picture = (ending: string, mimeType: string, bytes: Uint8Array): Picture => ({
    name: `bomb-${side}.${ending}`,
    mimeType,
    buffer: Buffer.from(bytes),
  });
  return [
    picture('jpg', 'image/jpeg', jpegBomb(side)),
    picture('png', 'image/png', pngBomb(side)),
    picture('gif', 'image/gif', gifBomb(side)),
    picture('avif', 'image/avif', avif(side, side)),
    ...(side <= MAX_WEBP_SIDE ? [picture('webp', 'image/webp', webpBomb(side))] : []),
  ];
}

/**
 * Pictures that hide how large they are from whoever reads less of them than a decoder does. What shows the
 * small size in place of the large one unfolds gigabytes.
 */
export function disguises(): Picture[] {
  const jpeg = jpegBomb(20_000);
  const gif = gifBomb(20_000);
  // The screen says 1 × 1, and the frame that says more is behind 282 KB of comments.
  const words = bytesOf(255, new Uint8Array(255).fill(65));
  const comments = bytesOf([0x21, 0xfe], ...Array.from({ length: 1100 }, () => words), 0);
  const sequence = Buffer.from(AVIF_SEQUENCE, 'base64');
  // Sides of the track, in 16.16; those of the picture beside it stay.
  const track = sequence.indexOf('tkhd') + 4 + 76;
  sequence.writeUInt32BE(16_000 * 65_536, track);
  sequence.writeUInt32BE(16_000 * 65_536, track + 4);
  return [
    {
      name: 'behind-ff00.jpg',
      mimeType: 'image/jpeg',
      buffer: Buffer.from(bytesOf([0xff, 0xd8, 0xff, 0x00, 0, 2], segment(0xfe, sof(64)), jpeg.subarray(2))),
    },
    {
      name: 'behind-comments.gif',
      mimeType: 'image/gif',
      buffer: Buffer.concat([
        gif.subarray(0, 6),
        bytesOf(le16(1), le16(1)),
        gif.subarray(10, 19),
        comments,
        gif.subarray(19),
      ]),
    },
    { name: 'sequence.avif', mimeType: 'image/avif', buffer: sequence },
  ];
}

const sof = (side: number): Uint8Array => segment(0xc0, 8, u16(side), u16(side), [1, 1, 0x11, 0]);

/** Grey, one bit for each difference and each end of a block; a scan that ends early is grey to its end. */
function jpegBomb(side: number): Uint8Array {
  const table = (id: number, symbol: number) => [id, 1, ...Array.from({ length: 15 }, () => 0), symbol];
  return bytesOf(
    [0xff, 0xd8],
    segment(
      0xdb,
      0,
      Array.from({ length: 64 }, () => 1),
    ),
    segment(0xc0, 8, u16(side), u16(side), [1, 1, 0x11, 0]),
    // One code of one bit each: no difference; end of block.
    segment(0xc4, table(0x00, 0), table(0x10, 0)),
    segment(0xda, [1, 1, 0, 0, 63, 0]),
    Array.from({ length: 2048 }, () => 0),
    [0xff, 0xd9],
  );
}

/** One bit a pixel, all black. */
function pngBomb(side: number): Uint8Array {
  const rows = Buffer.alloc(side * (1 + Math.ceil(side / 8)));
  const packed = deflateSync(rows, { level: constants.Z_BEST_SPEED });
  const data: Uint8Array[] = [];
  for (let at = 0; at < packed.length; at += 60_000)
    data.push(pngChunk('IDAT', packed.subarray(at, at + 60_000)));
  return Buffer.concat([
    bytesOf([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', u32(side), u32(side), [1, 0, 0, 0, 0]),
    ...data,
    pngChunk('IEND'),
  ]);
}

/** LZW (GIF89a, appendix F) of nothing but colour 0: each code means one pixel more than the one before. */
function gifBomb(side: number): Uint8Array {
  const CLEAR = 4;
  const END = 5;
  const LAST = 4095;
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  const write = (code: number, width: number) => {
    held |= code << bits;
    bits += width;
    for (; bits >= 8; bits -= 8, held >>>= 8) bytes.push(held & 0xff);
  };
  for (let left = side * side; left > 0;) {
    write(CLEAR, 3);
    write(0, 3);
    left -= 1;
    for (let code = END + 1, run = 2; code <= LAST && left > 0; code++, run++) {
      // The decoder has `code` entries when it reads this one.
      write(code, Math.max(3, 32 - Math.clz32(code)));
      left -= run;
    }
  }
  write(END, 12);
  if (bits > 0) bytes.push(held & 0xff);
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 255) {
    const block = bytes.slice(at, at + 255);
    blocks.push(bytesOf(block.length, block));
  }
  return Buffer.concat([
    bytesOf('GIF89a', le16(side), le16(side), [0x80, 0, 0], [40, 80, 120, 255, 255, 255]),
    bytesOf(0x2c, le16(0), le16(0), le16(side), le16(side), 0, 2),
    ...blocks,
    bytesOf(0, 0x3b),
  ]);
}

/**
 * Lossless WebP (RFC 9649, 3): five prefix codes of a single symbol each, so that a pixel takes no bit at
 * all.
 */
function webpBomb(side: number): Uint8Array {
  const bits: number[] = [];
  const write = (value: number, width: number) => {
    for (let bit = 0; bit < width; bit++) bits.push((value >> bit) & 1);
  };
  write(side - 1, 14);
  write(side - 1, 14);
  // No alpha, version 0; no transform, no colour cache, no meta prefix codes.
  write(0, 1 + 3 + 1 + 1 + 1);
  for (const symbol of [80, 40, 120, 1, 0]) {
    // Simple, one symbol, of eight bits.
    write(0b101, 3);
    write(symbol, 8);
  }
  const bytes = Array.from({ length: Math.ceil(bits.length / 8) }, (_, i) =>
    bits.slice(8 * i, 8 * i + 8).reduce((byte, bit, at) => byte | (bit << at), 0),
  );
  return webp(riffChunk('VP8L', 0x2f, bytes));
}
