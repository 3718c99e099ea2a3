/** The front of a file as it grows, in pieces that a blob is made of without reading anything twice. */
export class Front {
  readonly #read: (from: number, to: number) => Promise<Uint8Array>;
  #pieces: Blob[] = [];
  #length = 0;
  readonly #seen: ((bytes: Uint8Array) => void) | undefined;

  /** @param seen is shown each piece once, in order */
  constructor(read: (from: number, to: number) => Promise<Uint8Array>, seen?: (bytes: Uint8Array) => void) {
    this.#read = read;
    this.#seen = seen;
  }

  /** The pieces of at least the first `length` bytes. */
  async upTo(length: number): Promise<readonly Blob[]> {
    if (length > this.#length) {
      const bytes = await this.#read(this.#length, length);
      this.#seen?.(bytes);
      this.#pieces.push(new Blob([bytes as Uint8Array<ArrayBuffer>]));
      this.#length = length;
    }
    return this.#pieces;
  }

  release(): void {
    this.#pieces = [];
  }
}
