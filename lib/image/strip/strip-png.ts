/** Takes the place out of a PNG: only metadata chunks are rewritten, the others are copied as they are. */
import { pngChunks, type Chunk } from '../inspect/chunks.ts';
import { latin1 } from '../inspect/sniff.ts';
import { blankIptc } from './strip-iptc.ts';
import { blankResources } from './strip-photoshop.ts';
import { blankTiff } from './strip-tiff.ts';
import { blankXmp } from './strip-xmp.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Text that a compressed chunk may unfold to; more is a bomb, and the chunk is dropped. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;
const XMP_KEYWORD = 'XML:com.adobe.xmp';
/** ImageMagick writes one text chunk a tag: "exif:GPSLatitude", "Location". */
const PLACE_KEYWORD = /gps|location|latitude|longitude|country|city/i;
/** ImageMagick and exiftool: a line break, the name, the length, then hex. */
const RAW_PROFILE = /^Raw profile type (exif|APP1|iptc|8bim|xmp)$/i;

/** @returns the parts of the new file in order, or nothing removed */
export async function stripPng(bytes: Bytes): Promise<{ parts: Bytes[]; removed: string[] }> {
  const removed: string[] = [];
  const parts: Bytes[] = [];
  let copied = 0;
  for (const chunk of pngChunks(bytes)) {
    const result = await stripChunk(bytes, chunk);
    if (result === undefined) continue;
    removed.push(...result.removed);
    parts.push(bytes.subarray(copied, chunk.at));
    if (result.payload !== undefined) parts.push(makeChunk(result.name ?? chunk.name, result.payload));
    copied = chunk.end;
  }
  parts.push(bytes.subarray(copied));
  return { parts, removed: [...new Set(removed)] };
}

interface Rewritten {
  removed: string[];
  name?: string;
  /** Absent: the chunk is left out. */
  payload?: Uint8Array;
}

async function stripChunk(bytes: Bytes, { name, from, to }: Chunk): Promise<Rewritten | undefined> {
  if (name === 'eXIf' || name === 'zxIf') return rewritten(bytes.slice(from, to), 0, blankTiff);
  if (name !== 'tEXt' && name !== 'zTXt' && name !== 'iTXt') return undefined;
  const keywordEnd = bytes.indexOf(0, from);
  if (keywordEnd < 0 || keywordEnd >= to) return undefined;
  const keyword = latin1(bytes, from, keywordEnd);
  if (PLACE_KEYWORD.test(keyword)) return { removed: [`text “${keyword}”`] };
  if (keyword !== XMP_KEYWORD && !RAW_PROFILE.test(keyword)) return undefined;
  const blank = keyword === XMP_KEYWORD ? blankXmp : blankRawProfile;
  const textAt =
    name === 'iTXt' ? afterZeros(bytes, keywordEnd + 3, 2) : keywordEnd + (name === 'zTXt' ? 2 : 1);
  if (textAt > to) return undefined;
  const compressed = name === 'zTXt' || (name === 'iTXt' && bytes[keywordEnd + 1] === 1);
  if (!compressed) return rewritten(bytes.slice(from, to), textAt - from, blank);
  const text = await inflate(bytes.slice(textAt, to));
  // Cannot be looked into: it goes, as it might name a place.
  if (text === undefined) return { removed: ['unreadable compressed metadata'] };
  const removed = blank(text);
  if (removed.length === 0) return undefined;
  // Written back uncompressed: the same text in the plain form of the same chunk.
  const head = bytes.slice(from, textAt);
  if (name === 'iTXt') head[keywordEnd - from + 1] = 0;
  const plainHead = name === 'zTXt' ? head.subarray(0, keywordEnd - from + 1) : head;
  return { removed, name: name === 'zTXt' ? 'tEXt' : name, payload: joinBytes(plainHead, text) };
}

function rewritten(
  payload: Bytes,
  at: number,
  blank: (bytes: Uint8Array) => string[],
): Rewritten | undefined {
  const removed = blank(payload.subarray(at));
  return removed.length > 0 ? { removed, payload } : undefined;
}

/** Decodes the hex, cleans it as what its signature says, and writes hex of the same length back. */
function blankRawProfile(text: Uint8Array): string[] {
  const head = /^\s*[\w ]+\s*\n\s*\d+\s*\n/.exec(latin1(text, 0, 256));
  if (head === null) return [];
  const digits: number[] = [];
  for (let at = head[0].length; at < text.length; at++) {
    if (/[0-9a-f]/i.test(String.fromCharCode(text[at]!))) digits.push(at);
  }
  const value = (index: number): number => Number.parseInt(String.fromCharCode(text[digits[index]!]!), 16);
  const profile = Uint8Array.from(
    { length: digits.length >> 1 },
    (_, index) => value(2 * index) * 16 + value(2 * index + 1),
  );
  const removed = blankProfile(profile);
  if (removed.length === 0) return [];
  profile.forEach((byte, index) => {
    const hex = byte.toString(16).padStart(2, '0');
    text[digits[2 * index]!] = hex.charCodeAt(0);
    text[digits[2 * index + 1]!] = hex.charCodeAt(1);
  });
  return removed;
}

function blankProfile(profile: Uint8Array): string[] {
  if (latin1(profile, 0, 6) === 'Exif\0\0') return blankTiff(profile.subarray(6));
  if (latin1(profile, 0, 4) === '8BIM') return blankResources(profile);
  if (latin1(profile, 0, 14) === 'Photoshop 3.0\0') return blankResources(profile.subarray(14));
  return [...blankTiff(profile), ...(profile[0] === 0x1c ? blankIptc(profile) : blankXmp(profile))];
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

/** CRC-32 of ISO 3309, bit by bit: only over metadata. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
