/**
 * Pictures spoilt at random, by a seed: bytes, fields, whole parts moved, and what each format's readers may
 * disagree about.
 */
import { bytesOf, crc32, le16, le32, type Piece, u16, u32 } from '../../lib/image/test-images.ts';
import type { Random } from '../../lib/simulation/random.ts';

/** Values at the edges of what fields hold, and sizes of which a wrong one would be noticed. */
const NUMBERS = [0, 1, 2, 7, 8, 13, 64, 127, 128, 255, 256, 4096, 16_383, 16_384, 20_000, 32_768, 65_535];
/** The front is where the headers are. */
const FRONT = 96;
const MAX_EDITS = 4;
/** Ways of `editOnce` that leave everything behind them in its place. */
const IN_PLACE = 4;
const WAYS = 10;

const below = (random: Random, end: number): number => Math.floor(random() * end);
const pick = <T>(random: Random, values: readonly T[]): T => values[below(random, values.length)] as T;

/** Parts that decoders and header readers may take differently, by the start of the type's name. */
const PARTS: Record<string, readonly Piece[]> = {
  'image/jpeg': [
    [0xff, 0x00],
    [0xff],
    [0xff, 0xff],
    [0x00],
    [0xff, 0xd8],
    [0xff, 0xd9],
    [0xff, 0xd0],
    [0xff, 0x01],
    [0xff, 0xfe, 0, 2],
    [0xff, 0xfe, 0, 4, 0xff, 0xd8],
    [0xff, 0xc8, 0, 11, 8, 0, 33, 0, 44, 1, 1, 0x11, 0],
    [0xff, 0xc0, 0, 11, 8, 0, 33, 0, 44, 1, 1, 0x11, 0],
    [0xff, 0xc2, 0, 11, 8, 0, 33, 0, 44, 1, 1, 0x11, 0],
    [0xff, 0xdc, 0, 4, 0, 99],
    [0xff, 0xe1, 0, 8, 0x45, 0x78, 0x69, 0x66, 0, 0],
  ],
  'image/png': [
    pngPart('IHDR', u32(33), u32(44), [8, 2, 0, 0, 0]),
    pngPart('tEXt', 'a\0b'),
    pngPart('acTL', u32(2), u32(0)),
    pngPart('fcTL', u32(0), u32(90), u32(80), u32(0), u32(0), [0, 1, 0, 10, 0, 0]),
    pngPart('CgBI', u32(0)),
  ],
  'image/gif': [
    [0x21, 0xfe, 3, 65, 66, 67, 0],
    [0x21, 0xf9, 4, 0, 0, 0, 0, 0],
    [0x21, 0xff, 11, ...bytesOf('NETSCAPE2.0'), 3, 1, 0, 0, 0],
    [0x2c, 0, 0, 0, 0, 90, 0, 80, 0, 0],
    [0x00],
    [0x3b],
  ],
  'image/webp': [
    bytesOf('VP8X', le32(10), [0x10, 0, 0, 0, 89, 0, 0, 79, 0, 0]),
    bytesOf('ALPH', le32(2), [0, 0]),
    bytesOf('ANIM', le32(6), [0, 0, 0, 0, 0, 0]),
    bytesOf('JUNK', le32(3), [1, 2, 3, 0]),
    bytesOf('VP8L', le32(6), [0x2f, 89, 0x40, 0x13, 0, 0]),
    [0x00],
  ],
  'image/avif': [
    bytesOf(u32(20), 'ispe', u32(0), u32(90), u32(80)),
    bytesOf(u32(9), 'irot', [1]),
    bytesOf(u32(9), 'imir', [1]),
    bytesOf(u32(40), 'clap', u32(10), u32(1), u32(8), u32(1), u32(0), u32(1), u32(0), u32(1)),
    bytesOf(u32(8), 'free'),
    bytesOf(u32(0), 'free'),
    bytesOf(u32(1), 'free', u32(0), u32(16)),
    [0x00],
  ],
};

function pngPart(name: string, ...parts: readonly Piece[]): Uint8Array {
  const body = bytesOf(name, ...parts);
  return bytesOf(u32(body.length - 4), body, u32(crc32(body)));
}

/** @param others of the same type, to take parts from */
export function mutate(
  bytes: Uint8Array,
  type: string,
  others: readonly Uint8Array[],
  random: Random,
): Uint8Array<ArrayBuffer> {
  let out = bytesOf(bytes);
  const edits = 1 + below(random, MAX_EDITS);
  // Boxes know where in the file their picture is: most of what moves it is refused at once.
  const ways = type === 'image/avif' && random() < 0.8 ? IN_PLACE : WAYS;
  for (let edit = 0; edit < edits; edit++) out = editOnce(out, type, others, ways, random);
  if (type === 'image/png' && random() < 0.7) mendPng(out);
  return out;
}

function editOnce(
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
  others: readonly Uint8Array[],
  ways: number,
  random: Random,
): Uint8Array<ArrayBuffer> {
  // Mostly in front; the rest anywhere.
  const at = below(
    random,
    random() < (type === 'image/avif' ? 0 : 0.6) ? Math.min(FRONT, bytes.length) : bytes.length,
  );
  const put = (piece: Piece, over: number): Uint8Array<ArrayBuffer> =>
    bytesOf(bytes.subarray(0, at), piece, bytes.subarray(at + over));
  const value = pick(random, NUMBERS);
  switch (below(random, ways)) {
    case 0:
      return put([below(random, 256)], 1);
    case 1:
      return put([(bytes[at] ?? 0) ^ (1 << below(random, 8))], 1);
    case 2:
      return put(random() < 0.5 ? u16(value) : le16(value), 2);
    case 3:
      return put(random() < 0.5 ? u32(value) : le32(value), 4);
    case 4:
      return put([], 1 + below(random, 24));
    case 5:
      return put(bytes.slice(at, at + 1 + below(random, 48)), 0);
    case 6:
      return put(pick(random, PARTS[type] as readonly Piece[]), 0);
    case 7:
      return atBoundary(bytes, type, pick(random, PARTS[type] as readonly Piece[]), random);
    case 8: {
      const other = pick(random, others);
      const from = below(random, other.length);
      return put(other.slice(from, from + 1 + below(random, 160)), random() < 0.5 ? 0 : below(random, 64));
    }
    default:
      return bytesOf(bytes.subarray(0, 4 + below(random, bytes.length)));
  }
}

/** Before a part of the file, so that the rest still makes sense to a decoder. */
function atBoundary(
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
  piece: Piece,
  random: Random,
): Uint8Array<ArrayBuffer> {
  const starts = boundaries(bytes, type);
  const at = starts.length > 0 ? pick(random, starts) : 0;
  return bytesOf(bytes.subarray(0, at), piece, bytes.subarray(at));
}

function boundaries(bytes: Uint8Array, type: string): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: number[] = [];
  const step = (from: number, next: (at: number) => number): number[] => {
    for (let at = from; at >= from && at + 12 <= bytes.length; at = next(at)) found.push(at);
    return found;
  };
  switch (type) {
    case 'image/jpeg':
      return step(2, (at) => (bytes[at] === 0xff ? at + 2 + view.getUint16(at + 2) : -1));
    case 'image/png':
      return step(8, (at) => at + 12 + view.getUint32(at));
    case 'image/webp':
      return step(12, (at) => at + 8 + view.getUint32(at + 4, true) + (view.getUint32(at + 4, true) & 1));
    case 'image/gif':
      return step(13 + ((bytes[10] ?? 0) & 0x80 ? 3 << (((bytes[10] ?? 0) & 7) + 1) : 0), () => -1);
    default: {
      // Inside the boxes as well, before what has the name of a property.
      for (let at = 0; at + 8 <= bytes.length; at++)
        if (
          ['ispe', 'pixi', 'av1C', 'colr', 'ipma', 'trak', 'moov', 'meta', 'tkhd'].includes(name(bytes, at))
        )
          found.push(at);
      return found;
    }
  }
}

const name = (bytes: Uint8Array, at: number): string =>
  String.fromCharCode(...bytes.subarray(at + 4, at + 8));

/** Sets every checksum right, so that the decoder looks further than that. */
function mendPng(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 8 + view.getUint32(at);
    if (end + 4 > bytes.length) return;
    view.setUint32(end, crc32(bytes.subarray(at + 4, end)));
    at = end + 4;
  }
}
