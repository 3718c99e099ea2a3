/**
 * What EXIF says of how a picture is shown: which way up, and at which density. Browsers turn a picture by
 * the one, and by the other take a JPEG for larger or smaller than its pixels (HTML Standard,
 * "density-corrected natural width and height"). Read as Chromium reads it (`SkExif.cpp`,
 * `ExtractDensityCorrectedSize` in `image_decoder.cc`).
 */
import { openTiff, readDirectory, TAG_EXIF, TAG_ORIENTATION, type Tiff, type TiffEntry } from './tiff.ts';

export interface ExifSize {
  /** 1 … 8 */
  orientation?: number;
  /** As stored, in CSS pixels: what the two sides are at 72 dots an inch. */
  density?: { width: number; height: number; across: number; down: number };
}

const TAG_X_RESOLUTION = 0x011a;
const TAG_Y_RESOLUTION = 0x011b;
const TAG_RESOLUTION_UNIT = 0x0128;
const TAG_PIXEL_WIDTH = 0xa002;
const TAG_PIXEL_HEIGHT = 0xa003;

const SHORT = 3;
const LONG = 4;
const RATIONAL = 5;
const INCH = 2;
/** Dots an inch at which one pixel is one CSS pixel. */
const PLAIN_DENSITY = 72;

/** @param bytes a TIFF structure, without JPEG's `Exif\0\0` */
export function readExifSize(bytes: Uint8Array): ExifSize {
  const tiff = openTiff(bytes);
  const root = tiff && readDirectory(tiff, tiff.first)?.entries;
  if (tiff === undefined || root === undefined) return {};
  const number = (
    entries: readonly TiffEntry[],
    tag: number,
    types: readonly number[],
  ): number | undefined => {
    // The last one holds, as the decoder overwrites what it read before.
    const entry = entries.findLast((one) => one.tag === tag && types.includes(one.type) && one.count === 1);
    return entry && valueOf(tiff, entry);
  };
  const pointer = number(root, TAG_EXIF, [LONG]);
  const below = (pointer !== undefined && readDirectory(tiff, pointer)?.entries) || [];
  // Each directory may hold each of them; the one that is read last holds.
  const either = (tag: number, types: readonly number[]): number | undefined =>
    number(below, tag, types) ?? number(root, tag, types);
  const orientation = either(TAG_ORIENTATION, [SHORT]);
  const across = either(TAG_X_RESOLUTION, [RATIONAL]);
  const down = either(TAG_Y_RESOLUTION, [RATIONAL]);
  const width = either(TAG_PIXEL_WIDTH, [SHORT, LONG]);
  const height = either(TAG_PIXEL_HEIGHT, [SHORT, LONG]);
  const inches = either(TAG_RESOLUTION_UNIT, [SHORT]) === INCH;
  return {
    ...(orientation !== undefined && orientation >= 1 && orientation <= 8 && { orientation }),
    ...(inches && width && height && across && down && { density: { width, height, across, down } }),
  };
}

/** The size that an element takes for the stored one; the same, unless all of what EXIF says of it agrees. */
export function densityCorrected(
  stored: { width: number; height: number },
  density: ExifSize['density'],
): { width: number; height: number } {
  if (density === undefined) return stored;
  const { width, height, across, down } = density;
  const agrees =
    Math.round((stored.width * PLAIN_DENSITY) / across) === width &&
    Math.round((stored.height * PLAIN_DENSITY) / down) === height;
  return agrees ? { width, height } : stored;
}

function valueOf({ view, little }: Tiff, { type, valueAt, valueLength }: TiffEntry): number | undefined {
  if (valueAt + valueLength > view.byteLength) return undefined;
  if (type === SHORT) return view.getUint16(valueAt, little);
  const first = view.getUint32(valueAt, little);
  if (type === LONG) return first;
  const by = view.getUint32(valueAt + 4, little);
  return by === 0 ? 0 : first / by;
}
