/** Makes the repair symbols of a block. */
import { coefficientsOf, MAX_SOURCES, MAX_SYMBOLS } from './cauchy.ts';
import { MAX_SYMBOL_LENGTH, sharedKernel, type Kernel } from './kernel.ts';

/**
 * A shape out of a header is checked before, with the limits of the format.
 *
 * @throws RangeError unless a block can have this shape
 */
export function checkShape(k: number, symbolLength: number): void {
  if (!Number.isInteger(k) || k < 1 || k > MAX_SOURCES) throw new RangeError(`a block of ${k} sources`);
  if (!Number.isInteger(symbolLength) || symbolLength < 1 || symbolLength > MAX_SYMBOL_LENGTH) {
    throw new RangeError(`symbols of ${symbolLength} bytes`);
  }
}

/**
 * One block on the sending side: holds its sources and makes any row of repair on demand. Holds `k ·
 * symbolLength` bytes of ordinary memory; dropping the reference frees it.
 */
export class BlockEncoder {
  readonly k: number;
  readonly symbolLength: number;
  readonly #kernel: Kernel;
  #sources: Uint8Array;
  /** The sources are the caller's own bytes: to be read, not written. */
  #borrowed = false;

  /** k sources, 1 … 192; symbols of 1 … 2048 bytes. Sources not set are zeros; `sources` is for `from`. */
  constructor(k: number, symbolLength: number, kernel: Kernel = sharedKernel(), sources?: Uint8Array) {
    checkShape(k, symbolLength);
    this.k = k;
    this.symbolLength = symbolLength;
    this.#kernel = kernel;
    this.#borrowed = sources?.length === k * symbolLength;
    this.#sources = this.#borrowed ? sources! : new Uint8Array(k * symbolLength);
    if (sources && !this.#borrowed) this.#sources.set(sources);
  }

  /**
   * A block of these bytes in file order, the last symbol filled up with zeros. A block that fills its last
   * symbol is not copied: leave its bytes alone as long as the encoder is in use.
   */
  static from(bytes: Uint8Array, symbolLength: number, kernel?: Kernel): BlockEncoder {
    return new BlockEncoder(Math.ceil(bytes.length / symbolLength), symbolLength, kernel, bytes);
  }

  /** How many rows of repair there are: `repair` takes 0 … this − 1. */
  get repairLimit(): number {
    return MAX_SYMBOLS - this.k;
  }

  /**
   * Sets source i; shorter bytes than a symbol are filled up with zeros. The bytes are copied.
   *
   * @throws RangeError when there is no source i, or for more bytes than a symbol has
   */
  setSource(i: number, bytes: Uint8Array): void {
    this.#checkSource(i);
    if (bytes.length > this.symbolLength) throw new RangeError(`a source of ${bytes.length} bytes`);
    if (this.#borrowed) {
      this.#sources = this.#sources.slice();
      this.#borrowed = false;
    }
    const at = i * this.symbolLength;
    this.#sources.set(bytes, at);
    this.#sources.fill(0, at + bytes.length, at + this.symbolLength);
    if (this.#kernel.owner === this) this.#kernel.owner = undefined;
  }

  /** Source i with its filling, a view: copy it to keep it. */
  source(i: number): Uint8Array {
    this.#checkSource(i);
    return this.#sources.subarray(i * this.symbolLength, (i + 1) * this.symbolLength);
  }

  /**
   * Row r of repair, 0 … 255 − k: the symbol with index k + r. Written to the start of `into` when given (a
   * packet's payload), and returned. Several rows of one block one after the other cost less than the same
   * rows between those of other blocks.
   *
   * @throws RangeError for a row that is not there
   */
  repair(r: number, into: Uint8Array = new Uint8Array(this.symbolLength)): Uint8Array {
    if (!Number.isInteger(r) || r < 0 || r >= this.repairLimit) throw new RangeError(`no repair row ${r}`);
    const { k, symbolLength } = this;
    const kernel = this.#kernel;
    if (kernel.owner !== this) {
      kernel.workspace.set(this.#sources);
      for (let column = 0; column < k; column++) kernel.rows[column] = column;
      kernel.owner = this;
    }
    coefficientsOf(k + r, kernel.rows.subarray(0, k), kernel.coefficients);
    const at = k * symbolLength;
    kernel.workspace.fill(0, at, at + symbolLength);
    kernel.combine(k, k, symbolLength);
    into.set(kernel.workspace.subarray(at, at + symbolLength));
    return into;
  }

  #checkSource(i: number): void {
    if (!Number.isInteger(i) || i < 0 || i >= this.k) throw new RangeError(`no source ${i} of ${this.k}`);
  }
}
