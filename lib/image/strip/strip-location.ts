/**
 * *Original without location*: the picture's own bytes are not touched, only metadata is rewritten. Where that cannot
 * be done without loss it says so, and the person chooses between the original and a smaller copy.
 */
import { pngChunks, webpChunks } from '../inspect/chunks.ts';
import { latin1 } from '../inspect/sniff.ts';
import { blankJpeg, jpegMetadata } from './strip-jpeg.ts';
import { stripPng } from './strip-png.ts';
import { blankTiff } from './strip-tiff.ts';
import { blankXmp } from './strip-xmp.ts';

/** A closed set; each has a sentence in the text catalogue. */
export type StripRefusal =
  /** HEIC, AVIF, TIFF, GIF and what is no image: we do not rewrite these. */
  | 'format'
  /** Above `MAX_STRIP_BYTES`. */
  | 'too-large'
  /** A place is still named in a part that we do not understand (a maker's notes, content credentials). */
  | 'cannot-be-sure'
  /** The file could not be read. */
  | 'unreadable';

export type StripResult =
  | { kind: 'stripped'; blob: Blob; removed: string[] }
  | { kind: 'nothing-to-remove' }
  | { kind: 'impossible'; reason: StripRefusal };

/** The file is held in memory while it is rewritten. */
export const MAX_STRIP_BYTES = 256 * 1024 * 1024;

/** Tag names as text, left in metadata after everything we know has been cleaned. */
const LEFT_OVER = /GPS(?:Latitude|Longitude|Position|Coordinates)|drone-dji:Gps/i;

/**
 * @param type MIME type found in the bytes
 * @returns the new file, of the same length for JPEG and WebP. Never rejects.
 */
export async function stripLocation(blob: Blob, type: string): Promise<StripResult> {
  if (type !== 'image/jpeg' && type !== 'image/png' && type !== 'image/webp') {
    return { kind: 'impossible', reason: 'format' };
  }
  if (blob.size > MAX_STRIP_BYTES) return { kind: 'impossible', reason: 'too-large' };
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(await blob.arrayBuffer());
  } catch {
    return { kind: 'impossible', reason: 'unreadable' };
  }
  const { parts, removed } = await stripBytes(bytes, type);
  const stripped = new Blob(parts, { type });
  const after = parts.length === 1 ? parts[0]! : new Uint8Array(await stripped.arrayBuffer());
  if (metadataOf(after, type).some((part) => LEFT_OVER.test(latin1(part)))) {
    return { kind: 'impossible', reason: 'cannot-be-sure' };
  }
  return removed.length > 0 ? { kind: 'stripped', blob: stripped, removed } : { kind: 'nothing-to-remove' };
}

async function stripBytes(
  bytes: Uint8Array<ArrayBuffer>,
  type: 'image/jpeg' | 'image/png' | 'image/webp',
): Promise<{ parts: Uint8Array<ArrayBuffer>[]; removed: string[] }> {
  if (type === 'image/png') return stripPng(bytes);
  return { parts: [bytes], removed: type === 'image/jpeg' ? blankJpeg(bytes) : blankWebp(bytes) };
}

/** Changes `bytes` in place; no chunk changes its length. */
function blankWebp(bytes: Uint8Array): string[] {
  const removed: string[] = [];
  for (const { name, from, to } of webpChunks(bytes)) {
    const payload = bytes.subarray(from, to);
    if (name === 'EXIF')
      removed.push(...blankTiff(payload.subarray(latin1(payload, 0, 6) === 'Exif\0\0' ? 6 : 0)));
    if (name === 'XMP ') removed.push(...blankXmp(payload));
  }
  return [...new Set(removed)];
}

/** Everything but pixels and colour tables. */
function metadataOf(bytes: Uint8Array, type: string): Uint8Array[] {
  if (type === 'image/jpeg') return jpegMetadata(bytes);
  const chunks = type === 'image/png' ? pngChunks(bytes) : webpChunks(bytes);
  const pixels = new Set(['IDAT', 'fdAT', 'VP8 ', 'VP8L', 'ANMF', 'ALPH', 'iCCP', 'ICCP']);
  return chunks.filter(({ name }) => !pixels.has(name)).map(({ from, to }) => bytes.subarray(from, to));
}
