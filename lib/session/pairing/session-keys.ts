/** What an attempt that was confirmed leaves to both sides. */
import { deriveKey } from './digest.ts';
import { KEY_BYTES } from './limits.ts';

/** Keys of one pairing, both directions. */
export interface SessionKeys {
  /** The host seals with this one, the guest opens with it; 32 bytes each. */
  host: Uint8Array;
  guest: Uint8Array;
  /** For what is derived beside the channel: rejoining, the fingerprint. Never a key by itself. */
  root: Uint8Array;
}

/**
 * `isk`: CPace's intermediate session key, which is to be used only through a key derivation (draft §10.3).
 */
export function sessionKeys(isk: Uint8Array): SessionKeys {
  return {
    host: deriveKey(isk, 'host seals', KEY_BYTES),
    guest: deriveKey(isk, 'guest seals', KEY_BYTES),
    root: deriveKey(isk, 'session root', KEY_BYTES),
  };
}
