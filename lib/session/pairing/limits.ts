/** Every bound of pairing, with its reason. Sizes in bytes unless the name says otherwise. */

/** A slot is spoken aloud: six digits leave room for a million rooms and stay sayable. */
export const MAX_SLOT_DIGITS = 6;

/** Longest text looked at as a code that was typed. */
export const MAX_CODE_TEXT = 512;

/**
 * Longest text that is searched for a code or link: a whole message, with a signature and what it answers to.
 */
export const MAX_MESSAGE = 4096;

/** 128 bits: a link's secret cannot be guessed, online or offline. */
export const LINK_SECRET_BYTES = 16;

/** 128 bits from each side make every session id unique without anyone keeping count. */
export const NONCE_BYTES = 16;

/** A rendezvous id is all that admits to a rejoin at the server: 128 bits cannot be guessed. */
export const RENDEZVOUS_ID_BYTES = 16;

/** Keys and rejoin secrets: 256 bits, the key length of XChaCha20-Poly1305. */
export const KEY_BYTES = 32;

/** Compared by two devices that have proved themselves already: a mistake, not a forgery, is to be found. */
export const BOND_TAG_BYTES = 8;

/** Confirmation tags are HMAC-SHA-512 cut to 256 bits (RFC 2104 §5: not below half the output). */
export const TAG_BYTES = 32;

/** The longest pairing message has 67 bytes; anything beyond this is not read at all. */
export const MAX_PAIRING_MESSAGE = 128;

/** What the server relays in one message. */
export const MAX_SEALED_MESSAGE = 16_384;

/** Plaintexts are padded to a multiple of this, so that lengths of names and addresses do not show. */
export const SEALED_PADDING = 256;

/** Poly1305. */
export const SEAL_TAG_BYTES = 16;

/** One byte of type, then whole padded blocks of which two bytes are the length, then the seal's tag. */
export const MAX_SEALED_PLAINTEXT =
  Math.floor((MAX_SEALED_MESSAGE - 1 - SEAL_TAG_BYTES) / SEALED_PADDING) * SEALED_PADDING - 2;
