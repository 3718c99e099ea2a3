/**
 * The record beside the bytes of an unfinished picture: which blocks are whole, so that only the others have
 * to cross, and what a page needs to list it and to save its beginning.
 *
 *     0   4   "TSUR"
 *     4   4   u32 length of the JSON
 *     8       JSON: `FileFacts`, `hereBytes`, `prefixBytes`
 *             one bit for each block, 1: whole
 */
import { decodeFacts, encodeFacts, type FileFacts } from './finished-record.ts';

const MAGIC = 0x54535552;
const HEADER_BYTES = 8;

/** How much of a picture is here. */
export interface PartHere {
  /** In whole blocks. */
  readonly hereBytes: number;
  /** From its start on, without a gap. */
  readonly prefixBytes: number;
}

export interface UnfinishedRecord extends FileFacts, PartHere {}

/** Bytes for the state of an entry; `decodeUnfinished` reads them. */
export function encodeUnfinished(record: UnfinishedRecord, blocks: Uint8Array): Uint8Array {
  const json = encodeFacts(record);
  const bytes = new Uint8Array(HEADER_BYTES + json.length + blocks.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC);
  view.setUint32(4, json.length);
  bytes.set(json, HEADER_BYTES);
  bytes.set(blocks, HEADER_BYTES + json.length);
  return bytes;
}

/** `undefined`: the record of something else. */
export function decodeUnfinished(
  bytes: Uint8Array,
): { record: UnfinishedRecord; blocks: Uint8Array } | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = HEADER_BYTES + view.getUint32(4);
  if (view.getUint32(0) !== MAGIC || end > bytes.length) return undefined;
  const record = decodeFacts(bytes.subarray(HEADER_BYTES, end));
  if (record === undefined || !isPart(record)) return undefined;
  return { record, blocks: bytes.slice(end) };
}

function isPart(record: FileFacts & Partial<PartHere>): record is UnfinishedRecord {
  const { byteLength, hereBytes, prefixBytes } = record;
  return (
    Number.isSafeInteger(hereBytes) &&
    Number.isSafeInteger(prefixBytes) &&
    (prefixBytes as number) >= 0 &&
    (prefixBytes as number) <= (hereBytes as number) &&
    (hereBytes as number) <= byteLength
  );
}
