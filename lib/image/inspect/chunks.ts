/** The chunks of a PNG (ISO 15948) and of a WebP (RIFF), as places in the bytes. */
import { latin1 } from './sniff.ts';

/** A chunk of a PNG, RIFF or similar file: where it is, nothing of what it holds. */
export interface Chunk {
  /** Four characters. */
  name: string;
  /** Where the chunk's first byte is, length and name included. */
  at: number;
  /** Payload. */
  from: number;
  to: number;
  /** Where the next chunk starts. */
  end: number;
}

/** Chunks of one file: a 50-megapixel PNG in pieces of 8 KB has some 25,000. */
const MAX_CHUNKS = 1_000_000;

/** Ends quietly at the first chunk that does not lie wholly inside the bytes. */
export function pngChunks(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= bytes.length && chunks.length < MAX_CHUNKS;) {
    const to = at + 8 + view.getUint32(at);
    if (to + 4 > bytes.length) break;
    const name = latin1(bytes, at + 4, at + 8);
    chunks.push({ name, at, from: at + 8, to, end: to + 4 });
    // What follows is no part of the picture, whatever it looks like.
    if (name === 'IEND') break;
    at = to + 4;
  }
  return chunks;
}

/** Ends quietly at the first chunk that does not lie wholly inside the bytes. */
export function webpChunks(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  for (let at = 12; at + 8 <= bytes.length && chunks.length < MAX_CHUNKS;) {
    const length = view.getUint32(at + 4, true);
    const to = at + 8 + length;
    if (to > bytes.length) break;
    const end = to + (length & 1);
    chunks.push({ name: latin1(bytes, at, at + 4), at, from: at + 8, to, end });
    at = end;
  }
  return chunks;
}
