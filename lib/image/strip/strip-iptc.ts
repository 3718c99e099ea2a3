/** Takes places out of IPTC-IIM records (IIM 4.2), keeping their length. */
import { latin1 } from '../inspect/sniff.ts';
import { note, type Fact, type Found } from './found.ts';
import { IPTC_KEYWORDS, IPTC_PLACES, IPTC_WORDS } from './place-table.ts';
import { blankText, mentionsPlace, noteWords } from './strip-text.ts';

const FACTS: Readonly<Record<number, Fact>> = { 90: 'city', 92: 'sublocation', 95: 'state', 101: 'country' };
/** Binary: versions, rasterized captions, previews. */
const BINARY = new Set([0, 22, 125, 200, 201, 202]);
/**
 * Data sets that stay move up, zeros fill the end: readers take zeros for padding. Changes `bytes` in place.
 */
export function blankIptc(bytes: Uint8Array, found: Found): void {
  const kept: [number, number][] = [];
  let removed = false;
  let at = 0;
  while (at + 5 <= bytes.length && bytes[at] === 0x1c) {
    let length = (bytes[at + 3]! << 8) | bytes[at + 4]!;
    let header = 5;
    if (length & 0x8000) {
      // Extended: the low bits say how many bytes hold the length; beyond 4 is no real file.
      const size = length & 0x7fff;
      if (size > 4) break;
      length = 0;
      for (let index = 0; index < size; index++) length = length * 256 + (bytes[at + 5 + index] ?? 0);
      header += size;
    }
    const end = at + header + length;
    if (end > bytes.length) break;
    found.present = true;
    if (bytes[at + 1] === 2 && goes(bytes[at + 2]!, bytes.subarray(at + header, end), found)) removed = true;
    else kept.push([at, end]);
    at = end;
  }
  if (bytes.subarray(at).some((byte) => byte !== 0) && mentionsPlace(bytes.subarray(at), found))
    found.unsure.add('IPTC');
  if (!removed) return;
  found.removed.add('IPTC location');
  kept.push([at, bytes.length]);
  let to = 0;
  for (const [from, end] of kept) {
    bytes.copyWithin(to, from, end);
    to += end - from;
  }
  bytes.fill(0, to);
}

/** @returns whether a data set of record 2 is taken out; coordinates in its words are written over. */
function goes(set: number, value: Uint8Array, found: Found): boolean {
  const fact = FACTS[set];
  if (fact) note(found, fact, textOf(value));
  if (IPTC_PLACES.has(set)) return true;
  if (set === IPTC_KEYWORDS) {
    if (found.dropKeywords) return true;
    const named = blankText(value.slice(), 'keywords', found);
    if (named) found.keywords = true;
    noteWords(found, value);
    return named;
  }
  if (BINARY.has(set)) return false;
  if (IPTC_WORDS.has(set)) noteWords(found, value);
  if (blankText(value, 'words', found)) found.removed.add('IPTC text');
  return false;
}

function textOf(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  return text.includes('\ufffd') ? latin1(bytes) : text;
}
