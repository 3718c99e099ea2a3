import { blockRange, type Geometry } from '../../protocol/geometry.ts';
import { crc32 } from '../../checksum/crc32.ts';
import { StorageError } from '../../storage/byte-store.ts';

/**
 * Blocks read again before a picture counts as verified: all of a picture of about 4 MB, evenly spread ones
 * of a larger one.
 */
const MAX_SAMPLES = 64;

/**
 * Compares what a finished file gives back with what went into its digest. A store that accepts bytes and
 * loses them (a private window at its quota) is found out here, before either side shows "done".
 */
export class ReadBack {
  readonly #geometry: Geometry;
  readonly #step: number;
  /** Checksum of each sampled block, by number. */
  readonly #sums = new Map<number, number>();

  constructor(geometry: Geometry) {
    this.#geometry = geometry;
    this.#step = Math.max(1, Math.ceil(geometry.blocks / (MAX_SAMPLES - 1)));
  }

  /** A block's bytes, as they go into the digest. */
  note(block: number, bytes: Uint8Array): void {
    if (block % this.#step === 0 || block === this.#geometry.blocks - 1) this.#sums.set(block, crc32(bytes));
  }

  /** @throws {StorageError} failed: the file is not what was written */
  async check(file: Blob): Promise<void> {
    const { length } = this.#geometry;
    if (file.size !== length)
      throw new StorageError('failed', `${file.size} of ${length} bytes can be read back`);
    for (const [block, sum] of this.#sums) {
      const [from, to] = blockRange(this.#geometry, block);
      const bytes = await file
        .slice(from, to)
        .arrayBuffer()
        .catch((error: unknown) => {
          throw new StorageError('failed', `block ${block} cannot be read back`, { cause: error });
        });
      if (bytes.byteLength !== to - from || crc32(new Uint8Array(bytes)) !== sum)
        throw new StorageError('failed', `block ${block} reads back as other bytes`);
    }
  }
}
