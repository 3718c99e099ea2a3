/** Small pictures built byte by byte, for tests only. */

export type Bytes = Uint8Array<ArrayBuffer>;

/** What `bytesOf` joins. */
export type Piece = string | number | readonly number[] | Uint8Array;

/** Joins pieces: numbers are bytes, strings are Latin-1. */
export function bytesOf(...parts: readonly Piece[]): Bytes {
  const pieces = parts.map((part) => (typeof part === 'number' ? [part] : part));
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    if (typeof piece !== 'string') bytes.set(piece, at);
    else for (let i = 0; i < piece.length; i++) bytes[at + i] = piece.charCodeAt(i);
    at += piece.length;
  }
  return bytes;
}

/** Big-endian (`u`) and little-endian (`le`) numbers of 16 and 32 bits. */
export const u16 = (value: number): number[] => [(value >>> 8) & 255, value & 255];
export const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value & 0xffff)];
export const le16 = (value: number): number[] => u16(value).toReversed();
export const le32 = (value: number): number[] => u32(value).toReversed();

/** A JPEG marker segment. */
export function segment(marker: number, ...parts: readonly Piece[]): Bytes {
  const payload = bytesOf(...parts);
  return bytesOf(0xff, marker, u16(payload.length + 2), payload);
}

/**
 * A JPEG of the given segments before the frame header, with entropy-coded bytes that no decoder needs to
 * like.
 */
export function jpeg(
  width: number,
  height: number,
  segments: readonly Uint8Array[] = [],
  tail: Uint8Array = bytesOf(),
): Bytes {
  return bytesOf(
    [0xff, 0xd8],
    ...segments,
    segment(0xc0, 8, u16(height), u16(width), [1, 1, 0x11, 0]),
    segment(0xda, [1, 1, 0, 0, 63, 0]),
    [1, 2, 0xff, 0x00, 3, 0xff, 0xd0, 4, 5],
    [0xff, 0xd9],
    tail,
  );
}

/**
 * A TIFF structure, big-endian: orientation and GPS pointer in IFD0, and a GPS directory at 57.5° N, 10.25°
 * E.
 */
export function gpsTiff(orientation = 6): Bytes {
  const entry = (tag: number, type: number, count: number, value: readonly number[]): number[] => [
    ...u16(tag),
    ...u16(type),
    ...u32(count),
    ...value,
  ];
  const gpsAt = 8 + 2 + 3 * 12 + 4;
  const valuesAt = gpsAt + 2 + 4 * 12 + 4;
  const rational = (degrees: number, minutes: number): number[] =>
    [degrees, 1, minutes, 1, 0, 1].flatMap((number) => u32(number));
  return bytesOf(
    'MM',
    u16(42),
    u32(8),
    u16(3),
    entry(0x0112, 3, 1, [...u16(orientation), 0, 0]),
    entry(0x8825, 4, 1, u32(gpsAt)),
    entry(0x9c9b, 1, 2, [65, 0, 0, 0]),
    u32(0),
    u16(4),
    entry(1, 2, 2, [78, 0, 0, 0]),
    entry(2, 5, 3, u32(valuesAt)),
    entry(3, 2, 2, [69, 0, 0, 0]),
    entry(4, 5, 3, u32(valuesAt + 24)),
    u32(0),
    rational(57, 30),
    rational(10, 15),
  );
}

export function exifSegment(tiff: Uint8Array = gpsTiff()): Bytes {
  return segment(0xe1, 'Exif\0\0', tiff);
}

export const GPS_XMP =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
  '<rdf:Description xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" ' +
  'exif:GPSLatitude="57,30.0N" xmp:Rating="5" exif:GPSLongitude="10,15.0E">' +
  '<exif:GPSAltitude>12/1</exif:GPSAltitude></rdf:Description></rdf:RDF></x:xmpmeta>';

/** CRC-32 of ISO 3309, bit by bit: shares no table with the one under test. */
export function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** A chunk of a PNG: length, name, payload, CRC-32. */
export function pngChunk(name: string, ...parts: readonly Piece[]): Bytes {
  const payload = bytesOf(...parts);
  return bytesOf(u32(payload.length), name, payload, u32(crc32(bytesOf(name, payload))));
}

/** A PNG whose header claims the given size; it holds no pixels. */
export function png(width: number, height: number, chunks: readonly Uint8Array[] = []): Bytes {
  return bytesOf(
    [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    pngChunk('IHDR', u32(width), u32(height), [8, 2, 0, 0, 0]),
    ...chunks,
    pngChunk('IDAT', [1, 2, 3]),
    pngChunk('IEND'),
  );
}

/** A chunk of a RIFF file, padded to an even length. */
export function riffChunk(name: string, ...parts: readonly Piece[]): Bytes {
  const payload = bytesOf(...parts);
  return bytesOf(name, le32(payload.length), payload, payload.length % 2 === 1 ? [0] : []);
}

/** A WebP of the given chunks. */
export function webp(...chunks: readonly Uint8Array[]): Bytes {
  const body = bytesOf('WEBP', ...chunks);
  return bytesOf('RIFF', le32(body.length), body);
}

export function vp8x(width: number, height: number): Bytes {
  return riffChunk('VP8X', [0x0c, 0, 0, 0], le32(width - 1).slice(0, 3), le32(height - 1).slice(0, 3));
}

export function gif(
  width: number,
  height: number,
  frame: readonly [number, number] = [width, height],
): Bytes {
  return bytesOf(
    'GIF89a',
    le16(width),
    le16(height),
    [0x80, 0, 0],
    [0, 0, 0, 255, 255, 255],
    [0x21, 0xf9, 4, 0, 0, 0, 0, 0],
    [0x2c],
    le16(0),
    le16(0),
    le16(frame[0]),
    le16(frame[1]),
    [0, 2, 2, 0x44, 1, 0, 0x3b],
  );
}

/** A box of ISO 14496-12: its length, its name, what is in it. */
export function box(name: string, ...parts: readonly Piece[]): Bytes {
  const payload = bytesOf(...parts);
  return bytesOf(u32(payload.length + 8), name, payload);
}

/** The bits of a number, the highest first. */
const bits = (value: number, width: number): string => value.toString(2).padStart(width, '0');

/** The AV1 sequence header of a still picture, as the one unit of an item's bytes. */
export function av1Sequence(width: number, height: number): Bytes {
  const text = `000110000011111111${bits(width - 1, 16)}${bits(height - 1, 16)}`.padEnd(56, '0');
  return bytesOf(
    0x0a,
    7,
    Array.from({ length: 7 }, (_, at) => Number.parseInt(text.slice(8 * at, 8 * at + 8), 2)),
  );
}

/**
 * The front of an AVIF: one item, and a property of another size that belongs to none.
 * @param coded what its AV1 bitstream says, and so what a decoder unfolds
 */
export function avif(
  width: number,
  height: number,
  coded: readonly [number, number] = [width, height],
  associated: readonly number[] = [2],
  ...more: readonly Uint8Array[]
): Bytes {
  const ispe = (w: number, h: number): Bytes => box('ispe', u32(0), u32(w), u32(h));
  const item = av1Sequence(coded[0], coded[1]);
  const front = (at: number): Bytes =>
    bytesOf(
      box('ftyp', 'avif', u32(0), 'mif1'),
      box(
        'meta',
        u32(0),
        box('pitm', u32(0), u16(1)),
        box('iloc', u32(0), [0x44, 0], u16(1), u16(1), u16(0), u16(1), u32(at), u32(item.length)),
        box('iinf', u32(0), u16(1), box('infe', [2, 0, 0, 0], u16(1), u16(0), 'av01', 0)),
        box(
          'iprp',
          box('ipco', ispe(512, 512), ispe(width, height), ...more),
          box('ipma', u32(0), u32(1), u16(1), associated.length, associated),
        ),
      ),
    );
  const length = front(0).length;
  return bytesOf(front(length + 8), box('mdat', item));
}
