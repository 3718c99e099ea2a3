/** What an attempt that was confirmed leaves to both sides. */
import { deriveKey } from './digest.ts';
import { KEY_BYTES } from './limits.ts';

/** Keys of one pairing, both directions. */
export interface SessionKeys {
  /** The sender seals with this one, the receiver opens with it; 32 bytes each. */
  sender: Uint8Array;
  receiver: Uint8Array;
  /** For what is derived beside the channel: rejoining, the fingerprint. Never a key by itself. */
  root: Uint8Array;
}

/**
 * `isk`: CPace's intermediate session key, which is to be used only through a key derivation (draft §10.3).
 */
export function sessionKeys(isk: Uint8Array): SessionKeys {
  return {
    sender: deriveKey(isk, 'sender seals', KEY_BYTES),
    receiver: deriveKey(isk, 'receiver seals', KEY_BYTES),
    root: deriveKey(isk, 'session root', KEY_BYTES),
  };
}
