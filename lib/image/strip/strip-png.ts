/** Takes the place out of a PNG: only metadata chunks are rewritten, the others are copied as they are. */
import { crc32 } from '../../checksum/crc32.ts';
import { pngChunks, type Chunk } from '../inspect/chunks.ts';
import { latin1 } from '../inspect/sniff.ts';
import type { Found } from './found.ts';
import { isKeywordProperty, isPlaceKeyword, isWordsProperty } from './place-table.ts';
import { blankIptc } from './strip-iptc.ts';
import { blankNested } from './strip-jpeg.ts';
import { blankResources } from './strip-photoshop.ts';
import { blankText, mentionsPlace, noteWords } from './strip-text.ts';
import { blankExif } from './strip-tiff.ts';
import { blankXmp } from './strip-xmp.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Text that a compressed chunk may unfold to; more is a bomb, and the chunk is dropped. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;
const XMP_KEYWORD = 'XML:com.adobe.xmp';
/** ImageMagick and exiftool: a line break, the name, the length, then hex. */
const RAW_PROFILE = /^Raw profile type (exif|APP1|iptc|8bim|xmp)$/i;

/** Pixels, palettes, colour and timing: nothing that a person wrote. */
const NO_WORDS = new Set(
  'IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB bKGD hIST pHYs sPLT tIME acTL fcTL fdAT cICP mDCV cLLI'.split(
    ' ',
  ),
);

/** @returns the parts of the new file in order */
export async function stripPng(bytes: Bytes, found: Found): Promise<Bytes[]> {
  const parts: Bytes[] = [];
  let copied = 0;
  const chunks = pngChunks(bytes);
  for (const chunk of chunks) {
    const result = NO_WORDS.has(chunk.name) ? undefined : await stripChunk(bytes, chunk, found);
    if (result === undefined) continue;
    parts.push(bytes.subarray(copied, chunk.at));
    if (result !== 'dropped') parts.push(makeChunk(result.name, result.payload));
    copied = chunk.end;
  }
  parts.push(bytes.subarray(copied));
  const end = chunks.at(-1)?.end ?? bytes.length;
  if (end < bytes.length && mentionsPlace(bytes.subarray(end), found)) found.unsure.add('trailer');
  return parts;
}

type Rewritten = { name: string; payload: Uint8Array } | 'dropped' | undefined;

async function stripChunk(bytes: Bytes, { name, from, to }: Chunk, found: Found): Promise<Rewritten> {
  if (name === 'eXIf' || name === 'zxIf') return rewritten(name, bytes.slice(from, to), 0, blankExif, found);
  if (name !== 'tEXt' && name !== 'zTXt' && name !== 'iTXt') {
    // Content credentials (caBX) and chunks of other programs.
    if (!mentionsPlace(bytes.subarray(from, to), found)) return undefined;
    found.removed.add(`chunk ${name}`);
    return 'dropped';
  }
  const keywordEnd = bytes.indexOf(0, from);
  if (keywordEnd < 0 || keywordEnd >= to) return undefined;
  const keyword = latin1(bytes, from, keywordEnd);
  if (isPlaceKeyword(keyword) || (found.dropKeywords && isKeywordProperty(`png:${keyword}`))) {
    found.removed.add(`text “${keyword}”`);
    return 'dropped';
  }
  const textAt =
    name === 'iTXt' ? afterZeros(bytes, keywordEnd + 3, 2) : keywordEnd + (name === 'zTXt' ? 2 : 1);
  if (textAt > to) return undefined;
  const blank =
    keyword === XMP_KEYWORD ? blankXmp : RAW_PROFILE.test(keyword) ? blankRawProfile : blankWords(keyword);
  const compressed = name === 'zTXt' || (name === 'iTXt' && bytes[keywordEnd + 1] === 1);
  if (!compressed) return rewritten(name, bytes.slice(from, to), textAt - from, blank, found);
  const text = await inflate(bytes.slice(textAt, to));
  if (text === undefined) {
    // Cannot be looked into: it goes, as it might name a place.
    found.hidden.add('unreadable compressed text');
    return 'dropped';
  }
  const before = text.slice();
  blank(text, found);
  blankNested(found);
  if (sameBytes(before, text)) return undefined;
  // Written back uncompressed: the same text in the plain form of the same chunk.
  const head = bytes.slice(from, textAt);
  if (name === 'iTXt') head[keywordEnd - from + 1] = 0;
  const plainHead = name === 'zTXt' ? head.subarray(0, keywordEnd - from + 1) : head;
  return { name: name === 'zTXt' ? 'tEXt' : name, payload: joinBytes(plainHead, text) };
}

function blankWords(keyword: string): (text: Uint8Array, found: Found) => void {
  const keywords = isKeywordProperty(`png:${keyword}`);
  return (text, found) => {
    if (blankText(text, keywords ? 'keywords' : 'words', found)) {
      found.removed.add(`text “${keyword}”`);
      if (keywords) found.keywords = true;
    }
    if (keywords || isWordsProperty(`png:${keyword}`)) noteWords(found, text);
  };
}

function rewritten(
  name: string,
  payload: Bytes,
  at: number,
  blank: (bytes: Uint8Array, found: Found) => void,
  found: Found,
): Rewritten {
  const before = payload.slice();
  blank(payload.subarray(at), found);
  blankNested(found);
  return sameBytes(before, payload) ? undefined : { name, payload };
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.every((byte, at) => byte === b[at]);

/** Decodes the hex, cleans it as what its signature says, and writes hex of the same length back. */
function blankRawProfile(text: Uint8Array, found: Found): void {
  const head = /^\s*[\w ]+\s*\n\s*\d+\s*\n/.exec(latin1(text, 0, 256));
  if (head === null) {
    if (!text.some((byte) => byte > 0x20)) return;
    found.hidden.add('unreadable raw profile');
    text.fill(0x20);
    return;
  }
  const digits: number[] = [];
  for (let at = head[0].length; at < text.length; at++) {
    if (/[0-9a-f]/i.test(String.fromCharCode(text[at]!))) digits.push(at);
  }
  const value = (index: number): number => Number.parseInt(String.fromCharCode(text[digits[index]!]!), 16);
  const profile = Uint8Array.from(
    { length: digits.length >> 1 },
    (_, index) => value(2 * index) * 16 + value(2 * index + 1),
  );
  blankProfile(profile, found);
  blankNested(found);
  profile.forEach((byte, index) => {
    const hex = byte.toString(16).padStart(2, '0');
    if (value(2 * index) * 16 + value(2 * index + 1) === byte) return;
    text[digits[2 * index]!] = hex.charCodeAt(0);
    text[digits[2 * index + 1]!] = hex.charCodeAt(1);
  });
}

function blankProfile(profile: Uint8Array, found: Found): void {
  const front = latin1(profile, 0, 64);
  if (front.startsWith('Exif\0\0') || /^(?:II\*\0|MM\0\*)/.test(front)) blankExif(profile, found);
  else if (front.startsWith('8BIM')) blankResources(profile, found);
  else if (front.startsWith('Photoshop 3.0\0')) blankResources(profile.subarray(14), found);
  else if (profile[0] === 0x1c) blankIptc(profile, found);
  else blankXmp(profile, found);
}

function afterZeros(bytes: Uint8Array, from: number, count: number): number {
  let at = from;
  for (let zero = 0; zero < count; zero++) {
    const next = bytes.indexOf(0, at);
    if (next < 0) return bytes.length + 1;
    at = next + 1;
  }
  return at;
}

async function inflate(bytes: Bytes): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
    for await (const piece of readAll(stream)) {
      length += piece.length;
      if (length > MAX_TEXT_BYTES) return undefined;
      pieces.push(piece);
    }
  } catch {
    return undefined;
  }
  return joinBytes(...pieces);
}

/** Safari has no async iteration over streams. */
async function* readAll(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function joinBytes(...pieces: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function makeChunk(name: string, payload: Uint8Array): Bytes {
  const chunk = new Uint8Array(payload.length + 12);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, payload.length);
  for (let at = 0; at < 4; at++) chunk[4 + at] = name.charCodeAt(at);
  chunk.set(payload, 8);
  view.setUint32(chunk.length - 4, crc32(chunk.subarray(4, -4)));
  return chunk;
}
