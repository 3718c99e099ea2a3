/** Where a room's link leads at the server: a room that stays open is knocked at, again and again (P-135). */
import { toBase64Url } from './bytes.ts';
import { deriveKey } from './digest.ts';
import { RENDEZVOUS_ID_BYTES } from './limits.ts';
import type { RoomLink } from './link.ts';

/** All that the server gets of a link; the secret does not follow from it. */
export const doorOf = ({ secret }: RoomLink): string =>
  toBase64Url(deriveKey(secret, 'door id', RENDEZVOUS_ID_BYTES));
