/** Bounds of waiting, ms. Whatever the machine waits for has one of these names. */
export const LIMITS_MS = {
  /**
   * A guest waits this long for the host's first word: a phone may have suspended the page that shows the
   * code.
   */
  guest: 60_000,
  /** Who waits at the door of a room with others in it, while its host decides. */
  door: 180_000,
  /** A remembered device that was rung goes to the meeting place at once. */
  device: 15_000,
  /** A pairing is four short messages; one that takes longer has lost its server or its other side. */
  pairing: 20_000,
  /**
   * Where one side has lost the server in the middle of a pairing, both wait this long for each other at
   * another place: other nodes miss a dead one after 4 s, and the other side hears it then.
   */
  resume: 12_000,
  /**
   * A connection is established within this, or there is no path; the transport's own limit mostly says so
   * before.
   */
  link: 19_000,
  /** How long a lost session is searched for before it is given up. */
  search: 60_000,
  /** Between two attempts of a search: the other side may be at its second meeting place. */
  retry: 3_000,
  /**
   * A room outlives a short absence of the server, or of this page; a code on the screen must not lie for
   * longer.
   */
  away: 20_000,
  /** Before a server that takes nobody in is asked again for the room that is ours. */
  again: 1_500,
  /** A fresh code is made so long before the old one runs out. */
  renewAhead: 30_000,
  /** How often a door is kept open while no code is shown. */
  renewDoor: 9 * 60_000,
  /** Signaling that is lost half-way may have been enough already. */
  unpaired: 4_000,
} as const;

/**
 * A deadline that is noticed this late, ms: the page or the machine slept. That was no silence of the other
 * side, so what was waited for is given `AWAKE_MS` more, for a new socket and a few round trips.
 */
export const SLEPT_MS = 3_000;
export const AWAKE_MS = 15_000;

export type LimitName = keyof typeof LIMITS_MS;
