/**
 * Takes the place out of a JPEG by overwriting metadata in place. No segment changes its length, so every offset
 * stays true: the multi-picture index (CIPA DC-007), gain maps behind the picture, motion photos.
 */
import { APP1, APP13, APP2, walkJpeg, type Segment } from '../inspect/jpeg-segments.ts';
import { latin1 } from '../inspect/sniff.ts';
import { blankMovie } from './strip-movie.ts';
import { blankResources } from './strip-photoshop.ts';
import { blankTiff } from './strip-tiff.ts';
import { blankXmp } from './strip-xmp.ts';
import { openTiff, readDirectory } from '../inspect/tiff.ts';

const EXIF = 'Exif\0\0';
const XMP = 'http://ns.adobe.com/xap/1.0/\0';
const EXTENDED_XMP = 'http://ns.adobe.com/xmp/extension/\0';
/** GUID, full length and offset stand between the signature and each portion. */
const EXTENDED_HEADER = 32 + 4 + 4;
const PHOTOSHOP = 'Photoshop 3.0\0';
const MULTI_PICTURE = 'MPF\0';
const TAG_MP_ENTRIES = 0xb002;

/** Pictures in one file: the original, a gain map, a depth map, a preview; a hostile index may claim thousands. */
const MAX_PICTURES = 16;

/** Changes `bytes` in place. @returns what was removed, in plain words; empty when there was nothing */
export function blankJpeg(bytes: Uint8Array): string[] {
  const removed = new Set<string>();
  const done = new Set<number>();
  const waiting = [0];
  while (waiting.length > 0 && done.size < MAX_PICTURES) {
    const start = waiting.shift()!;
    if (done.has(start) || bytes[start] !== 0xff || bytes[start + 1] !== 0xd8) continue;
    done.add(start);
    const { segments, end } = walkJpeg(bytes, start);
    for (const item of blankSegments(bytes, segments)) removed.add(item);
    waiting.push(...picturesOf(bytes, segments));
    // Ultra HDR and others put the next picture right behind, with or without an index.
    if (end < bytes.length) waiting.push(end);
    if (start === 0) for (const item of blankMovie(bytes.subarray(end))) removed.add(item);
  }
  return [...removed];
}

/** The parts of the file that hold text or tags: what a last look for a place goes through. */
export function jpegMetadata(bytes: Uint8Array): Uint8Array[] {
  return walkJpeg(bytes)
    .segments.filter(({ marker }) => (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe)
    .map(({ from, to }) => bytes.subarray(from, to));
}

function blankSegments(bytes: Uint8Array, segments: readonly Segment[]): string[] {
  const removed: string[] = [];
  const extended = new Map<string, Segment[]>();
  const resources: Segment[] = [];
  for (const segment of segments) {
    const { marker, from, to } = segment;
    if (marker === APP1 && starts(bytes, segment, EXIF)) {
      removed.push(...blankTiff(bytes.subarray(from + EXIF.length, to)));
    } else if (marker === APP1 && starts(bytes, segment, XMP)) {
      removed.push(...blankXmp(bytes.subarray(from + XMP.length, to)));
    } else if (marker === APP1 && starts(bytes, segment, EXTENDED_XMP)) {
      const bodyAt = from + EXTENDED_XMP.length + EXTENDED_HEADER;
      const id = latin1(bytes, from + EXTENDED_XMP.length, from + EXTENDED_XMP.length + 32);
      if (bodyAt <= to) extended.set(id, [...(extended.get(id) ?? []), { ...segment, from: bodyAt }]);
    } else if (marker === APP13 && starts(bytes, segment, PHOTOSHOP)) {
      resources.push({ ...segment, from: from + PHOTOSHOP.length });
    }
  }
  // Portions and resources may be cut anywhere, so they are put together, cleaned, and laid back.
  for (const portions of extended.values()) {
    const offset = ({ from }: Segment): number =>
      new DataView(bytes.buffer, bytes.byteOffset).getUint32(from - 4);
    portions.sort((a, b) => offset(a) - offset(b));
    removed.push(...joined(bytes, portions, blankXmp));
  }
  removed.push(...joined(bytes, resources, blankResources));
  return removed;
}

function joined(
  bytes: Uint8Array,
  parts: readonly Segment[],
  blank: (whole: Uint8Array) => string[],
): string[] {
  const whole = new Uint8Array(parts.reduce((sum, { from, to }) => sum + to - from, 0));
  let at = 0;
  for (const { from, to } of parts) {
    whole.set(bytes.subarray(from, to), at);
    at += to - from;
  }
  const removed = blank(whole);
  at = 0;
  for (const { from, to } of parts) {
    bytes.set(whole.subarray(at, at + to - from), from);
    at += to - from;
  }
  return removed;
}

/** Where the other pictures of a multi-picture file start; offsets count from the index's own TIFF header. */
function picturesOf(bytes: Uint8Array, segments: readonly Segment[]): number[] {
  const index = segments.find((segment) => segment.marker === APP2 && starts(bytes, segment, MULTI_PICTURE));
  if (index === undefined) return [];
  const base = index.from + MULTI_PICTURE.length;
  const tiff = openTiff(bytes.subarray(base, index.to));
  const directory = tiff && readDirectory(tiff, tiff.first);
  const list = directory?.entries.find(({ tag }) => tag === TAG_MP_ENTRIES);
  if (tiff === undefined || list === undefined) return [];
  const places: number[] = [];
  for (
    let at = list.valueAt;
    at + 16 <= list.valueAt + list.valueLength && at + 16 <= tiff.view.byteLength;
    at += 16
  ) {
    const offset = tiff.view.getUint32(at + 8, tiff.little);
    if (offset > 0) places.push(base + offset);
    if (places.length >= MAX_PICTURES) break;
  }
  return places;
}

function starts(bytes: Uint8Array, { from, to }: Segment, signature: string): boolean {
  return to - from >= signature.length && latin1(bytes, from, from + signature.length) === signature;
}
