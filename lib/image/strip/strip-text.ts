/** Takes coordinates out of free text, in place: spaces are written over them and the other words stay. */
import type { Found } from './found.ts';
import { coordinatesIn, NAMES_A_PLACE } from './place-table.ts';

/** One character a byte, so that places in the text are places in the bytes. */
export function bytewise(bytes: Uint8Array): string {
  // `latin1` of TextDecoder is windows-1252: another character for 0x80 … 0x9f. This is 5 times as fast as
  // fromCharCode.
  return UTF16.decode(Uint16Array.from(bytes));
}

const UTF16 = new TextDecoder('utf-16le', { ignoreBOM: true });

/**
 * Bytes of one file that are searched as text: mostly some 20 ms for each MB on the page's thread, and 300
 * for text that is made to look like coordinates everywhere. Real ones are at most some 100 KB (captions,
 * maker's notes, content credentials).
 */
const MAX_SEARCHED = 2 * 1024 * 1024;

/** Counts text that is to be searched; `false`: it is too much, and what it says is not sure. */
export function maySearch(length: number, found: Found): boolean {
  found.searched += length;
  if (found.searched <= MAX_SEARCHED) return true;
  found.unsure.add('more text than is searched');
  return false;
}

/** @returns whether there was a place. Text of one byte a character or of two (UTF-16, as Windows' tags). */
export function blankText(bytes: Uint8Array, kind: 'words' | 'keywords', found: Found): boolean {
  if (!maySearch(bytes.length, found)) return false;
  const text = bytewise(bytes);
  const width = wideOffset(text);
  if (width === undefined) {
    const spans = coordinatesIn(text, kind);
    for (const [from, to] of spans) bytes.fill(0x20, from, to);
    return spans.length > 0;
  }
  let narrow = '';
  for (let at = width; at < text.length; at += 2) narrow += text[at];
  const spans = coordinatesIn(narrow, kind);
  for (const [from, to] of spans) {
    for (let index = from; index < to; index++) bytes[width + 2 * index] = 0x20;
  }
  return spans.length > 0;
}

/** UTF-16: offset of the low byte within each pair; `undefined` for text of one byte a character. */
function wideOffset(text: string): 0 | 1 | undefined {
  let [even, odd] = [0, 0];
  // The text may start with a character code of 8 bytes (EXIF's UserComment), which keeps pairs in step.
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '\0') continue;
    if (at % 2 === 0) even++;
    else odd++;
  }
  const pairs = text.length / 2;
  if (odd > pairs * 0.4 && odd > even) return 0;
  return even > pairs * 0.4 && even > odd ? 1 : undefined;
}

/**
 * A part whose structure is not followed. @returns whether it names a place as text; beyond the limit that is
 * not sure
 */
export function mentionsPlace(bytes: Uint8Array, found: Found): boolean {
  if (!maySearch(bytes.length, found)) return false;
  const text = bytewise(bytes);
  return (
    NAMES_A_PLACE.test(text) ||
    NAMES_A_PLACE.test(text.replaceAll('\0', '')) ||
    coordinatesIn(text, 'binary').length > 0
  );
}

/** Words that a person can read: not padding, not a camera's standard text. */
export function noteWords(found: Found, bytes: Uint8Array): void {
  const text = bytewise(bytes)
    .replaceAll('\0', '')
    .replace(/^(?:ASCII|UNICODE|JIS)/, '')
    .trim();
  if (
    /[\p{L}\p{N}]{2}/u.test(text) &&
    !/^(?:OLYMPUS|SONY DSC|MINOLTA|KONICA|SAMSUNG|Screenshot|DCIM|default|binary comment)/i.test(text)
  )
    found.words = true;
}
