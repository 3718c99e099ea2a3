/**
 * Bytes in memory, where a browser has no OPFS (private windows, old Safari). Grows page by page with what is
 * written.
 */
import {
  checkId,
  checkLength,
  checkRange,
  checkState,
  StorageError,
  type ByteStore,
  type StoredBytes,
} from './byte-store.ts';

/** All entries together. A tab that holds more is killed on phones. */
export const MAX_MEMORY_BYTES = 512 * 1024 * 1024;
/** A claimed length costs nothing until a byte of a page is written. */
const PAGE_BYTES = 256 * 1024;

interface Entry {
  length: number;
  pages: Map<number, Uint8Array<ArrayBuffer>>;
  state?: Uint8Array;
  modified: number;
  /** As a file that is open: refused to whoever opens it once more. */
  open: boolean;
}

/** `ByteStore` in this worker's memory; gone with it. */
export class MemoryStore implements ByteStore {
  readonly kind = 'memory';
  readonly #entries = new Map<string, Entry>();
  readonly limit: number;
  readonly #now: () => number;
  #used = 0;

  constructor(limit: number = MAX_MEMORY_BYTES, now: () => number = Date.now) {
    this.limit = limit;
    this.#now = now;
  }

  // Async, as the interface is: a refusal is a rejection.
  async create(id: string, length: number): Promise<StoredBytes> {
    checkId(id);
    checkLength(length);
    if (length > this.limit) {
      throw new StorageError('too-large', `${length} bytes are above this browser's limit of ${this.limit}`);
    }
    checkFree(this.#entries.get(id));
    this.#drop(id);
    const entry: Entry = { length, pages: new Map(), modified: this.#now(), open: false };
    this.#entries.set(id, entry);
    return this.#bytes(entry);
  }

  async open(id: string): Promise<StoredBytes | undefined> {
    const entry = this.#entries.get(id);
    checkFree(entry);
    return entry && this.#bytes(entry);
  }

  async has(id: string): Promise<boolean> {
    return this.#entries.has(id);
  }

  async list() {
    return Array.from(this.#entries, ([id, { length, modified }]) => ({ id, length, modified }));
  }

  async remove(id: string): Promise<void> {
    this.#drop(id);
  }

  #drop(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    for (const page of entry.pages.values()) this.#used -= page.length;
    entry.pages.clear();
    this.#entries.delete(id);
  }

  async beginning(id: string, length: number): Promise<Blob | undefined> {
    const entry = this.#entries.get(id);
    return entry === undefined || entry.length < length ? undefined : blobOf(entry, length);
  }

  async space(): Promise<number> {
    return this.limit - this.#used;
  }

  #bytes(entry: Entry): StoredBytes {
    let closed = false;
    entry.open = true;
    const checkOpen = (): void => {
      if (closed) throw new StorageError('failed', 'this entry was closed');
    };
    return {
      length: entry.length,
      write: (at, bytes) => {
        checkOpen();
        checkRange(at, bytes.length, entry.length);
        for (let done = 0; done < bytes.length;) {
          const page = this.#page(entry, Math.floor((at + done) / PAGE_BYTES));
          const within = (at + done) % PAGE_BYTES;
          const part = bytes.subarray(done, done + page.length - within);
          page.set(part, within);
          done += part.length;
        }
        entry.modified = this.#now();
      },
      read: (at, length) => {
        checkOpen();
        checkRange(at, length, entry.length);
        const bytes = new Uint8Array(length);
        for (let done = 0; done < length;) {
          const within = (at + done) % PAGE_BYTES;
          const count = Math.min(length - done, PAGE_BYTES - within);
          const page = entry.pages.get(Math.floor((at + done) / PAGE_BYTES));
          if (page !== undefined) bytes.set(page.subarray(within, within + count), done);
          done += count;
        }
        return bytes;
      },
      saveState: (bytes) => {
        checkOpen();
        checkState(bytes);
        entry.state = bytes.slice();
        entry.modified = this.#now();
      },
      loadState: () => {
        checkOpen();
        return entry.state?.slice();
      },
      close: () => {
        if (!closed) entry.open = false;
        closed = true;
      },
      file: async () => {
        checkOpen();
        return blobOf(entry);
      },
    };
  }

  #page(entry: Entry, index: number): Uint8Array<ArrayBuffer> {
    const present = entry.pages.get(index);
    if (present !== undefined) return present;
    const length = Math.min(PAGE_BYTES, entry.length - index * PAGE_BYTES);
    if (this.#used + length > this.limit) {
      throw new StorageError('too-large', `this browser keeps at most ${this.limit} bytes in memory`);
    }
    const page = new Uint8Array(length);
    entry.pages.set(index, page);
    this.#used += length;
    return page;
  }
}

/** @throws StorageError busy */
function checkFree(entry: Entry | undefined): void {
  if (entry?.open === true) throw new StorageError('busy', 'this entry is open');
}

/** What was never written is zeros. */
function blobOf({ length, pages }: Entry, end: number = length): Blob {
  const parts: BlobPart[] = [];
  for (let at = 0, index = 0; at < end; at += PAGE_BYTES, index++) {
    const page = pages.get(index) ?? new Uint8Array(Math.min(PAGE_BYTES, length - at));
    parts.push(page.subarray(0, end - at));
  }
  return new Blob(parts);
}
