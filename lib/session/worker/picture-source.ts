import { startDigest } from './digest.ts';

/**
 * Bytes read from the disk at a time: a block's 64 KB each would be eight hundred reads a second on a fast
 * path.
 */
const SEGMENT = 1024 * 1024;
/** Segments kept: reading ahead touches two, repair of older blocks is made by the encoder. */
const KEPT = 3;

/** A blob read in large pieces, the last few kept. */
export class Source {
  readonly #blob: Blob;
  readonly #segments = new Map<number, Promise<Uint8Array>>();

  constructor(blob: Blob) {
    this.#blob = blob;
  }

  /** Rejects when the file behind the blob is gone or was changed. */
  async read(from: number, to: number): Promise<Uint8Array> {
    const first = Math.floor(from / SEGMENT);
    const last = Math.floor((to - 1) / SEGMENT);
    if (first === last)
      return (await this.#segment(first)).subarray(from - first * SEGMENT, to - first * SEGMENT);
    const bytes = new Uint8Array(to - from);
    for (let index = first; index <= last; index++) {
      const segment = await this.#segment(index);
      const start = Math.max(from, index * SEGMENT);
      const end = Math.min(to, (index + 1) * SEGMENT);
      bytes.set(segment.subarray(start - index * SEGMENT, end - index * SEGMENT), start - from);
    }
    return bytes;
  }

  /** SHA-256 of all bytes; `progress` gets the share done. */
  async digest(progress: (share: number) => void, cancelled: () => boolean): Promise<Uint8Array> {
    const digest = await startDigest();
    const step = 4 * SEGMENT;
    for (let at = 0; at < this.#blob.size && !cancelled(); at += step) {
      const part = await this.#blob.slice(at, at + step).arrayBuffer();
      digest.update(new Uint8Array(part));
      progress(Math.min(1, (at + step) / this.#blob.size));
    }
    return digest.finish();
  }

  /** Forgets what was read. */
  release(): void {
    this.#segments.clear();
  }

  #segment(index: number): Promise<Uint8Array> {
    let segment = this.#segments.get(index);
    if (segment === undefined) {
      segment = this.#blob
        .slice(index * SEGMENT, (index + 1) * SEGMENT)
        .arrayBuffer()
        .then((buffer) => new Uint8Array(buffer));
      this.#segments.set(index, segment);
      const oldest = this.#segments.keys().next().value;
      if (this.#segments.size > KEPT && oldest !== undefined) this.#segments.delete(oldest);
    }
    return segment;
  }
}
