import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitsDecodeLimit, readDimensions, uprightSize } from './dimensions.ts';
import { sniffType } from './sniff.ts';
import {
  avif,
  box,
  bytesOf,
  exifSegment,
  gif,
  gpsTiff,
  jpeg,
  le32,
  png,
  pngChunk,
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

test('[P-106] a JPEG is read as libjpeg reads it: `FF 00` and stray bytes before the frame header are passed over', () => {
  const small = segment(0xc0, 8, [0, 64], [0, 64], [1, 1, 0x11, 0]);
  const large = jpeg(20_000, 20_000);
  // What a reader sees that takes `FF 00` for a segment, and its first two bytes for a length.
  const hidden = bytesOf([0xff, 0xd8, 0xff, 0x00, 0, 2], segment(0xfe, small), large.subarray(2));
  expect(readDimensions(hidden, 'image/jpeg')).toMatchObject({ width: 20_000, height: 20_000 });
  const stray = bytesOf([0xff, 0xd8, 1, 2, 3, 0xff, 0xd3], large.subarray(2));
  expect(readDimensions(stray, 'image/jpeg')).toMatchObject({ width: 20_000, height: 20_000 });
});

test('a JPEG with two frame headers has no size', () => {
  const frame = segment(0xc0, 8, [0, 64], [0, 64], [1, 1, 0x11, 0]);
  expect(readDimensions(jpeg(20, 20, [frame]), 'image/jpeg')).toBeUndefined();
});

test('EXIF behind the frame header turns a JPEG, too', () => {
  const plain = jpeg(640, 480);
  const scan = plain.indexOf(0xda) - 1;
  const late = bytesOf(plain.subarray(0, scan), exifSegment(), plain.subarray(scan));
  expect(uprightSize(readDimensions(late, 'image/jpeg')!)).toEqual({ width: 480, height: 640 });
});

test('a PNG is turned by its EXIF, unless that is spoilt or comes behind the pixels', () => {
  const seen = (bytes: Uint8Array) => uprightSize(readDimensions(bytes, 'image/png')!);
  const exif = pngChunk('eXIf', gpsTiff(6));
  expect(seen(png(640, 480, [exif]))).toEqual({ width: 480, height: 640 });
  const spoilt = exif.slice();
  spoilt[spoilt.length - 1]! ^= 1;
  expect(seen(png(640, 480, [spoilt]))).toEqual({ width: 640, height: 480 });
  expect(seen(bytesOf(png(640, 480), exif))).toEqual({ width: 640, height: 480 });
});

test('a GIF whose comments fill the bytes has no size before its first frame is there', () => {
  const head = gif(1, 1, [20_000, 20_000]).subarray(0, 19);
  const words = bytesOf(255, new Uint8Array(255).fill(65));
  const comments = bytesOf([0x21, 0xfe], ...Array.from({ length: 1100 }, () => words), 0);
  const frame = gif(1, 1, [20_000, 20_000]).subarray(27);
  expect(readDimensions(bytesOf(head, comments), 'image/gif')).toBeUndefined();
  expect(readDimensions(bytesOf(head, comments, frame), 'image/gif')).toMatchObject({ width: 20_000 });
});

describe('an AVIF has a size only where its parts agree', () => {
  const size = (bytes: Uint8Array) => readDimensions(bytes, 'image/avif');
  test('what its AV1 bitstream unfolds is what its boxes say', () => {
    expect(size(avif(16, 16, [16, 16]))).toMatchObject({ width: 16, height: 16 });
    expect(size(avif(16, 16, [16_000, 16_000]))).toBeUndefined();
  });
  test('an image sequence has none: each of its frames may have another', () => {
    expect(size(bytesOf(avif(16, 16), box('moov', box('trak'))))).toBeUndefined();
  });
  test('of two sizes for one picture neither holds, and one that belongs to no picture does not', () => {
    expect(size(avif(16, 16, [16, 16], [1, 2]))).toBeUndefined();
    expect(size(avif(16, 16, [512, 512], [1]))).toMatchObject({ width: 512, height: 512 });
  });
  test('a turn swaps what a person sees', () => {
    expect(uprightSize(size(avif(40, 30, [40, 30], [2, 3], box('irot', [1])))!)).toEqual({
      width: 30,
      height: 40,
    });
  });
  test('one that is cut to a part of itself has none', () => {
    expect(size(avif(40, 30, [40, 30], [2, 3], box('clap', new Uint8Array(32))))).toBeUndefined();
  });
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
