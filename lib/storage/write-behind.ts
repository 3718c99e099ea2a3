import { checkRange, type StoredBytes } from './byte-store.ts';

/**
 * Written at once: a private window's file is in another process, and each write waits for it about ten
 * milliseconds.
 */
const PIECE_BYTES = 512 * 1024;

interface Piece {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/**
 * Collects small writes into large ones and answers reads of what was written lately from memory: a megabyte
 * at most. What is not written yet is safe after `saveState` and `file`, as the record asks; `close` alone
 * gives it up.
 */
export class WriteBehind implements StoredBytes {
  readonly length: number;
  readonly #bytes: StoredBytes;
  readonly #pieceBytes: number;
  #waiting: Piece[] = [];
  #waitingBytes = 0;
  /** Written, and kept for readers that follow the front. */
  #recent: Piece[] = [];

  constructor(bytes: StoredBytes, pieceBytes = PIECE_BYTES) {
    this.length = bytes.length;
    this.#bytes = bytes;
    this.#pieceBytes = pieceBytes;
  }

  write(at: number, bytes: Uint8Array): void {
    checkRange(at, bytes.length, this.length);
    const end = at + bytes.length;
    if (this.#waiting.some((piece) => piece.at < end && at < piece.at + piece.bytes.length)) this.#flush();
    this.#waiting.push({ at, bytes: bytes.slice() });
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= this.#pieceBytes) this.#flush();
  }

  read(at: number, length: number): Uint8Array {
    checkRange(at, length, this.length);
    const here = this.#fromMemory(at, length);
    if (here !== undefined) return here;
    this.#flush();
    return this.#bytes.read(at, length);
  }

  saveState(bytes: Uint8Array, last?: boolean): void {
    this.#flush();
    this.#bytes.saveState(bytes, last);
  }

  loadState(): Uint8Array | undefined {
    return this.#bytes.loadState();
  }

  close(): void {
    this.#forget();
    this.#bytes.close();
  }

  async file(): Promise<Blob> {
    this.#flush();
    this.#forget();
    return this.#bytes.file();
  }

  #forget(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#recent = [];
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    const merged = merge(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#recent = merged;
    for (const { at, bytes } of merged) this.#bytes.write(at, bytes);
  }

  /** `undefined` when not all of it is in memory. The newest write of a byte holds. */
  #fromMemory(at: number, length: number): Uint8Array | undefined {
    const pieces = [...this.#recent, ...this.#waiting].toReversed();
    const result = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const from = at + done;
      const newest = pieces.findIndex((one) => one.at <= from && from < one.at + one.bytes.length);
      const piece = pieces[newest];
      if (piece === undefined) return undefined;
      // Only up to where a newer write begins.
      const newer = pieces.slice(0, newest).map((one) => one.at);
      const end = Math.min(at + length, ...newer.filter((start) => start > from));
      const part = piece.bytes.subarray(from - piece.at, end - piece.at);
      result.set(part, done);
      done += part.length;
    }
    return result;
  }
}

/** Neighbours become one piece; none overlap. */
function merge(pieces: readonly Piece[]): Piece[] {
  const merged: Piece[] = [];
  let run: Piece[] = [];
  const end = () => {
    const [first] = run;
    if (first === undefined) return;
    const bytes = new Uint8Array(run.reduce((sum, piece) => sum + piece.bytes.length, 0));
    for (const piece of run) bytes.set(piece.bytes, piece.at - first.at);
    merged.push({ at: first.at, bytes });
    run = [];
  };
  for (const piece of pieces.toSorted((a, b) => a.at - b.at)) {
    const last = run.at(-1);
    if (last !== undefined && last.at + last.bytes.length !== piece.at) end();
    run.push(piece);
  }
  end();
  return merged;
}
