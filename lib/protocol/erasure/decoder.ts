import { coefficientsOf, inverseMatrix, MAX_SYMBOLS } from './cauchy.ts';
import { checkShape } from './encoder.ts';
import { sharedKernel, type Kernel } from './kernel.ts';

/**
 * `useless`: the block needs no more, or no block has such a symbol. Nothing was kept of it, as of a
 * duplicate.
 */
export type Added = 'new' | 'duplicate' | 'useless';

const NOTHING = new Uint8Array(0);

/**
 * Blocks whose memory waits for reuse: as many as are finished between two turns of the event loop at any
 * speed we reach.
 */
const MAX_SPARE = 16;
const spare: Uint8Array[] = [];

/** Not cleared: a place is read only after it was written. */
function takeBuffer(length: number): Uint8Array {
  const at = spare.findIndex((buffer) => buffer.length === length);
  return at === -1 ? new Uint8Array(length) : spare.splice(at, 1)[0]!;
}

function returnBuffer(buffer: Uint8Array): void {
  if (buffer.length === 0) return;
  // The oldest goes: its size may be that of a file long done.
  if (spare.length === MAX_SPARE) spare.shift();
  spare.push(buffer);
}

/** A place that holds no symbol yet. */
const EMPTY = -1;

/**
 * One block on the receiving side. It has k places of `symbolLength` bytes and never more: a source goes to
 * its own place, a repair symbol to any place whose source is not here yet, and makes way when that arrives.
 * So once k symbols are here, the places with repair are exactly those of the sources to rebuild.
 */
export class BlockDecoder {
  readonly k: number;
  readonly symbolLength: number;
  readonly #kernel: Kernel;
  #places: Uint8Array;
  /** The index of the symbol in each place. */
  readonly #held: Int16Array;
  /**
   * One bit for each index ever taken: tells a duplicate also after its place was given to the rebuilt
   * source.
   */
  readonly #seen = new Uint8Array(MAX_SYMBOLS / 8);
  #have = 0;
  #recovered = false;
  /** All places from here on are taken: the search for an empty one goes down from here. */
  #emptyBelow: number;

  /** k sources, 1 … 192; symbols of 1 … 2048 bytes. */
  constructor(k: number, symbolLength: number, kernel: Kernel = sharedKernel()) {
    checkShape(k, symbolLength);
    this.k = k;
    this.symbolLength = symbolLength;
    this.#kernel = kernel;
    this.#places = takeBuffer(k * symbolLength);
    this.#held = new Int16Array(k).fill(EMPTY);
    this.#emptyBelow = k;
  }

  /** Distinct symbols here, 0 … k. */
  get have(): number {
    return this.#have;
  }

  /** Distinct symbols that are still needed, whichever they are. */
  get missing(): number {
    return this.k - this.#have;
  }

  /** Nothing more is needed; `recover` gives what was not received. */
  get complete(): boolean {
    return this.#have === this.k;
  }

  /**
   * Takes symbol `index`: a source below k, repair from k to 255. Never throws, whatever the input: an index
   * outside, a repair symbol of another length, a source longer than a symbol are `useless`. A shorter source
   * is filled up with zeros; which one may be short (the file's last) is for the caller to know. The bytes
   * are copied.
   */
  add(index: number, bytes: Uint8Array): Added {
    const { k, symbolLength } = this;
    if (!Number.isInteger(index) || index < 0 || index >= MAX_SYMBOLS) return 'useless';
    if (bytes.length > symbolLength || (index >= k && bytes.length < symbolLength)) return 'useless';
    const bit = 1 << (index & 7);
    if (this.#seen[index >> 3]! & bit) return 'duplicate';
    if (this.complete) return 'useless';
    this.#seen[index >> 3]! |= bit;
    this.#have++;

    let place = index;
    if (index >= k) place = this.#emptyPlace();
    else if (this.#held[index] !== EMPTY) {
      const other = this.#emptyPlace();
      this.#held[other] = this.#held[index]!;
      this.#places.copyWithin(other * symbolLength, index * symbolLength, (index + 1) * symbolLength);
    }
    this.#held[place] = index;
    const at = place * symbolLength;
    this.#places.set(bytes, at);
    this.#places.fill(0, at + bytes.length, at + symbolLength);
    return 'new';
  }

  /** Whether source i is here, by itself or rebuilt. */
  hasSource(i: number): boolean {
    return this.#held[i] === i;
  }

  /** Source i with its filling as soon as it is here, else `undefined`. A view: copy it to keep it. */
  source(i: number): Uint8Array | undefined {
    if (!this.hasSource(i)) return undefined;
    return this.#places.subarray(i * this.symbolLength, (i + 1) * this.symbolLength);
  }

  /**
   * Rebuilds the sources that did not arrive, once the block is complete, and says which: ascending, empty
   * when none is missing or they have been rebuilt before.
   *
   * @throws RangeError before the block is complete
   */
  recover(): number[] {
    if (!this.complete) throw new RangeError(`the block still lacks ${this.missing} symbols`);
    if (this.#recovered) return [];
    this.#recovered = true;

    const { k } = this;
    const lost = new Uint8Array(k);
    const repairs = new Uint8Array(k);
    const present = new Uint8Array(k);
    let size = 0;
    for (let place = 0; place < k; place++) {
      const index = this.#held[place]!;
      if (index === place) present[place - size] = place;
      else {
        repairs[size] = index;
        lost[size++] = place;
      }
    }
    if (size === 0) return [];
    this.#solve(lost.subarray(0, size), repairs.subarray(0, size), present.subarray(0, k - size));
    return [...lost.subarray(0, size)];
  }

  /**
   * Every source in file order, the filling of a short last one included. A view; defined from `recover` to
   * `release`.
   */
  block(): Uint8Array | undefined {
    return this.#recovered && this.#places !== NOTHING ? this.#places : undefined;
  }

  /**
   * Gives the memory back for the next block of this size, where it saves a fifth of the work of decoding
   * one. Optional, and only for who has copied the block: views of it then show another. The decoder is empty
   * afterwards, and takes nothing more.
   */
  release(): void {
    returnBuffer(this.#places);
    this.#places = NOTHING;
    this.#held.fill(EMPTY);
    this.#have = this.k;
    this.#recovered = true;
  }

  /** `lost[i]` is where repair symbol `repairs[i]` is, and the source that replaces it. */
  #solve(lost: Uint8Array, repairs: Uint8Array, present: Uint8Array): void {
    const { k, symbolLength } = this;
    const kernel = this.#kernel;
    const { workspace } = kernel;
    const size = lost.length;
    kernel.owner = undefined;
    workspace.set(this.#places);

    // What the present sources put into each repair symbol goes out of it again: what stays is a combination
    // of the lost alone.
    kernel.rows.set(present);
    for (let i = 0; i < size; i++) {
      coefficientsOf(repairs[i]!, present, kernel.coefficients);
      kernel.combine(lost[i]!, present.length, symbolLength);
    }

    // As many equations as unknowns. The results go behind the block, since every equation is needed for each
    // of them; there is room, for no more than 256 − k repair symbols exist.
    const matrix = inverseMatrix(repairs, lost);
    workspace.fill(0, k * symbolLength, (k + size) * symbolLength);
    kernel.rows.set(lost);
    for (let i = 0; i < size; i++) {
      const place = lost[i]!;
      kernel.coefficients.set(matrix.subarray(i * size, (i + 1) * size));
      kernel.combine(k + i, size, symbolLength);
      const at = (k + i) * symbolLength;
      this.#places.set(workspace.subarray(at, at + symbolLength), place * symbolLength);
      this.#held[place] = place;
    }
  }

  /** From the back, since sources fill from the front. There is one: fewer than k symbols were here. */
  #emptyPlace(): number {
    while (this.#held[this.#emptyBelow - 1] !== EMPTY) this.#emptyBelow--;
    return --this.#emptyBelow;
  }
}
