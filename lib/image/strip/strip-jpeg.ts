/**
 * Takes places out of a JPEG by overwriting metadata in place. No segment changes its length, so every offset
 * stays true: the multi-picture index (CIPA DC-007), gain maps behind the picture, motion photos.
 */
import { APP1, APP13, APP2, SOS, walkJpeg, type Segment } from '../inspect/jpeg-segments.ts';
import { latin1 } from '../inspect/sniff.ts';
import { openTiff, readDirectory } from '../inspect/tiff.ts';
import type { Found } from './found.ts';
import { blankFilm } from './strip-film.ts';
import { blankIptc } from './strip-iptc.ts';
import { blankResources } from './strip-photoshop.ts';
import { blankText, mentionsPlace, noteWords } from './strip-text.ts';
import { blankExif } from './strip-tiff.ts';
import { blankXmp } from './strip-xmp.ts';

const EXTENDED_XMP = 'http://ns.adobe.com/xmp/extension/\0';
/** GUID, full length and offset are between the signature and each portion. */
const EXTENDED_HEADER = 32 + 4 + 4;
const PHOTOSHOP = /^(?:Photoshop 3\.0\0|Adobe_Photoshop2\.5:)/;
const MULTI_PICTURE = 'MPF\0';
const TAG_MP_ENTRIES = 0xb002;
const COMMENT = 0xfe;
const APP6 = 0xe6;
const APP11 = 0xeb;
/** Thermal cameras keep a GPS record among raw values. */
const FLIR = 'FLIR\0';
const GOPRO = 'GoPro\0';
/** Ricoh's survey data: fields of the user's own. */
const RMETA = 'RMETA';

/**
 * Pictures in one file: the original, a gain map, a depth map, a preview; a hostile index may claim
 * thousands.
 */
export const MAX_PICTURES = 64;

/** Changes `bytes` in place. @param from where the picture's start-of-image marker is */
export function blankJpeg(bytes: Uint8Array, found: Found, from = 0): void {
  const done = new Set<number>();
  const waiting = [from];
  let tailAt = bytes.length;
  while (waiting.length > 0) {
    const start = waiting.shift()!;
    if (done.has(start) || bytes[start] !== 0xff || bytes[start + 1] !== 0xd8) continue;
    if (done.size >= MAX_PICTURES) {
      found.unsure.add('further pictures');
      break;
    }
    done.add(start);
    const { segments, end } = walkJpeg(bytes, start);
    blankSegments(bytes, segments, found);
    if (start !== from) continue;
    waiting.push(...picturesOf(bytes, segments), ...picturesBehind(bytes, end));
    tailAt = end;
  }
  blankTail(bytes, tailAt, found);
  blankNested(found);
}

/** The metadata of one picture that lies inside another file, without what follows it. */
export function blankOnePicture(bytes: Uint8Array, at: number, found: Found): void {
  blankSegments(bytes, walkJpeg(bytes, at).segments, found);
}

/** Looks at what was found inside other parts. */
export function blankNested(found: Found): void {
  for (let part = found.nested.shift(); part !== undefined; part = found.nested.shift()) {
    if (part.kind === 'resources') blankResources(part.bytes, found);
    else if (part.bytes[0] === 0xff && part.bytes[1] === 0xd8) blankJpeg(part.bytes, found);
  }
}

/**
 * JPEGs that are not at the start of their file: behind another, inside a TIFF or a raw file. One more than
 * `MAX_PICTURES` at most.
 */
export function picturesBehind(bytes: Uint8Array, from: number): number[] {
  const starts: number[] = [];
  for (
    let at = bytes.indexOf(0xff, from);
    at >= 0 && at + 4 <= bytes.length && starts.length <= MAX_PICTURES;
    at = bytes.indexOf(0xff, at + 1)
  ) {
    if (bytes[at + 1] !== 0xd8 || bytes[at + 2] !== 0xff) continue;
    const marker = bytes[at + 3]!;
    // The start is followed by application data, a comment or a table; anything else is chance.
    if ((marker >= 0xe0 && marker <= 0xef) || marker === COMMENT || marker === 0xdb) starts.push(at);
  }
  return starts;
}

function blankSegments(bytes: Uint8Array, segments: readonly Segment[], found: Found): void {
  const extended = new Map<string, Segment[]>();
  const resources: Segment[] = [];
  for (const segment of segments) {
    if (segment.marker === SOS) continue;
    const payload = bytes.subarray(segment.from, segment.to);
    if (segment.marker === COMMENT) {
      if (blankText(payload, 'words', found)) found.removed.add('comment');
      noteWords(found, payload);
    } else if (segment.marker >= 0xe0 && segment.marker <= 0xef) {
      const kind = blankApplication(payload, segment, found);
      if (kind === 'extended') {
        const id = latin1(payload, EXTENDED_XMP.length, EXTENDED_XMP.length + 32);
        const from = segment.from + EXTENDED_XMP.length + EXTENDED_HEADER;
        if (from <= segment.to) extended.set(id, [...(extended.get(id) ?? []), { ...segment, from }]);
      } else if (kind === 'resources') {
        resources.push({
          ...segment,
          from: segment.from + PHOTOSHOP.exec(latin1(payload, 0, 32))![0].length,
        });
      }
    }
  }
  // Portions and resources may be cut anywhere, so they are put together, cleaned, and laid back.
  for (const portions of extended.values()) {
    const offset = ({ from }: Segment): number =>
      new DataView(bytes.buffer, bytes.byteOffset).getUint32(from - 4);
    portions.sort((a, b) => offset(a) - offset(b));
    blankJoined(bytes, portions, (whole) => blankXmp(whole, found), found);
  }
  blankJoined(bytes, resources, (whole) => blankResources(whole, found), found);
}

/** One APPn segment; `extended` and `resources` are portions of something larger. */
function blankApplication(
  payload: Uint8Array,
  { marker }: Segment,
  found: Found,
): 'extended' | 'resources' | 'done' {
  const front = latin1(payload, 0, 64);
  // ExifTool reads EXIF behind up to four bytes of padding, too.
  const exif = marker === APP1 ? /^[^]{0,4}Exif\0/.exec(front) : null;
  if (exif) {
    blankExif(payload.subarray(exif[0].length + 1), found);
  } else if (marker === APP1 && front.startsWith(EXTENDED_XMP)) {
    return 'extended';
  } else if (marker === APP13 && PHOTOSHOP.test(front)) {
    return 'resources';
  } else if (marker === APP13 && payload[0] === 0x1c) {
    blankIptc(payload, found);
  } else if (marker === APP11 && front.startsWith('JP')) {
    // Content credentials (C2PA, JUMBF) are signed over the file as it was: changed, they say nothing any
    // more.
    drop(payload.subarray(2), found, 'content credentials');
  } else if ((marker === APP1 && front.startsWith(FLIR)) || front.startsWith(RMETA)) {
    found.unsure.add('survey data');
  } else if (marker === APP6 && front.startsWith(GOPRO)) {
    if (/GPS\w|GLPI|GPRI/.test(latin1(payload))) {
      payload.fill(0, GOPRO.length);
      found.removed.add('GoPro telemetry');
    }
  } else if (marker !== APP2 || !/^(?:ICC_PROFILE|MPF|urn:)/.test(front)) {
    const packet = marker === APP1 ? xmpIn(payload) : -1;
    if (packet >= 0) blankXmp(payload.subarray(packet), found);
    else drop(payload, found, 'unknown segment');
  }
  return 'done';
}

/** XMP behind its signature, whatever that is: some writers have their own. */
function xmpIn(payload: Uint8Array): number {
  const front = latin1(payload, 0, 256);
  return front.startsWith('http://ns.adobe.com/xap') || /<\?xpacket|<x:x[am]pmeta|<rdf:RDF/.test(front)
    ? Math.max(front.indexOf('<'), 0)
    : -1;
}

/** A part whose structure is not followed goes whole when it names a place. */
export function drop(payload: Uint8Array, found: Found, what: string): void {
  if (!mentionsPlace(payload, found)) return;
  payload.fill(0);
  found.removed.add(what);
}

function blankJoined(
  bytes: Uint8Array,
  parts: readonly Segment[],
  blank: (whole: Uint8Array) => void,
  found: Found,
): void {
  if (parts.length === 0) return;
  const whole = new Uint8Array(parts.reduce((sum, { from, to }) => sum + to - from, 0));
  let at = 0;
  for (const { from, to } of parts) {
    whole.set(bytes.subarray(from, to), at);
    at += to - from;
  }
  blank(whole);
  blankNested(found);
  at = 0;
  for (const { from, to } of parts) {
    bytes.set(whole.subarray(at, at + to - from), from);
    at += to - from;
  }
}

/** Where the other pictures of a multi-picture file start; offsets count from the index's own TIFF header. */
function picturesOf(bytes: Uint8Array, segments: readonly Segment[]): number[] {
  const index = segments.find(
    ({ marker, from }) => marker === APP2 && latin1(bytes, from, from + 4) === MULTI_PICTURE,
  );
  if (index === undefined) return [];
  const base = index.from + MULTI_PICTURE.length;
  const tiff = openTiff(bytes.subarray(base, index.to));
  const directory = tiff && readDirectory(tiff, tiff.first);
  const list = directory?.entries.find(({ tag }) => tag === TAG_MP_ENTRIES);
  if (tiff === undefined || list === undefined) return [];
  const places: number[] = [];
  const end = Math.min(list.valueAt + list.valueLength, tiff.view.byteLength);
  for (let at = list.valueAt; at + 16 <= end && places.length < MAX_PICTURES; at += 16) {
    const offset = tiff.view.getUint32(at + 8, tiff.little);
    if (offset > 0) places.push(base + offset);
  }
  return places;
}

/** Trailers of other programs, which can hold IPTC or GPS: AFCP, Photo Mechanic, FotoStation, MIE. */
const TRAILERS = /AXS[!*]|cbipcbbl|\xa1\xb2\xc3\xd4|zmie/;
/** Samsung's trailer names the mobile country code of the network, in digits. */
const COUNTRY_CODE = /MCC_Data(\d{1,8})/g;
/** Bytes at a file's end in which a trailer has its signature. */
const TRAILER_BYTES = 64 * 1024;

/** A motion photo has one film; the letters appear by chance once in 4 GB. */
const MAX_FILMS = 64;

/** What lies behind the picture: films of motion photos, trailers. */
function blankTail(bytes: Uint8Array, from: number, found: Found): void {
  const signature = [0x66, 0x74, 0x79, 0x70]; // "ftyp"
  let films = 0;
  for (let at = bytes.indexOf(signature[0]!, from + 4); at >= 0; at = bytes.indexOf(signature[0]!, at + 1)) {
    if (!signature.every((byte, index) => bytes[at + index] === byte)) continue;
    if (++films > MAX_FILMS) {
      found.unsure.add('further films');
      break;
    }
    at = Math.max(at, blankFilm(bytes, at - 4, found) - 1);
  }
  const tailAt = Math.max(from, bytes.length - TRAILER_BYTES);
  const tail = latin1(bytes, tailAt);
  if (TRAILERS.test(tail)) found.unsure.add('trailer');
  for (const match of tail.matchAll(COUNTRY_CODE)) {
    const at = tailAt + match.index + match[0].length;
    bytes.fill(0x30, at - match[1]!.length, at);
    if (/[1-9]/.test(match[1]!)) found.removed.add('country code');
  }
}
