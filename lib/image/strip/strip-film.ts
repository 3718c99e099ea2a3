/**
 * Films have places of their own: those of a phone, the short one behind a motion photo, and a picture that
 * is a sequence. Boxes of ISO 14496-12, user data of QuickTime and 3GPP (TS 26.244), `meta` with
 * com.apple.quicktime.location.
 */
import { toHex } from '../../checksum/hex.ts';
import { latin1 } from '../inspect/sniff.ts';
import type { Found } from './found.ts';
import { FILM_PLACES, FILM_TRACKS } from './place-table.ts';
import { blankText, mentionsPlace, noteWords } from './strip-text.ts';
import { blankExif } from './strip-tiff.ts';
import { blankXmp } from './strip-xmp.ts';

const CONTAINERS = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl']);
const XMP_UUID = 'be7acfcb97a942e89c71999491e3afac';
const CANON_UUID = '85c0b687820f11e08111f4ce462b6a48';
/** Samples and their tables: neither has text of a person. */
const NO_WORDS = new Set(
  'mdat stts stss stsc stsz stco co64 ctts cslg sdtp sbgp sgpd stps saiz saio ftyp mvhd tkhd mdhd hdlr edts tref'.split(
    ' ',
  ),
);
/**
 * User data that is words, names, counts or a thumbnail: of QuickTime, 3GPP (TS 26.244), iTunes, Windows,
 * Samsung and Android.
 */
const USER_DATA = new Set(
  (
    'meta hnti hinf hinv name auth titl dscp cprt perf gnre albm yrrc clsf kywd rtng coll tsel chpl Xtra ' +
    'smrd smta SDLN svss strk thmb LOOP AllF SelO WLOC ptv  manu modl date tagc tnam kgtt cdsc ludt XMP_ free skip gps '
  ).split(' '),
);
/** Handlers whose samples are seen, heard or counted; those of others may be text or data with positions. */
const PLAIN_TRACKS = new Set(['vide', 'soun', 'tmcd', 'hint', 'auxv', 'pict']);
/** Names of `keys`: com.apple.quicktime.location.ISO6709, .location.name, .direction.facing. */
const PLACE_KEY = /location|gps|direction\.|latitude|longitude/i;
/** User data and keys in which a person may have written. */
const WORDS = /(?:nam|cmt|des|desc|ldes|inf|kyw|title|comment|description|information|keywords)$/i;
const MAX_BOXES = 4096;
const MAX_DEPTH = 8;

export interface Box {
  name: string;
  /** Where the length is. */
  at: number;
  /** Payload. */
  from: number;
  to: number;
}

/** The boxes that lie one behind another in `from … to`; ends quietly at the first that does not fit. */
export function boxesIn(bytes: Uint8Array, from = 0, to = bytes.length): Box[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const boxes: Box[] = [];
  for (let at = from; at + 8 <= to && boxes.length < MAX_BOXES;) {
    const name = latin1(bytes, at + 4, at + 8);
    let length = view.getUint32(at);
    let header = 8;
    if (length === 1 && at + 16 <= to) {
      length = Number(view.getBigUint64(at + 8));
      header = 16;
    }
    const end = length === 0 ? to : at + length;
    if (end < at + header || end > to) break;
    boxes.push({ name, at, from: at + header, to: end });
    at = end;
  }
  return boxes;
}

/** Boxes with a place become `free` boxes of zeros: every length and offset stays. */
export function blankBox(bytes: Uint8Array, { at, from, to }: Box): void {
  bytes.set([0x66, 0x72, 0x65, 0x65], at + 4); // "free"
  bytes.fill(0, from, to);
}

/** Changes `bytes` in place. @param at where the film's first box starts. @returns where its last one ends */
export function blankFilm(
  bytes: Uint8Array,
  at: number,
  found: Found,
  depth = 0,
  end = bytes.length,
  handler = '',
): number {
  const boxes = boxesIn(bytes, at, end);
  const declared = boxes.find(({ name }) => name === 'hdlr');
  const kind = declared ? latin1(bytes, declared.from + 8, declared.from + 12) : handler;
  for (const box of boxes) {
    const { name, from, to } = box;
    const payload = bytes.subarray(from, to);
    const remove = (): void => {
      notePlace(payload, found);
      blankBox(bytes, box);
      found.removed.add('film location');
    };
    if (FILM_PLACES.has(name)) remove();
    // A dashcam's list of where in the coded film its positions are.
    else if (name === 'gps ') found.unsure.add('film track');
    else if (name === 'stsd') noteTrack(payload, kind, found);
    else if (name === 'udta' && depth < MAX_DEPTH) {
      blankMakersData(bytes, box, found);
      blankFilm(bytes, from, found, depth + 1, to, kind);
    } else if (CONTAINERS.has(name) && depth < MAX_DEPTH)
      blankFilm(bytes, from, found, depth + 1, to, name === 'mdia' ? '' : kind);
    else if (name === 'meta') blankMeta(bytes, box, found);
    else if (name === 'uuid') blankUuid(bytes, box, found);
    else if (name === 'XMP_') blankXmp(payload, found);
    else if (name.startsWith('\xa9')) blankWords(payload, name, found);
    else if (!NO_WORDS.has(name) && mentionsPlace(payload, found)) remove();
  }
  return boxes.at(-1)?.to ?? at;
}

/** A track of positions is inside the film's data, among what is seen: it is left, and said. */
function noteTrack(description: Uint8Array, handler: string, found: Found): void {
  const format = latin1(description, 12, 16);
  // Apple's timed metadata names what is in it; Google's motion photos have the time of the still one.
  const known = format === 'mebx' || (format === 'mett' && latin1(description).includes('image-meta'));
  const plain = handler === '' || PLAIN_TRACKS.has(handler) || known;
  if (!plain || FILM_TRACKS.has(format) || mentionsPlace(description, found)) found.unsure.add('film track');
}

/**
 * QuickTime's `keys` with the values in `ilst`, or iTunes' list alone. A list keeps its length and its
 * entries: players read the values by their number.
 */
function blankMeta(bytes: Uint8Array, { from, to }: Box, found: Found): void {
  // ISO's has a version before its first box, QuickTime's has not.
  const inner = boxesIn(bytes, latin1(bytes, from + 4, from + 8) === 'hdlr' ? from : from + 4, to);
  const keys = inner.find(({ name }) => name === 'keys');
  const names = keys ? keysIn(bytes, keys) : undefined;
  for (const box of inner) {
    const payload = bytes.subarray(box.from, box.to);
    if (box.name === 'hdlr' || box === keys) continue;
    if (box.name !== 'ilst') {
      if (mentionsPlace(payload, found)) {
        blankBox(bytes, box);
        found.removed.add('film location');
      }
      continue;
    }
    for (const item of boxesIn(bytes, box.from, box.to)) {
      const value = bytes.subarray(item.from, item.to);
      const key = names?.[new DataView(bytes.buffer, bytes.byteOffset + item.at + 4, 4).getUint32(0) - 1];
      const name = key ? latin1(key) : item.name;
      if (FILM_PLACES.has(name) || PLACE_KEY.test(name)) {
        notePlace(value, found);
        key?.fill(0x78); // "x"
        // Length and name of the value's own box, its type, its language.
        bytes.fill(0x20, Math.min(item.from + 16, item.to), item.to);
        if (!key) blankBox(bytes, item);
        found.removed.add('film location');
      } else blankWords(value, name, found);
    }
  }
}

/** User data in a camera maker's own format may hold anything, a position among it. */
function blankMakersData(bytes: Uint8Array, { from, to }: Box, found: Found): void {
  for (const box of boxesIn(bytes, from, to)) {
    const known = /^[\xa9@]/.test(box.name) || FILM_PLACES.has(box.name) || USER_DATA.has(box.name);
    if (known || !bytes.subarray(box.from, box.to).some((byte) => byte !== 0)) continue;
    blankBox(bytes, box);
    found.hidden.add("camera's own data");
  }
}

/** Names of `keys`, each without its namespace, as parts of `bytes`. */
function keysIn(bytes: Uint8Array, { from, to }: Box): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const names: Uint8Array[] = [];
  for (let at = from + 8; at + 8 <= to && names.length < MAX_BOXES;) {
    const end = at + view.getUint32(at);
    if (end < at + 8 || end > to) break;
    names.push(bytes.subarray(at + 8, end));
    at = end;
  }
  return names;
}

function blankWords(value: Uint8Array, name: string, found: Found): void {
  if (blankText(value, 'words', found)) found.removed.add('film location');
  // Behind the value's own header.
  else if (WORDS.test(name)) noteWords(found, value.subarray(Math.min(value.length, 16)));
}

function blankUuid(bytes: Uint8Array, box: Box, found: Found): void {
  const body = bytes.subarray(box.from + 16, box.to);
  const id = toHex(bytes.subarray(box.from, box.from + 16));
  if (id === XMP_UUID) blankXmp(body, found);
  else if (id === CANON_UUID) {
    for (const part of boxesIn(bytes, box.from + 16, box.to)) {
      // TIFF structures: camera, EXIF, maker's notes, and the position.
      if (!part.name.startsWith('CMT')) continue;
      if (part.name === 'CMT4' && readsAsTiff(bytes.subarray(part.from, part.to))) {
        blankBox(bytes, part);
        found.removed.add('film location');
      } else blankExif(bytes.subarray(part.from, part.to), found);
    }
  } else if (mentionsPlace(body, found)) {
    blankBox(bytes, box);
    found.removed.add('film location');
  }
}

/** A GPS directory with no entry but its version names no place. */
function readsAsTiff(tiff: Uint8Array): boolean {
  const little = tiff[0] === 0x49;
  return tiff.length >= 10 && (little ? tiff[8]! + 256 * tiff[9]! : 256 * tiff[8]! + tiff[9]!) > 1;
}

/** ISO 6709 with degrees, as QuickTime and Android write it. */
function notePlace(value: Uint8Array, found: Found): void {
  const match = /([-+]\d{2}(?:\.\d+)?)([-+]\d{3}(?:\.\d+)?)/.exec(latin1(value, 0, 200));
  if (!match) return;
  found.latitude ??= Number(match[1]);
  found.longitude ??= Number(match[2]);
}
