/**
 * Everything that passes through the server after pairing. The one door of @noble/ciphers.
 *
 *      0      1
 *      +------+------------------------------------------------+----------+
 *      | type | sealed: length (2), plaintext, zeros to 256 · n | tag (16) |
 *      +------+------------------------------------------------+----------+
 *
 * XChaCha20-Poly1305 with one key a direction; the nonce is 16 zero bytes and a counter of 64 bits (big
 * endian) that both sides keep and that is never sent; the sealing party and the type are authenticated
 * beside. The server relays in order or not at all, so whatever does not fit the next counter (dropped,
 * replayed, reordered, reflected, forged) is tampering, and the first of it ends the channel for good.
 */
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { Party } from '../model.ts';
import { concat, utf8 } from './bytes.ts';
import { SEAL_TAG_BYTES, MAX_SEALED_MESSAGE, SEALED_PADDING, MAX_SEALED_PLAINTEXT } from './limits.ts';
import type { SessionKeys } from './session-keys.ts';

export type Opened = { ok: true; type: number; plaintext: Uint8Array } | { ok: false; problem: 'tampered' };

const NONCE_BYTES = 24;
const LENGTH_BYTES = 2;

/** One side's end of the channel; each direction counts for itself. */
export class SealedChannel {
  readonly #party: Party;
  readonly #keys: SessionKeys;
  #sealed = 0;
  #opened = 0;
  #broken = false;

  constructor(party: Party, keys: SessionKeys) {
    this.#party = party;
    this.#keys = keys;
  }

  /**
   * @throws RangeError for a plaintext above `MAX_SEALED_PLAINTEXT` or a type that is no byte: the caller's
   *   fault
   */
  seal(type: number, plaintext: Uint8Array): Uint8Array {
    if (plaintext.length > MAX_SEALED_PLAINTEXT)
      throw new RangeError(`too long to seal: ${plaintext.length}`);
    if (!Number.isInteger(type) || type < 0 || type > 255) throw new RangeError(`not a type: ${type}`);
    const padded = new Uint8Array(
      Math.ceil((LENGTH_BYTES + plaintext.length) / SEALED_PADDING) * SEALED_PADDING,
    );
    new DataView(padded.buffer).setUint16(0, plaintext.length);
    padded.set(plaintext, LENGTH_BYTES);
    return concat(Uint8Array.of(type), this.#cipher(this.#party, this.#sealed++, type).encrypt(padded));
  }

  /** Never throws. After the first `tampered` every later message is `tampered` too. */
  open(bytes: Uint8Array): Opened {
    const opened = this.#broken ? undefined : this.#open(bytes);
    if (!opened) {
      this.#broken = true;
      return { ok: false, problem: 'tampered' };
    }
    this.#opened++;
    return { ok: true, ...opened };
  }

  #open(bytes: Uint8Array): { type: number; plaintext: Uint8Array } | undefined {
    const type = bytes[0];
    const paddedLength = bytes.length - 1 - SEAL_TAG_BYTES;
    if (type === undefined || bytes.length > MAX_SEALED_MESSAGE) return undefined;
    if (paddedLength < SEALED_PADDING || paddedLength % SEALED_PADDING !== 0) return undefined;
    let padded: Uint8Array;
    try {
      const other = this.#party === 'host' ? 'guest' : 'host';
      padded = this.#cipher(other, this.#opened, type).decrypt(bytes.subarray(1));
    } catch {
      return undefined;
    }
    const length = new DataView(padded.buffer, padded.byteOffset).getUint16(0);
    if (length > padded.length - LENGTH_BYTES) return undefined;
    return { type, plaintext: padded.slice(LENGTH_BYTES, LENGTH_BYTES + length) };
  }

  #cipher(sealer: Party, counter: number, type: number) {
    const nonce = new Uint8Array(NONCE_BYTES);
    new DataView(nonce.buffer).setBigUint64(NONCE_BYTES - 8, BigInt(counter));
    const associated = concat(utf8(`tessera sealed 1 ${sealer} `), Uint8Array.of(type));
    return xchacha20poly1305(this.#keys[sealer], nonce, associated);
  }
}
