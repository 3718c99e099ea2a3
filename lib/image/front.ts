/** The front of a file as it grows, in pieces that a blob is made of without reading anything twice. */
export class Front {
  readonly #read: (from: number, to: number) => Promise<Uint8Array>;
  #pieces: Blob[] = [];
  #length = 0;

  constructor(read: (from: number, to: number) => Promise<Uint8Array>) {
    this.#read = read;
  }

  /** The pieces of at least the first `length` bytes. */
  async upTo(length: number): Promise<readonly Blob[]> {
    if (length > this.#length) {
      this.#pieces.push(new Blob([(await this.#read(this.#length, length)) as Uint8Array<ArrayBuffer>]));
      this.#length = length;
    }
    return this.#pieces;
  }

  release(): void {
    this.#pieces = [];
  }
}
