/** Bytes in the origin private file system: a gigabyte needs no gigabyte of memory, and survives a reload. */
import { whileKept } from './asked-handle.ts';
import {
  checkId,
  checkLength,
  checkRange,
  checkState,
  LEFTOVER_AGE_MS,
  StorageError,
  type ByteStore,
  type StoredBytes,
  type StoredEntry,
} from './byte-store.ts';
import { FOLDER, SAVED, STATE } from './kept-names.ts';
import {
  readHeader,
  readRecord,
  readSome,
  writeAll,
  writeHeader,
  writeRecord,
  type SyncHandle,
} from './state-file.ts';

/** What the DOM types leave out because only workers have it. */
type WorkerFileHandle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncHandle> };

/** `ByteStore` in the origin private file system; workers only (synchronous access handles). */
export class OpfsStore implements ByteStore {
  readonly kind = 'opfs';
  readonly limit = Infinity;
  readonly #folder: FileSystemDirectoryHandle;
  /** Entries on their way out: one of the same name waits for that. */
  readonly #leaving = new Map<string, Promise<void>>();

  private constructor(folder: FileSystemDirectoryHandle) {
    this.#folder = folder;
  }

  /** Rejects where there is no OPFS, or not in this context. Sweeps what closed tabs left behind. */
  static async open(now: number = Date.now()): Promise<OpfsStore> {
    const root = await navigator.storage.getDirectory();
    const store = new OpfsStore(await root.getDirectoryHandle(FOLDER, { create: true }));
    await store.#probe();
    await store.sweep(now - LEFTOVER_AGE_MS);
    return store;
  }

  async create(id: string, length: number): Promise<StoredBytes> {
    checkId(id);
    checkLength(length);
    await this.#leaving.get(id);
    const state = await this.#handle(id + STATE);
    let data: SyncHandle | undefined;
    try {
      const made = await this.#handle(id);
      data = made;
      // The mark was of the entry that this one replaces.
      await this.#removeFile(id + SAVED);
      guard(() => {
        made.truncate(0);
        writeHeader(state, length);
      });
      return new OpfsBytes(length, made, state, () => this.#file(id));
    } catch (error) {
      data?.close();
      state.close();
      throw error;
    }
  }

  async open(id: string): Promise<StoredBytes | undefined> {
    checkId(id);
    await this.#leaving.get(id);
    if (!(await this.#exists(id)) || !(await this.#exists(id + STATE))) return undefined;
    const state = await this.#handle(id + STATE);
    let data: SyncHandle | undefined;
    try {
      const length = readHeader(state);
      if (length !== undefined) {
        // Another tab may have removed it just now: a new file under the old record would be one of zeros.
        data = await this.#handle(id, false);
        // What grows is wanted again.
        const grows = (): void => void this.#removeFile(id + SAVED).catch(() => undefined);
        return new OpfsBytes(length, data, state, () => this.#file(id), grows);
      }
    } catch (error) {
      data?.close();
      state.close();
      throw error;
    }
    state.close();
    return undefined;
  }

  async has(id: string): Promise<boolean> {
    checkId(id);
    await this.#leaving.get(id);
    return this.#exists(id);
  }

  async list(): Promise<StoredEntry[]> {
    const entries: StoredEntry[] = [];
    for await (const [name, handle] of this.#folder.entries()) {
      if (!name.endsWith(STATE) || handle.kind !== 'file') continue;
      const file = await whileKept(handle, handle.getFile());
      const header = new DataView(await file.slice(0, 16).arrayBuffer());
      if (header.byteLength < 16) continue;
      entries.push({
        id: name.slice(0, -STATE.length),
        length: header.getFloat64(8),
        modified: file.lastModified,
      });
    }
    return entries;
  }

  async remove(id: string): Promise<void> {
    checkId(id);
    const gone = this.#removeFiles(id);
    const settled = gone.catch(() => undefined);
    this.#leaving.set(id, settled);
    void settled.then(() => this.#leaving.get(id) === settled && this.#leaving.delete(id));
    return gone;
  }

  async beginning(id: string, length: number): Promise<Blob | undefined> {
    checkId(id);
    const file = await this.#file(id).catch(() => undefined);
    return file === undefined || file.size < length ? undefined : file.slice(0, length);
  }

  async space(): Promise<number> {
    const estimate = await navigator.storage.estimate?.().catch(() => undefined);
    if (estimate?.quota === undefined) return Infinity;
    return Math.max(0, estimate.quota - (estimate.usage ?? 0));
  }

  /** Removes every file last written before `before` that no tab has open. */
  async sweep(before: number): Promise<void> {
    const names: string[] = [];
    for await (const [name, handle] of this.#folder.entries()) {
      if (handle.kind !== 'file') continue;
      const modified = await whileKept(handle, handle.getFile()).then(
        (file) => file.lastModified,
        () => Infinity,
      );
      if (modified < before) names.push(name);
    }
    // A file in use elsewhere refuses, and is no leftover.
    for (const name of names) await this.#folder.removeEntry(name).catch(() => {});
  }

  /**
   * Some browsers have the folder but refuse handles (private windows): found out now rather than at the
   * first chunk.
   */
  async #probe(): Promise<void> {
    const name = `probe-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
    const handle = await this.#handle(name);
    handle.close();
    await this.#removeFile(name);
  }

  async #handle(name: string, create = true): Promise<SyncHandle> {
    try {
      // At the quota this refuses first.
      const file = (await this.#folder.getFileHandle(name, { create })) as WorkerFileHandle;
      return await whileKept(file, file.createSyncAccessHandle());
    } catch (error) {
      throw asStorageError(error);
    }
  }

  async #file(name: string): Promise<Blob> {
    const handle = await this.#folder.getFileHandle(name);
    return whileKept(handle, handle.getFile());
  }

  async #exists(name: string): Promise<boolean> {
    return this.#folder.getFileHandle(name).then(
      () => true,
      () => false,
    );
  }

  async #removeFiles(id: string): Promise<void> {
    for (const name of [id, id + STATE, id + SAVED]) await this.#removeFile(name);
  }

  async #removeFile(name: string): Promise<void> {
    try {
      await this.#folder.removeEntry(name);
    } catch (error) {
      if (error instanceof DOMException && error.name === 'NotFoundError') return;
      throw asStorageError(error);
    }
  }
}

class OpfsBytes implements StoredBytes {
  readonly length: number;
  readonly #data: SyncHandle;
  readonly #state: SyncHandle;
  readonly #whole: () => Promise<Blob>;
  #closed = false;
  /** Until the first write. */
  #grows: (() => void) | undefined;

  constructor(
    length: number,
    data: SyncHandle,
    state: SyncHandle,
    whole: () => Promise<Blob>,
    grows?: () => void,
  ) {
    this.length = length;
    this.#data = data;
    this.#state = state;
    this.#whole = whole;
    this.#grows = grows;
  }

  write(at: number, bytes: Uint8Array): void {
    checkRange(at, bytes.length, this.length);
    this.#grows?.();
    this.#grows = undefined;
    guard(() => writeAll(this.#data, bytes, at));
  }

  read(at: number, length: number): Uint8Array {
    checkRange(at, length, this.length);
    const bytes = new Uint8Array(length);
    guard(() => readSome(this.#data, bytes, at));
    return bytes;
  }

  saveState(bytes: Uint8Array, last = false): void {
    checkState(bytes);
    guard(() => {
      // The record must not speak of bytes that a crash would lose.
      this.#data.flush();
      writeRecord(this.#state, bytes);
    });
    // The picture's own file stays open, and refuses to be removed.
    if (last) this.#state.close();
  }

  loadState(): Uint8Array | undefined {
    return guard(() => readRecord(this.#state));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#data.close();
    this.#state.close();
  }

  async file(): Promise<Blob> {
    guard(() => {
      // Bytes never written at the end read as zeros, as in memory.
      if (this.#data.getSize() < this.length) this.#data.truncate(this.length);
    });
    return this.#whole();
  }
}

function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asStorageError(error);
  }
}

function asStorageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const name = error instanceof Error ? error.name : '';
  const message = error instanceof Error ? error.message : String(error);
  if (name === 'QuotaExceededError') return new StorageError('storage-full', message, { cause: error });
  if (name === 'NoModificationAllowedError') return new StorageError('busy', message, { cause: error });
  return new StorageError('failed', message, { cause: error });
}
