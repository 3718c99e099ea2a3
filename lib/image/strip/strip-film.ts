/**
 * Films have places of their own: the short one behind a motion photo, and a picture that is a sequence.
 * Boxes of ISO 14496-12, user data of QuickTime and 3GPP (TS 26.244), `meta` with
 * com.apple.quicktime.location.
 */
import { latin1 } from '../inspect/sniff.ts';
import type { Found } from './found.ts';
import { FILM_PLACES, FILM_TRACKS } from './place-table.ts';
import { mentionsPlace } from './strip-text.ts';
import { blankXmp } from './strip-xmp.ts';

const CONTAINERS = new Set(['moov', 'udta', 'trak', 'mdia', 'minf', 'stbl']);
const XMP_UUID = 'be7acfcb97a942e89c71999491e3afac';
/** Samples and their tables: neither has text of a person. */
const NO_WORDS = new Set([
  'mdat',
  'stts',
  'stss',
  'stsc',
  'stsz',
  'stco',
  'co64',
  'ctts',
  'ftyp',
  'mvhd',
  'tkhd',
  'mdhd',
]);
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
): number {
  const boxes = boxesIn(bytes, at, end);
  for (const box of boxes) {
    const { name, from, to } = box;
    const payload = bytes.subarray(from, to);
    const remove = (): void => {
      blankBox(bytes, box);
      found.removed.add('film location');
    };
    if (FILM_PLACES.has(name)) remove();
    else if (name === 'stsd') noteTrack(payload, found);
    else if (CONTAINERS.has(name) && depth < MAX_DEPTH) blankFilm(bytes, from, found, depth + 1, to);
    else if (name === 'uuid' && hex(payload.subarray(0, 16)) === XMP_UUID)
      blankXmp(payload.subarray(16), found);
    else if (!NO_WORDS.has(name) && mentionsPlace(payload, found)) remove();
  }
  return boxes.at(-1)?.to ?? at;
}

/** A track of positions is inside the film's data, among what is seen: it is left, and said. */
function noteTrack(description: Uint8Array, found: Found): void {
  const format = latin1(description, 12, 16);
  if (FILM_TRACKS.has(format) || mentionsPlace(description, found)) found.unsure.add('film track');
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
