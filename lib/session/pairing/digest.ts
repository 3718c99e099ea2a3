/**
 * The one door of @noble/hashes: SHA-512 and what is built on it. Works where `crypto.subtle` does not exist.
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { utf8 } from './bytes.ts';

export { sha512 };

/** SHA-512's input block, `s_in_bytes` in the CPace draft. */
export const SHA512_BLOCK_BYTES = 128;

export function hmacSha512(key: Uint8Array, message: Uint8Array): Uint8Array {
  return hmac(sha512, key, message);
}

/** HKDF-SHA-512 (RFC 5869) with this project's salt; `label` says what the derived bytes are for. */
export function deriveKey(secret: Uint8Array, label: string, length: number): Uint8Array {
  return hkdf(sha512, secret, utf8('tessera pairing 1'), utf8(label), length);
}
