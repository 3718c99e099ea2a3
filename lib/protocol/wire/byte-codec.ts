/** Writing and reading of numbers and texts, big-endian, bounds checked. */
import { ProtocolError } from '../errors.ts';

/*
 * TextEncoder and TextDecoder exist in browsers, workers and Node, but belong to no ECMAScript library, and
 * this folder is compiled with that library alone.
 */
interface Encoder {
  encode(text: string): Uint8Array;
}
interface Decoder {
  decode(bytes: Uint8Array): string;
}
declare const TextEncoder: new () => Encoder;
declare const TextDecoder: new (label: string, options: { fatal: boolean; ignoreBOM: boolean }) => Decoder;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** UTF-8 of `text`, cut between characters so that it has at most `max` bytes. */
export function utf8(text: string, max: number): Uint8Array {
  const bytes = encoder.encode(text);
  if (bytes.length <= max) return bytes;
  // A byte 10xxxxxx goes on with the character before it.
  let end = max;
  while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end -= 1;
  return bytes.slice(0, end);
}

/** Writes big-endian fields into a buffer that grows; numbers must be in range (ours to ensure). */
export class ByteWriter {
  #bytes = new Uint8Array(64);
  #length = 0;

  #grow(by: number): number {
    const at = this.#length;
    this.#length += by;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return at;
  }

  /** An unsigned integer of `width` bytes, up to 6 (2^48). */
  uint(value: number, width: number): this {
    let at = this.#grow(width) + width;
    let rest = value;
    for (let i = 0; i < width; i++) {
      at -= 1;
      this.#bytes[at] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    return this;
  }

  raw(bytes: Uint8Array): this {
    // First the room: growing replaces the buffer.
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** Bytes behind their length in `width` bytes. */
  prefixed(bytes: Uint8Array, width: number): this {
    return this.uint(bytes.length, width).raw(bytes);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** Reads big-endian fields. @throws ProtocolError from each method, and nothing else */
export class ByteReader {
  #at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  uint(width: number): number {
    if (this.left < width) throw new ProtocolError('truncated');
    let value = 0;
    for (let i = 0; i < width; i++) value = value * 256 + (this.#bytes[this.#at + i] as number);
    this.#at += width;
    return value;
  }

  raw(length: number): Uint8Array {
    if (this.left < length) throw new ProtocolError('truncated');
    const part = this.#bytes.slice(this.#at, this.#at + length);
    this.#at += length;
    return part;
  }

  /** Bytes behind their length in `width` bytes, at most `max` of them. */
  prefixed(width: number, max: number): Uint8Array {
    const length = this.uint(width);
    if (length > max) throw new ProtocolError('too-long');
    return this.raw(length);
  }

  text(width: number, max: number): string {
    const part = this.prefixed(width, max);
    try {
      return decoder.decode(part);
    } catch {
      throw new ProtocolError('bad-text');
    }
  }

  end(): void {
    if (this.left > 0) throw new ProtocolError('trailing-bytes');
  }
}
