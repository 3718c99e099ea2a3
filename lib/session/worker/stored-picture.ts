/** A picture's bytes in the store, and which of its entries are of one picture. */
import { StorageError, type ByteStore, type StoredBytes } from '../../storage/byte-store.ts';
import { decodeFinished, encodeFinished, type FileFacts } from '../../storage/finished-record.ts';
import { decodeUnfinished, encodeUnfinished, type PartHere } from '../../storage/unfinished-record.ts';
import { WriteBehind } from '../../storage/write-behind.ts';
import { runsWhere, type Run } from '../../protocol/wire/run-list.ts';
import { blockRange, geometryOf, type Geometry } from '../../protocol/geometry.ts';
import { toHex } from '../../checksum/hex.ts';
import { startDigest, type RunningDigest } from './digest.ts';
import { readBack } from './read-back.ts';

/** The record beside unfinished bytes is renewed so often (ms); each time costs a flush. */
const RECORD_MS = 1500;

/**
 * The bytes of one picture as they arrive: written where they belong, hashed in order (what arrived early is
 * read back when its turn comes), and described by a record of whole blocks, so that a page loaded anew asks
 * only for what is missing.
 */
export class StoredPicture {
  /** Blocks that were here before. */
  readonly have: readonly Run[];
  readonly #store: ByteStore;
  /** Of the store's entry. */
  readonly id: string;
  readonly #bytes: StoredBytes;
  readonly #facts: FileFacts;
  /**
   * Begun with the first bytes: an album that is accepted at once must not have hundreds (see `startDigest`).
   */
  #digest: RunningDigest | undefined;
  #beginning: Promise<void> | undefined;
  #ended = false;
  readonly #geometry: Geometry;
  readonly #whole: Uint8Array;
  #hashedThrough = 0;
  #recordAt: number | undefined;

  private constructor(store: ByteStore, id: string, bytes: StoredBytes, facts: FileFacts, whole: Uint8Array) {
    this.#store = store;
    this.id = id;
    this.#bytes = new WriteBehind(bytes);
    this.#facts = facts;
    const geometry = geometryOf(facts.byteLength);
    this.#geometry = geometry;
    this.#whole = whole;
    this.have = runsWhere(geometry.blocks, (block) => isSet(whole, block), Infinity);
  }

  /** Whether an earlier connection with this sender left anything under this digest; opening shows what. */
  static left(store: ByteStore, sender: string, digest: Uint8Array): Promise<boolean> {
    return store.has(idOf(sender, toHex(digest))).catch(() => true);
  }

  /**
   * Opens what an earlier connection with this sender left of these very bytes, or starts anew. What another
   * sender left is out of reach: its bytes may be wrong, and their presence is not this one's business.
   * @param sender its name (`KnownSenders`), hex
   * @param part the entry of one that was stored under another name, beside a whole one of the same bytes
   * @throws StorageError
   */
  static async open(
    store: ByteStore,
    sender: string,
    facts: FileFacts,
    part?: string,
  ): Promise<StoredPicture> {
    const { sha256, byteLength: length } = facts;
    const own = idOf(sender, sha256);
    const id = part ?? own;
    const bitmapLength = Math.ceil(geometryOf(length).blocks / 8);
    const left = await store.open(id).catch((error: unknown) => {
      if (error instanceof StorageError && error.code === 'busy') return 'busy' as const;
      return undefined;
    });
    // The same picture twice at a time: the second copy lives beside the first and is not resumed.
    let name = left === 'busy' ? copyOf(own) : id;
    const record = left === 'busy' || left?.length !== length ? undefined : left.loadState();
    const finished = record !== undefined && decodeFinished(record) !== undefined;
    // An earlier one of the same bytes is still to be saved from the page: it is not written over.
    if (finished) name = copyOf(own);
    const blocks = record === undefined ? undefined : decodeUnfinished(record)?.blocks;
    if (left !== 'busy' && left !== undefined && !finished && blocks?.length === bitmapLength) {
      return new StoredPicture(store, name, left, facts, blocks);
    }
    if (left !== 'busy') left?.close();
    const made = await store.create(name, length).catch((error: unknown) => {
      // Both were accepted in one turn: the other one was first.
      if (!(error instanceof StorageError) || error.code !== 'busy') throw error;
      name = copyOf(own);
      return store.create(name, length);
    });
    return new StoredPicture(store, name, made, facts, new Uint8Array(bitmapLength));
  }

  /** @throws StorageError */
  write(block: number, at: number, bytes: Uint8Array, now: number): void {
    this.#bytes.write(at, bytes);
    this.#whole[block >> 3] = (this.#whole[block >> 3] as number) | (1 << (block & 7));
    // Its failure shows at the end.
    this.#begin().catch(() => undefined);
    if (this.#digest !== undefined && block === this.#hashedThrough) {
      this.#digest.update(bytes);
      this.#hashedThrough += 1;
      this.#hash();
    }
    this.#recordAt ??= now + RECORD_MS;
    if (now >= this.#recordAt) {
      this.#saveRecord();
      this.#recordAt = now + RECORD_MS;
    }
  }

  read(from: number, to: number): Uint8Array {
    return this.#bytes.read(from, to - from);
  }

  /** SHA-256 of all bytes, once every block is here; rejects when no digest could be begun. */
  async finish(): Promise<Uint8Array> {
    await this.#begin();
    this.#hash();
    if (this.#digest === undefined) throw new StorageError('failed', 'given up meanwhile');
    return this.#digest.finish();
  }

  /** The whole file, after it was read back and has this digest. @throws StorageError */
  async file(digest: Uint8Array): Promise<Blob> {
    const file = await this.#bytes.file();
    await readBack(file, this.#geometry.length, digest);
    return file;
  }

  /**
   * Kept for a page that is loaded anew, until it is saved or thrown away. Without room for it, it is not.
   */
  finished(): void {
    try {
      this.#bytes.saveState(encodeFinished(this.#facts), true);
    } catch {
      // Verified and whole all the same, for as long as this page is open.
    }
  }

  /**
   * Keeps what is here for another session; where there is no room for the last of it, nothing.
   * @returns how much is kept; `undefined`: nothing is
   */
  keep(): PartHere | undefined {
    const part = this.#part();
    if (part.hereBytes > 0) {
      this.#stop();
      try {
        this.#saveRecord();
        this.#bytes.close();
        return part;
      } catch {
        // Some of the blocks that the record names may not be on the disk.
      }
    }
    void this.discard().catch(() => undefined);
    return undefined;
  }

  /** Closes what is finished: its file can be read and removed by others. */
  release(): void {
    this.#bytes.close();
  }

  async discard(): Promise<void> {
    this.#stop();
    this.#bytes.close();
    await this.#store.remove(this.id);
  }

  #saveRecord(): void {
    this.#bytes.saveState(encodeUnfinished({ ...this.#facts, ...this.#part() }, this.#whole));
  }

  #part(): PartHere {
    let hereBytes = 0;
    let prefixBytes: number | undefined;
    for (let block = 0; block < this.#geometry.blocks; block++) {
      const [from, to] = blockRange(this.#geometry, block);
      if (isSet(this.#whole, block)) hereBytes += to - from;
      else prefixBytes ??= from;
    }
    return { hereBytes, prefixBytes: prefixBytes ?? hereBytes };
  }

  #begin(): Promise<void> {
    this.#beginning ??= startDigest().then((digest) => {
      if (this.#ended) return digest.stop();
      this.#digest = digest;
      this.#hash();
    });
    return this.#beginning;
  }

  #stop(): void {
    this.#ended = true;
    this.#digest?.stop();
    this.#digest = undefined;
  }

  #hash(): void {
    const digest = this.#digest;
    if (digest === undefined) return;
    while (this.#hashedThrough < this.#geometry.blocks && isSet(this.#whole, this.#hashedThrough)) {
      const [from, to] = blockRange(this.#geometry, this.#hashedThrough);
      const bytes = this.#bytes.read(from, to - from);
      digest.update(bytes);
      this.#hashedThrough += 1;
    }
  }
}

/** Whether an entry of the store is of these bytes of this sender, under their own name or beside it. */
export function isOf(stored: string, sender: string, sha256: string): boolean {
  const id = idOf(sender, sha256);
  return stored === id || stored.startsWith(`${id}-`);
}

/** 128 bits of the digest do for a name, since the digest itself is compared at the end. */
const idOf = (sender: string, sha256: string): string => `${sender}-${sha256.slice(0, 32)}`;

let copies = 0;
const copyOf = (id: string): string => `${id}-${Math.floor(performance.now())}-${copies++}`;

const isSet = (bitmap: Uint8Array, index: number): boolean =>
  (((bitmap[index >> 3] as number) >> (index & 7)) & 1) === 1;
