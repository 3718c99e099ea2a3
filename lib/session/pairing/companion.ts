/**
 * Where a session begins that carries pictures the other way (P-137): at a rendezvous of its own, as a rejoin
 * does, without a code. Its secret follows from the root of the session beside it and from the nonce that the
 * receiver's page has said there, so neither the server nor anyone who hears the nonce alone can find it.
 */
import { concat } from './bytes.ts';
import { deriveKey } from './digest.ts';
import { KEY_BYTES } from './limits.ts';
import type { SessionKeys } from './session-keys.ts';

/** The same at both sides. */
export function companionSecret({ root }: Pick<SessionKeys, 'root'>, nonce: Uint8Array): Uint8Array {
  return deriveKey(concat(root, nonce), 'companion secret', KEY_BYTES);
}
