/**
 * The file of an accepted picture, which takes blocks from the first moment although making it takes a while.
 */
import { StorageError } from '../../storage/byte-store.ts';
import type { PartHere } from '../../storage/unfinished-record.ts';
import { toHex } from '../../checksum/hex.ts';
import type { StoredPicture } from './stored-picture.ts';

/** 16 MB that may wait for their file to be made, which takes tenths of a second at most. */
const MAX_EARLY_BLOCKS = 256;

interface Block {
  readonly block: number;
  /** Where its bytes belong within the picture. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** What is kept of a picture that has ended before it was whole. */
export interface KeptPart extends PartHere {
  /** Of the store's entry. */
  readonly stored: string;
}

export class IncomingFile {
  /** Settles once the file is made, has failed or is not wanted any more. */
  readonly made: Promise<void>;
  readonly #now: () => number;
  readonly #failed: (error: unknown) => void;
  #stored: StoredPicture | undefined;
  /** Blocks that arrived before their file was made. */
  readonly #early: Block[] = [];
  /** What becomes of the file: decided once, perhaps before it is made. */
  #end: ((stored: StoredPicture) => void) | undefined;

  /** @param failed is called with the error when it cannot be made, written or read back */
  constructor(opening: Promise<StoredPicture>, now: () => number, failed: (error: unknown) => void) {
    this.#now = now;
    this.#failed = failed;
    this.made = opening.then((stored) => this.#take(stored), failed);
  }

  /** `undefined` before it is made. */
  get stored(): StoredPicture | undefined {
    return this.#stored;
  }

  /** @param block its bytes are copied */
  write({ block, at, bytes }: Block): void {
    if (this.#end !== undefined) return;
    try {
      if (this.#stored !== undefined) this.#stored.write(block, at, bytes, this.#now());
      else if (this.#early.length < MAX_EARLY_BLOCKS) this.#early.push({ block, at, bytes: bytes.slice() });
      else throw new StorageError('failed', 'the file is not made');
    } catch (error) {
      this.#failed(error);
    }
  }

  /**
   * Both sides say "verified" of bytes that can be read back, not of bytes that were handed to a store.
   *
   * @returns the file; `undefined` when it failed, or was given up meanwhile
   */
  async verify(digest: Uint8Array): Promise<Blob | 'other-bytes' | undefined> {
    await this.made;
    if (this.#stored === undefined) return undefined;
    try {
      const found = await this.#stored.finish();
      return toHex(found) === toHex(digest) ? await this.#stored.file(digest) : 'other-bytes';
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /**
   * Keeps what is here for another session: of a file that is being made now, what an earlier one left.
   * @param kept is called with what that is; not when it is nothing
   */
  keep(kept: (part: KeptPart) => void = () => undefined): void {
    this.#finish((stored) => {
      const part = stored.keep();
      if (part !== undefined) kept({ ...part, stored: stored.id });
    });
  }

  discard(): void {
    this.#finish(remove);
  }

  #finish(end: (stored: StoredPicture) => void): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#early.length = 0;
    if (this.#stored !== undefined) end(this.#stored);
  }

  #take(stored: StoredPicture): void {
    if (this.#end !== undefined) {
      this.#end(stored);
      return;
    }
    this.#stored = stored;
    for (const block of this.#early.splice(0)) this.write(block);
  }
}

function remove(stored: StoredPicture): void {
  void stored.discard().catch(() => undefined);
}
