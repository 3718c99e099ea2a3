/**
 * The sidecar of one entry: a header and two slots that are written in turn, so that a crash in the middle of
 * one leaves the other.
 *
 *     0   magic "TSSB" · u32 0 · f64 length of the finished file            (written once)
 *     64             slot A: u32 crc32 of what follows · u32 sequence · u32 length · record
 *     64 + SLOT      slot B: the same
 */
import { MAX_STATE_BYTES, StorageError } from './byte-store.ts';
import { crc32 } from '../checksum/crc32.ts';

/**
 * The synchronous handle of a file in OPFS (WHATWG File System); only workers have it, so the DOM types lack
 * it.
 */
export interface SyncHandle {
  read(into: Uint8Array, options: { at: number }): number;
  write(bytes: Uint8Array, options: { at: number }): number;
  getSize(): number;
  truncate(length: number): void;
  flush(): void;
  close(): void;
}

const MAGIC = 0x54535342;
const HEADER_BYTES = 64;
const SLOT_HEADER_BYTES = 12;
const SLOT_BYTES = SLOT_HEADER_BYTES + MAX_STATE_BYTES;

/**
 * Writes all of the bytes. At the quota of a private window Chromium does not throw: `write` returns its
 * error code as an unsigned number (4294967288 for "no space"), so anything but the length is a failure.
 *
 * @throws {StorageError} storage-full
 */
export function writeAll(handle: SyncHandle, bytes: Uint8Array, at: number): void {
  const written = handle.write(bytes, { at });
  if (written !== bytes.length)
    throw new StorageError('storage-full', `wrote ${bytes.length} bytes, the browser answered ${written}`);
}

/**
 * Reads up to the end of the file; returns the count of bytes.
 *
 * @throws {StorageError} failed, when the browser answers with an error code in place of a count
 */
export function readSome(handle: SyncHandle, into: Uint8Array, at: number): number {
  const count = handle.read(into, { at });
  if (count >= 0 && count <= into.length) return count;
  throw new StorageError('failed', `read ${into.length} bytes, the browser answered ${count}`);
}

export function writeHeader(handle: SyncHandle, length: number): void {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC);
  view.setFloat64(8, length);
  handle.truncate(0);
  writeAll(handle, bytes, 0);
  handle.flush();
}

/** The length of the finished file, or `undefined` when this is no whole sidecar. */
export function readHeader(handle: SyncHandle): number | undefined {
  const bytes = new Uint8Array(HEADER_BYTES);
  if (readSome(handle, bytes, 0) < HEADER_BYTES) return undefined;
  const view = new DataView(bytes.buffer);
  const length = view.getFloat64(8);
  return view.getUint32(0) === MAGIC && Number.isSafeInteger(length) && length >= 0 ? length : undefined;
}

export function writeRecord(handle: SyncHandle, record: Uint8Array): void {
  const [a, b] = [readSlot(handle, 0), readSlot(handle, 1)];
  const sequence = Math.max(a?.sequence ?? 0, b?.sequence ?? 0) + 1;
  const slot = (a?.sequence ?? 0) <= (b?.sequence ?? 0) ? 0 : 1;
  const bytes = new Uint8Array(SLOT_HEADER_BYTES + record.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(4, sequence);
  view.setUint32(8, record.length);
  bytes.set(record, SLOT_HEADER_BYTES);
  view.setUint32(0, crc32(bytes.subarray(4)));
  writeAll(handle, bytes, HEADER_BYTES + slot * SLOT_BYTES);
  handle.flush();
}

export function readRecord(handle: SyncHandle): Uint8Array | undefined {
  const [a, b] = [readSlot(handle, 0), readSlot(handle, 1)];
  return (a?.sequence ?? 0) > (b?.sequence ?? 0) ? a?.record : b?.record;
}

function readSlot(handle: SyncHandle, slot: number): { sequence: number; record: Uint8Array } | undefined {
  const at = HEADER_BYTES + slot * SLOT_BYTES;
  const header = new Uint8Array(SLOT_HEADER_BYTES);
  if (readSome(handle, header, at) < SLOT_HEADER_BYTES) return undefined;
  const length = new DataView(header.buffer).getUint32(8);
  if (length > MAX_STATE_BYTES) return undefined;
  const bytes = new Uint8Array(SLOT_HEADER_BYTES + length);
  if (readSome(handle, bytes, at) < bytes.length) return undefined;
  return parseSlot(bytes);
}

/** The newest whole record of a sidecar that is only looked at, without a handle. */
export async function recordOf(sidecar: Blob): Promise<Uint8Array | undefined> {
  const [a, b] = await Promise.all(
    [0, 1].map(async (slot) => {
      const at = HEADER_BYTES + slot * SLOT_BYTES;
      const header = await sidecar.slice(at, at + SLOT_HEADER_BYTES).arrayBuffer();
      if (header.byteLength < SLOT_HEADER_BYTES) return undefined;
      const length = Math.min(MAX_STATE_BYTES, new DataView(header).getUint32(8));
      return parseSlot(
        new Uint8Array(await sidecar.slice(at, at + SLOT_HEADER_BYTES + length).arrayBuffer()),
      );
    }),
  );
  return (a?.sequence ?? 0) > (b?.sequence ?? 0) ? a?.record : b?.record;
}

/** A slot's header and, as long as that says, its record. */
function parseSlot(bytes: Uint8Array): { sequence: number; record: Uint8Array } | undefined {
  const view = new DataView(bytes.buffer);
  const sequence = view.getUint32(4);
  if (sequence === 0 || view.getUint32(8) !== bytes.length - SLOT_HEADER_BYTES) return undefined;
  // The sum covers the sequence number too: a new one before an old record is no whole slot.
  if (crc32(bytes.subarray(4)) !== view.getUint32(0)) return undefined;
  return { sequence, record: bytes.slice(SLOT_HEADER_BYTES) };
}
