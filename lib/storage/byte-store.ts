/**
 * Where received bytes live until the person saves them (design §9). Runs in a worker: writes are
 * synchronous, so that a packet's bytes are handed over and forgotten.
 */

/** A closed set; all are ours, none is the other side's. */
export type StorageProblem =
  /** The browser's quota or the disk is full. */
  | 'storage-full'
  /** Above what this kind of store can hold. */
  | 'too-large'
  /** Another tab has this entry open. */
  | 'busy'
  /** Read or write outside `[0, length)`: a bug of the caller. */
  | 'out-of-range'
  /** The browser refused for another reason. */
  | 'failed';

/** Why bytes could not be kept or read; the code decides what the person reads. */
export class StorageError extends Error {
  readonly code: StorageProblem;

  constructor(code: StorageProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
  }
}

/** One picture's bytes, written in any order and read back. Synchronous, so for workers only. */
export interface StoredBytes {
  /** Bytes that the finished file will have. Nothing is set aside for them before they are written. */
  readonly length: number;
  /** @throws {StorageError} storage-full, too-large, out-of-range */
  write(at: number, bytes: Uint8Array): void;
  /** What was never written reads as zeros. @throws {StorageError} out-of-range */
  read(at: number, length: number): Uint8Array;
  /**
   * Keeps a small record beside the bytes (header and bitmap of finished blocks), at most `MAX_STATE_BYTES`.
   * All bytes written before are safe on disk first; a crash in the middle leaves the record before this one.
   * Costs a flush: call it every second or so, not for every block. `last`: none follows, and a file less is
   * open.
   */
  saveState(bytes: Uint8Array, last?: boolean): void;
  /** The newest whole record. */
  loadState(): Uint8Array | undefined;
  /** Keeps what is there. Idempotent; every other call is an error afterwards. */
  close(): void;
  /**
   * All `length` bytes as a file that lives on disk where the store does. Call it when everything is written.
   */
  file(): Promise<Blob>;
}

export interface StoredEntry {
  id: string;
  /** Bytes that the finished file will have. */
  length: number;
  /** Unix milliseconds of the last record or write. */
  modified: number;
}

/** Where received bytes live: one entry for each picture, by an id of ours. */
export interface ByteStore {
  readonly kind: 'opfs' | 'memory';
  /** Bytes of all entries together at most; `Infinity` where the browser's quota alone decides. */
  readonly limit: number;
  /** @param id random, `[A-Za-z0-9_-]`, never a file name. An entry of the same id is replaced. */
  create(id: string, length: number): Promise<StoredBytes>;
  open(id: string): Promise<StoredBytes | undefined>;
  has(id: string): Promise<boolean>;
  list(): Promise<StoredEntry[]>;
  /** Removing what is not there is no error. */
  remove(id: string): Promise<void>;
  /**
   * The first bytes of an entry that is not open, where the store has them.
   * @returns `undefined`: so much of it is not here
   */
  beginning(id: string, length: number): Promise<Blob | undefined>;
  /** Bytes for which there is room yet, as far as is known; `Infinity`: it is not. Never rejects. */
  space(): Promise<number>;
}

/** Room for one record: a bitmap over 1 GB in blocks of 64 KB is 2 KB, a header with thumb about 2 KB. */
export const MAX_STATE_BYTES = 256 * 1024;

/** Entries that were not touched for this long are leftovers of closed tabs. */
export const LEFTOVER_AGE_MS = 24 * 60 * 60 * 1000;

const ID = /^[\w-]{1,64}$/;

/** @throws StorageError failed for anything but a random id */
export function checkId(id: string): void {
  if (!ID.test(id)) throw new StorageError('failed', 'an entry needs a random id of letters and digits');
}

/** @throws StorageError out-of-range */
export function checkLength(length: number): void {
  if (!Number.isSafeInteger(length) || length < 0)
    throw new StorageError('out-of-range', `no length: ${length}`);
}

/** @throws StorageError out-of-range for bytes outside of the entry */
export function checkRange(at: number, count: number, length: number): void {
  if (Number.isSafeInteger(at) && at >= 0 && count >= 0 && at + count <= length) return;
  throw new StorageError('out-of-range', `${at} + ${count} is outside 0 … ${length}`);
}

/** @throws StorageError too-large above `MAX_STATE_BYTES` */
export function checkState(bytes: Uint8Array): void {
  if (bytes.length <= MAX_STATE_BYTES) return;
  throw new StorageError('too-large', `a record of ${bytes.length} bytes is above ${MAX_STATE_BYTES}`);
}
