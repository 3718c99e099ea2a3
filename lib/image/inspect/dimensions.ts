/**
 * Width and height from header bytes alone, so that a decoder never meets a picture that would eat the
 * machine: a PNG of 48 KB can claim 20,000 × 20,000 pixels and cost the renderer 1.5 GB.
 */
import { readAvif } from './avif-size.ts';
import { crc32 } from '../../checksum/crc32.ts';
import { densityCorrected, readExifSize, type ExifSize } from './exif-size.ts';
import { latin1 } from './sniff.ts';
import { openTiff, readDirectory, readNumber, readOrientation, TAG_HEIGHT, TAG_WIDTH } from './tiff.ts';

/** As stored in the file; `orientation` (EXIF, 1 … 8) says how it is to be turned, 5 … 8 swap the sides. */
export interface Dimensions {
  width: number;
  height: number;
  orientation?: number;
  /** What an element takes for its size, as stored, where that is not the number of its pixels. */
  natural?: { width: number; height: number };
  /** JPEG and PNG: is sent in passes, so that its front already shows the whole picture coarsely. */
  progressive?: boolean;
}

/**
 * Pixels that we let a browser decode: 4 bytes each, so 200 MB. Covers every phone's normal mode (48
 * megapixels); what is above is sent and saved all the same, only not shown.
 */
export const MAX_PIXELS = 50_000_000;

/**
 * Bytes from the front that hold the dimensions, metadata in front of them included, in all but odd files.
 */
export const HEADER_BYTES = 256 * 1024;

/** Marker segments walked before the frame header of a JPEG; real files have about 30. */
const MAX_SEGMENTS = 4096;

/**
 * Bytes of an APP1 segment that a browser takes for EXIF at all: its name, a byte whatever it is, and the
 * head of a TIFF.
 */
const MIN_EXIF_BYTES = 14;

/** Whether a picture of this size in pixels may be decoded at all: at most `MAX_PIXELS`. */
export function fitsDecodeLimit({ width, height }: { width: number; height: number }): boolean {
  return width > 0 && height > 0 && width * height <= MAX_PIXELS;
}

/** Width and height as a person sees the picture. */
export function uprightSize({ width, height, orientation }: Dimensions): { width: number; height: number } {
  return (orientation ?? 1) >= 5 ? { width: height, height: width } : { width, height };
}

/**
 * What an element that holds the picture says of its size: the pixels as seen, unless EXIF names another
 * density.
 */
export function naturalSize({ width, height, orientation, natural }: Dimensions): {
  width: number;
  height: number;
} {
  const size = natural ?? { width, height };
  return (orientation ?? 1) >= 5 ? { width: size.height, height: size.width } : size;
}

/**
 * @returns `undefined` when the bytes do not reach that far, are malformed, or the type is not known. Never
 * throws.
 */
export function readDimensions(bytes: Uint8Array, type: string): Dimensions | undefined {
  try {
    const found = READERS[type]?.(bytes, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return found !== undefined && found.width > 0 && found.height > 0 ? found : undefined;
  } catch (error) {
    // A header that points outside the bytes: DataView says so.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

type Reader = (bytes: Uint8Array, view: DataView) => Dimensions | undefined;

const READERS: Record<string, Reader> = {
  'image/jpeg': readJpeg,
  'image/png': readPng,
  'image/gif': readGif,
  'image/webp': readWebp,
  'image/avif': readAvif,
  'image/heic': readHeif,
  'image/heif': readHeif,
  'image/tiff': readTiff,
  'image/bmp': (_, view) => ({
    width: Math.abs(view.getInt32(18, true)),
    height: Math.abs(view.getInt32(22, true)),
  }),
};

/**
 * As libjpeg looks for markers (`next_marker` in `jdmarker.c`): whatever is not one is passed over, `FF 00`
 * too. What it passes over a stricter reader would stop at, or take for something else. Walks on to the scan:
 * EXIF may follow the frame.
 */
function readJpeg(bytes: Uint8Array, view: DataView): Dimensions | undefined {
  let exif: ExifSize | undefined;
  let frame: { width: number; height: number; progressive: boolean } | undefined;
  let at = 2;
  for (let segment = 0; segment < MAX_SEGMENTS; segment++) {
    at = bytes.indexOf(0xff, at);
    if (at < 0) return undefined;
    while (view.getUint8(at) === 0xff) at++;
    const marker = view.getUint8(at++);
    if (marker === 0x00 || marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) continue;
    // A second start, an end: no decoder goes on.
    if (marker === 0xd8 || marker === 0xd9) return undefined;
    if (marker === 0xda) break;
    const length = view.getUint16(at);
    if (length < 2) return undefined;
    if (
      marker === 0xe1 &&
      exif === undefined &&
      length >= 2 + MIN_EXIF_BYTES &&
      latin1(bytes, at + 2, at + 7) === 'Exif\0'
    ) {
      if (at + length > bytes.length) return undefined;
      exif = readExifSize(bytes.subarray(at + 8, at + length));
    }
    // SOF0 … SOF15 without DHT (C4), JPG (C8) and DAC (CC)
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      if (frame !== undefined) return undefined;
      frame = {
        width: view.getUint16(at + 5),
        height: view.getUint16(at + 3),
        progressive: (marker & 3) === 2,
      };
    }
    at += length;
  }
  if (frame === undefined) return undefined;
  const natural = densityCorrected(frame, exif?.density);
  return {
    ...frame,
    ...(exif?.orientation !== undefined && { orientation: exif.orientation }),
    ...(natural !== frame && { natural }),
  };
}

/** Up to the first pixels: what follows them no decoder turns the picture by. */
function readPng(bytes: Uint8Array, view: DataView): Dimensions | undefined {
  if (latin1(bytes, 12, 16) !== 'IHDR') return undefined;
  let orientation: number | undefined;
  for (let at = 8; ; at += 12 + view.getUint32(at)) {
    const name = latin1(bytes, at + 4, at + 8);
    if (name === 'IDAT') break;
    if (name === 'eXIf' && orientation === undefined) {
      const to = at + 8 + view.getUint32(at);
      // A spoilt one is passed over, and the picture is not turned.
      if (crc32(bytes.subarray(at + 4, to)) === view.getUint32(to))
        orientation = readExifSize(bytes.subarray(at + 8, to)).orientation;
    }
  }
  return {
    width: view.getUint32(16),
    height: view.getUint32(20),
    progressive: view.getUint8(28) === 1,
    ...(orientation !== undefined && { orientation }),
  };
}

/**
 * The larger of the logical screen and the first frame: browsers grow the screen to fit the frame. Without
 * the frame there is no size: comments of any length may precede it.
 */
function readGif(_: Uint8Array, view: DataView): Dimensions | undefined {
  const flags = view.getUint8(10);
  let at = 13 + (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  while (view.getUint8(at) === 0x21) {
    at += 2;
    while (view.getUint8(at) !== 0) at += 1 + view.getUint8(at);
    at++;
  }
  if (view.getUint8(at) !== 0x2c) return undefined;
  return {
    width: Math.max(view.getUint16(6, true), view.getUint16(at + 1, true) + view.getUint16(at + 5, true)),
    height: Math.max(view.getUint16(8, true), view.getUint16(at + 3, true) + view.getUint16(at + 7, true)),
  };
}

/** RIFF chunks; the canvas of VP8X and the first frame can differ in a hostile file, so the larger counts. */
function readWebp(bytes: Uint8Array, view: DataView): Dimensions {
  let width = 0;
  let height = 0;
  let at = 12;
  while (at + 8 <= view.byteLength) {
    const name = latin1(bytes, at, at + 4);
    const length = view.getUint32(at + 4, true);
    const body = at + 8;
    const isFrame = name === 'VP8 ' || name === 'VP8L';
    if (name === 'VP8X') {
      width = Math.max(width, 1 + view.getUint16(body + 4, true) + (view.getUint8(body + 6) << 16));
      height = Math.max(height, 1 + view.getUint16(body + 7, true) + (view.getUint8(body + 9) << 16));
    } else if (name === 'VP8 ') {
      width = Math.max(width, view.getUint16(body + 6, true) & 0x3fff);
      height = Math.max(height, view.getUint16(body + 8, true) & 0x3fff);
    } else if (name === 'VP8L') {
      const bits = view.getUint32(body + 1, true);
      width = Math.max(width, 1 + (bits & 0x3fff));
      height = Math.max(height, 1 + ((bits >>> 14) & 0x3fff));
    }
    if (isFrame) break;
    at = body + length + (length & 1);
  }
  return { width, height };
}

/**
 * HEIC, which no `<img>` of Chromium shows: the largest `ispe` property of meta → iprp → ipco is the whole
 * picture, smaller ones are its tiles and thumbnails. Turning (`irot`) is done by the decoder.
 */
function readHeif(bytes: Uint8Array, view: DataView): Dimensions | undefined {
  let width = 0;
  let height = 0;
  const turns: number[] = [];
  const walk = (from: number, to: number, depth: number): void => {
    for (let at = from; at + 8 <= to;) {
      const name = latin1(bytes, at + 4, at + 8);
      const length = view.getUint32(at);
      const end = length === 0 ? to : at + length;
      if (length === 1 || end < at + 8) return; // 64-bit boxes hold pictures, not properties
      if (depth < 4 && (name === 'iprp' || name === 'ipco')) walk(at + 8, Math.min(end, to), depth + 1);
      if (depth < 4 && name === 'meta') walk(at + 12, Math.min(end, to), depth + 1);
      if (name === 'irot' && (view.getUint8(at + 8) & 1) === 1) turns.push(at);
      if (name === 'ispe') {
        const [w, h] = [view.getUint32(at + 12), view.getUint32(at + 16)];
        if (w * h > width * height) [width, height] = [w, h];
      }
      at = end;
    }
  };
  walk(0, bytes.length, 0);
  return { width, height, ...(turns.length > 0 && { orientation: 6 }) };
}

function readTiff(bytes: Uint8Array): Dimensions | undefined {
  const tiff = openTiff(bytes);
  const directory = tiff && readDirectory(tiff, tiff.first);
  const number = (tag: number): number => {
    const entry = directory?.entries.find((candidate) => candidate.tag === tag);
    return (tiff && entry && readNumber(tiff, entry)) ?? 0;
  };
  const orientation = readOrientation(bytes);
  return {
    width: number(TAG_WIDTH),
    height: number(TAG_HEIGHT),
    ...(orientation !== undefined && { orientation }),
  };
}
