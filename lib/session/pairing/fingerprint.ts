/**
 * Four words that two people may compare on their screens. They are made from the session key and from both
 * live DTLS certificates, so they are equal only if there is no one in the middle of the signaling or of the
 * connection.
 *
 * Four words are 41 bits. Who wants to pass the comparison must first have won the one guess at the code (1
 * in 1.6 million) and then find certificates that collide, during the connection's setup: a second look, not
 * the lock.
 */
import { concat, utf8 } from './bytes.ts';
import { lvCat } from './cpace.ts';
import { deriveKey, sha512 } from './digest.ts';
import type { SessionKeys } from './session-keys.ts';
import { CODE_WORDS } from './word-search.ts';

const FINGERPRINT_WORDS = 4;
/** Modulo 1,296 of 48 bits is biased by less than 2⁻³⁷. */
const BYTES_PER_WORD = 6;

/**
 * `certificates`: as `Transport.fingerprints()` gives them, the initiator's first; written with or without
 * colons, in any case, with or without `sha-256` in front. Returns e.g. `acid zoom panda lunar`.
 */
export function fingerprint(keys: SessionKeys, certificates: readonly [string, string]): string {
  const context = sha512(lvCat(...certificates.map((certificate) => utf8(bareHex(certificate)))));
  const bytes = deriveKey(concat(keys.root, context), 'fingerprint', FINGERPRINT_WORDS * BYTES_PER_WORD);
  const words: string[] = [];
  for (let at = 0; at < bytes.length; at += BYTES_PER_WORD) {
    let value = 0;
    for (const byte of bytes.subarray(at, at + BYTES_PER_WORD)) value = value * 256 + byte;
    words.push(CODE_WORDS[value % CODE_WORDS.length]!);
  }
  return words.join(' ');
}

/** Browsers write the same certificate in slightly different ways. */
function bareHex(certificate: string): string {
  return certificate
    .toLowerCase()
    .replace(/^\s*sha-256\s+/, '')
    .replaceAll(/[^0-9a-f]/g, '');
}
