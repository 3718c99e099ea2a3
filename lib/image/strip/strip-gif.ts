/**
 * Takes places out of a GIF (89a) in place: comments, plain text, XMP and what ImageMagick keeps in
 * extensions.
 */
import { latin1 } from '../inspect/sniff.ts';
import type { Found } from './found.ts';
import { blankIptc } from './strip-iptc.ts';
import { blankResources } from './strip-photoshop.ts';
import { blankText, mentionsPlace, noteWords } from './strip-text.ts';
import { blankXmp } from './strip-xmp.ts';

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const COMMENT = 0xfe;
const PLAIN_TEXT = 0x01;
const APPLICATION = 0xff;
/**
 * Start of the 258 bytes that lead any reader of sub-blocks out of an XMP packet (XMP specification part 3,
 * §1.1.2).
 */
const TRAILER = [0x01, 0xff, 0xfe, 0xfd];

export function blankGif(bytes: Uint8Array, found: Found): void {
  const flags = bytes[10] ?? 0;
  let at = 13 + colours(flags);
  while (at < bytes.length) {
    if (bytes[at] === EXTENSION) at = blankExtension(bytes, at, found);
    else if (bytes[at] === IMAGE) at = skipBlocks(bytes, at + 11 + colours(bytes[at + 9] ?? 0));
    else break;
  }
  if (mentionsPlace(bytes.subarray(Math.min(at, bytes.length)), found)) found.unsure.add('trailer');
}

const colours = (flags: number): number => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);

/** @returns behind the extension */
function blankExtension(bytes: Uint8Array, at: number, found: Found): number {
  const label = bytes[at + 1];
  const first = at + 3 + (bytes[at + 2] ?? 0);
  if (label === APPLICATION && latin1(bytes, at + 3, at + 14) === 'XMP DataXMP') {
    const end = find(bytes, TRAILER, first);
    blankXmp(bytes.subarray(first, end), found);
    return skipBlocks(bytes, end < bytes.length ? end + 1 : end);
  }
  const end = skipBlocks(bytes, label === COMMENT ? at + 2 : first);
  const application = label === APPLICATION ? latin1(bytes, at + 3, at + 14) : '';
  if (
    /^(?:NETSCAPE|ANIMEXTS|ICCRGBG1)/.test(application) ||
    (label !== APPLICATION && label !== COMMENT && label !== PLAIN_TEXT)
  )
    return end;
  const data = blocksOf(bytes, label === COMMENT ? at + 2 : first);
  if (label !== APPLICATION) {
    if (blankText(data, 'words', found)) found.removed.add('comment');
    noteWords(found, data);
  } else if (application.includes('8BIM')) {
    blankResources(data, found);
  } else if (application.includes('IPTC')) {
    blankIptc(data, found);
  } else if (mentionsPlace(data, found)) {
    data.fill(0);
    found.removed.add('unknown extension');
  }
  layBack(bytes, label === COMMENT ? at + 2 : first, data);
  return end;
}

/** @returns behind the empty sub-block */
function skipBlocks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== 0) at += 1 + bytes[at]!;
  return at + 1;
}

function blocksOf(bytes: Uint8Array, from: number): Uint8Array {
  const pieces: number[] = [];
  for (let at = from; at < bytes.length && bytes[at] !== 0; at += 1 + bytes[at]!) {
    for (const byte of bytes.subarray(at + 1, at + 1 + bytes[at]!)) pieces.push(byte);
  }
  return Uint8Array.from(pieces);
}

function layBack(bytes: Uint8Array, from: number, data: Uint8Array): void {
  let taken = 0;
  for (let at = from; at < bytes.length && bytes[at] !== 0; at += 1 + bytes[at]!) {
    const length = Math.min(bytes[at]!, bytes.length - at - 1);
    bytes.set(data.subarray(taken, taken + length), at + 1);
    taken += length;
  }
}

function find(bytes: Uint8Array, wanted: readonly number[], from: number): number {
  for (let at = bytes.indexOf(wanted[0]!, from); at >= 0; at = bytes.indexOf(wanted[0]!, at + 1)) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return bytes.length;
}
