import { StorageError, type StoredBytes } from '../../lib/storage/byte-store.ts';
import { MemoryStore } from '../../lib/storage/memory-store.ts';

/** A disk that survives the page, may be full, and may change a byte of what it was given. */
export class SoakStore extends MemoryStore {
  /** Writes are refused. */
  full = false;
  /** Files to be read back with one byte changed. */
  decays = 0;
  readonly #open: StoredBytes[] = [];

  /** The page that had them open is gone. */
  closeAll(): void {
    for (const bytes of this.#open.splice(0)) bytes.close();
  }

  override async create(id: string, length: number): Promise<StoredBytes> {
    return this.#wrap(await super.create(id, length));
  }

  override async open(id: string): Promise<StoredBytes | undefined> {
    const bytes = await super.open(id);
    return bytes && this.#wrap(bytes);
  }

  #wrap(bytes: StoredBytes): StoredBytes {
    this.#open.push(bytes);
    return {
      ...bytes,
      write: (at, part) => {
        if (this.full) throw new StorageError('storage-full', 'the disk is full');
        bytes.write(at, part);
      },
      file: async () => {
        const file = await bytes.file();
        if (this.decays === 0 || file.size === 0) return file;
        this.decays -= 1;
        const changed = new Uint8Array(await file.arrayBuffer());
        const at = (changed.length * 5) >> 3;
        changed[at] = (changed[at] as number) ^ 16;
        return new Blob([changed]);
      },
    };
  }
}
