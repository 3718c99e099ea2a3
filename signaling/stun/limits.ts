/** Every bound of the STUN server, and why it has the size it has. */

/**
 * Longest request that is read. A browser sends 20 to 28 bytes, ICE's own checks about 100; no honest one is
 * longer.
 */
export const MAX_REQUEST_BYTES = 548;

/** Rates are counted in windows of this length. */
export const WINDOW_MS = 10_000;

/**
 * Answers to one address in a window. A session between two networks asks once for each of its lanes, and
 * keeps each open with one request every ten seconds: this is enough for some forty people behind one router.
 * Aimed at a stranger with a forged source address, it is 200 datagrams of about 100 bytes a second: 160
 * kbit/s.
 */
export const ANSWERS_PER_ADDRESS = 2000;

/** Answers to everyone in a window: 2,000 a second take a few hundredths of one core. */
export const ANSWERS_IN_ALL = 20_000;
