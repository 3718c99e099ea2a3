import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitsDecodeLimit, readDimensions, uprightSize } from './dimensions.ts';
import { sniffType } from './sniff.ts';
import {
  avif,
  bytesOf,
  exifSegment,
  gif,
  jpeg,
  le32,
  png,
  riffChunk,
  segment,
  vp8x,
  webp,
} from '../test-images.ts';

const vp8 = (width: number, height: number): Uint8Array =>
  riffChunk('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a, width & 255, width >> 8, height & 255, height >> 8]);

test.each([
  ['JPEG', jpeg(4000, 3000)],
  ['JPEG behind 60 KB of other segments', jpeg(4000, 3000, [segment(0xe2, new Uint8Array(60_000))])],
  ['PNG', png(4000, 3000)],
  ['GIF', gif(4000, 3000)],
  ['GIF whose frame is larger than its screen', gif(10, 10, [4000, 3000])],
  ['WebP, lossy', webp(vp8(4000, 3000))],
  ['WebP, lossless', webp(riffChunk('VP8L', 0x2f, le32(3999 | (2999 << 14))))],
  ['WebP, extended', webp(vp8x(4000, 3000))],
  ['WebP whose frame is larger than its canvas', webp(vp8x(10, 10), vp8(4000, 3000))],
  ['AVIF', avif(4000, 3000)],
  ['BMP', bytesOf('BM', new Uint8Array(16), le32(4000), le32(3000))],
])('the size of a %s is read from its header', (_, bytes) => {
  expect(readDimensions(bytes, sniffType(bytes)!.type)).toMatchObject({ width: 4000, height: 3000 });
});

test('an EXIF orientation of 6 swaps the sides that a person sees', () => {
  const found = readDimensions(jpeg(640, 480, [exifSegment()]), 'image/jpeg')!;
  expect(found.orientation).toBe(6);
  expect(uprightSize(found)).toEqual({ width: 480, height: 640 });
});

test('a progressive JPEG says so', () => {
  const bytes = jpeg(8, 8);
  bytes[bytes.indexOf(0xc0)] = 0xc2;
  expect(readDimensions(bytes, 'image/jpeg')).toMatchObject({ progressive: true });
});

test.each([20_000, 65_535])('a bomb of %i pixels a side is seen before any decoder', (side) => {
  const small = Math.min(side, 16_384);
  for (const bytes of [
    jpeg(side, side),
    png(side, side),
    gif(side, side),
    webp(vp8x(side, side)),
    avif(side, side),
  ]) {
    const found = readDimensions(bytes, sniffType(bytes)!.type)!;
    expect(found).toMatchObject({ width: side, height: side });
    expect(fitsDecodeLimit(found)).toBe(false);
  }
  expect(
    fitsDecodeLimit(
      readDimensions(webp(riffChunk('VP8L', 0x2f, le32((small - 1) | ((small - 1) << 14)))), 'image/webp')!,
    ),
  ).toBe(false);
});

test('[P-106] a 48-megapixel phone picture may be shown, one of 51 megapixels may not', () => {
  expect(fitsDecodeLimit({ width: 8064, height: 6048 })).toBe(true);
  expect(fitsDecodeLimit({ width: 8500, height: 6000 })).toBe(false);
  expect(fitsDecodeLimit({ width: 0, height: 6000 })).toBe(false);
});

test('a header cut off anywhere gives the size or nothing, never an error', () => {
  for (const bytes of [
    jpeg(40, 30, [exifSegment()]),
    png(40, 30),
    gif(40, 30),
    webp(vp8x(40, 30)),
    avif(600, 700),
  ]) {
    const type = sniffType(bytes)!.type;
    for (let length = 0; length < bytes.length; length++) {
      const found = readDimensions(bytes.subarray(0, length), type);
      if (found !== undefined && type !== 'image/avif') expect(found.width).toBe(40);
    }
  }
});

test('damaged headers never throw', () => {
  const pictures = [
    jpeg(40, 30, [exifSegment()]),
    png(40, 30),
    gif(40, 30),
    webp(vp8x(40, 30)),
    avif(600, 700),
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...pictures),
      fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 6 }),
      (picture, edits) => {
        const bytes = picture.slice();
        for (const [at, value] of edits) bytes[at % bytes.length] = value;
        for (const type of [
          'image/jpeg',
          'image/png',
          'image/gif',
          'image/webp',
          'image/avif',
          'image/tiff',
          'image/bmp',
        ]) {
          const found = readDimensions(bytes, type);
          if (found !== undefined) expect(found.width * found.height).toBeGreaterThan(0);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
