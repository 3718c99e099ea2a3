/**
 * The one way through a picture's metadata: it notes what is shown, finds every place of the table, and
 * writes over it. The warning before sending and *without location* both use it, so that neither knows more
 * than the other.
 */
import { webpChunks } from '../inspect/chunks.ts';
import { latin1 } from '../inspect/sniff.ts';
import { nothingFound, type Found } from './found.ts';
import { blankBoxes } from './strip-boxes.ts';
import { blankGif } from './strip-gif.ts';
import { MAX_PICTURES, blankJpeg, blankNested, blankOnePicture, drop, picturesBehind } from './strip-jpeg.ts';
import { stripPng } from './strip-png.ts';
import { blankResources } from './strip-photoshop.ts';
import { mentionsPlace } from './strip-text.ts';
import { blankExif, blankTiff } from './strip-tiff.ts';
import { blankXmp } from './strip-xmp.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export interface Blanked {
  /** The file without its places, in order; of the same length for all but PNG. */
  parts: Bytes[];
  found: Found;
}

/** Whether the containers of a type are known. @param type MIME type found in the bytes */
export function canBlank(type: string): boolean {
  return type in WAYS;
}

/** Changes `bytes`. Never rejects for what is in them. */
export async function blankPlaces(bytes: Bytes, type: string): Promise<Blanked> {
  const first = await once(bytes, type, nothingFound());
  if (!first.found.keywords) return first;
  // One keyword is a place, so the others may be its name: a second time, without any of them.
  const whole = first.parts.length === 1 ? first.parts[0]! : joined(first.parts);
  const second = await once(whole, type, nothingFound(true));
  const { removed, hidden, unsure } = first.found;
  for (const part of second.found.removed) removed.add(part);
  for (const part of second.found.hidden) hidden.add(part);
  for (const part of second.found.unsure) unsure.add(part);
  return { parts: second.parts, found: { ...first.found, words: second.found.words } };
}

async function once(bytes: Bytes, type: string, found: Found): Promise<Blanked> {
  const way = WAYS[type] ?? lookOnly;
  const parts = (await way(bytes, found)) ?? [bytes];
  blankNested(found);
  return { parts, found };
}

const WAYS: Readonly<Record<string, (bytes: Bytes, found: Found) => void | Promise<Bytes[]>>> = {
  'image/jpeg': (bytes, found) => blankJpeg(bytes, found),
  'image/png': stripPng,
  'image/webp': blankWebp,
  'image/gif': blankGif,
  'image/avif': blankBoxes,
  'image/heic': blankBoxes,
  'image/heif': blankBoxes,
  'image/jxl': (bytes, found) => (bytes[0] === 0xff ? undefined : blankBoxes(bytes, found)),
  'image/jp2': blankBoxes,
  'image/tiff': blankTiffFile,
  'image/vnd.adobe.photoshop': blankPsd,
  'image/bmp': () => undefined,
};

/** What we do not rewrite (SVG, icons). */
function lookOnly(bytes: Bytes, found: Found): void {
  if (mentionsPlace(bytes, found)) found.unsure.add('text');
}

/** No chunk changes its length. */
function blankWebp(bytes: Bytes, found: Found): void {
  const chunks = webpChunks(bytes);
  for (const { name, from, to } of chunks) {
    const payload = bytes.subarray(from, to);
    if (name === 'EXIF') blankExif(payload, found);
    else if (name === 'XMP ') blankXmp(payload, found);
    else if (!WEBP_PIXELS.has(name)) drop(payload, found, `chunk ${name}`);
  }
  const end = chunks.at(-1)?.end ?? bytes.length;
  if (end < bytes.length && mentionsPlace(bytes.subarray(end), found)) found.unsure.add('trailer');
}

const WEBP_PIXELS = new Set(['VP8X', 'VP8 ', 'VP8L', 'ANIM', 'ANMF', 'ALPH', 'ICCP']);

/** Raw files are TIFF files, too; their previews are JPEGs with EXIF of their own. */
function blankTiffFile(bytes: Bytes, found: Found): void {
  if (!blankTiff(bytes, found)) {
    // BigTIFF, or damaged.
    found.broken = true;
    found.unsure.add('TIFF');
  }
  const pictures = picturesBehind(bytes, 8);
  if (pictures.length > MAX_PICTURES) found.unsure.add('further pictures');
  for (const at of pictures) {
    // Pixels may look like the start of a picture; such a one has no metadata segment.
    if (/^\xff\xd8\xff[\xe1\xed]/.test(latin1(bytes, at, at + 4))) blankOnePicture(bytes, at, found);
  }
}

/** Header of 26 bytes, colour table with its length, then Photoshop's resources with theirs. */
function blankPsd(bytes: Bytes, found: Found): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lengthAt = bytes.length >= 34 ? 30 + view.getUint32(26) : bytes.length;
  if (lengthAt + 4 > bytes.length) {
    found.broken = true;
    return;
  }
  blankResources(bytes.subarray(lengthAt + 4, lengthAt + 4 + view.getUint32(lengthAt)), found);
}

function joined(parts: readonly Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
