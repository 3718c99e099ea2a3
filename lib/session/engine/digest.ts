/** The one door of hash-wasm: SHA-256 bit by bit, which `crypto.subtle` cannot do (and which plain http does not have). */
import { createSHA256, type IHasher } from 'hash-wasm';

export interface RunningDigest {
  update(bytes: Uint8Array): void;
  /** 32 bytes; ends the digest. */
  finish(): Uint8Array;
}

export async function startDigest(): Promise<RunningDigest> {
  const hasher: IHasher = await createSHA256();
  hasher.init();
  return {
    update: (bytes) => void hasher.update(bytes),
    finish: () => hasher.digest('binary'),
  };
}

export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
