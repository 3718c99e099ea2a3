/** By what others enter the room of this page: its code and its link, and when both are renewed (P-135). */
import type { Room } from '../model.ts';
import { toBase64Url } from '../pairing/bytes.ts';
import { formatCode, formatFragment, makeCode, makeLink, passwordOf, type Random } from '../pairing/code.ts';
import { doorOf } from '../pairing/door.ts';
import type { RoomLink } from '../pairing/link.ts';
import type { Password } from '../pairing/password.ts';
import { LIMITS_MS } from './limits.ts';

/** 128 bits. */
const TOKEN_BYTES = 16;
/** After so many wrong codes of one room no fresh one is shown unless the person asks for it. */
const MAX_GUESSES = 3;

/** What is left of a room when its page is loaded anew. */
export interface KeptRoom {
  readonly link: RoomLink;
  /** The door's. */
  readonly token: string;
  /** Wrong codes since the person asked for one. */
  readonly guesses: number;
  /** One was sent away: whoever knocks is asked about. */
  readonly sentAway: boolean;
}

/** The room's link, which works until the room is closed. */
export interface Door {
  readonly id: string;
  /** What the server gives the door by, a secret of both. */
  readonly token: string;
  readonly link: RoomLink;
}

/** Times: Unix ms. */
export class Invitation {
  #door: Door | undefined;
  /** Of another machine's door: a code is shown beside it, for one guest. */
  #lent: RoomLink | undefined;
  /** What the page shows. */
  #room: Room | undefined;
  /** When the code, and the door, are due for another one. */
  #renewAt = Infinity;
  /** Wrong codes since the person asked for one. */
  #guesses = 0;

  get door(): Door | undefined {
    return this.#door;
  }

  get room(): Room | undefined {
    return this.#room;
  }

  get renewAt(): number {
    return this.#renewAt;
  }

  /** A code that is over is followed by a fresh one. */
  get staysOpen(): boolean {
    return this.#door !== undefined || this.#lent !== undefined;
  }

  get guessedTooOften(): boolean {
    return this.#guesses >= MAX_GUESSES;
  }

  /** A code for the slot that the server gave, beside the room's link; returns the code's password. */
  show(slot: string, expiresAt: number, page: string, random: Random): Password {
    const code = makeCode(slot, random);
    const link = this.#lent ?? (this.#door ??= makeDoor(slot, random)).link;
    this.#room = { code: formatCode(code), link: `${page}${formatFragment(link)}`, expiresAt };
    this.#renewAt = expiresAt - LIMITS_MS.renewAhead;
    return passwordOf(code);
  }

  /** The server has the room for longer. */
  extend(expiresAt: number): void {
    if (this.#room !== undefined) this.#room = { ...this.#room, expiresAt };
  }

  /** The code is used, or over; the link works on. */
  hideCode(): void {
    this.#room = undefined;
  }

  /** The link that is shown is that of another machine's door. */
  lend(link: RoomLink): void {
    this.#lent = link;
  }

  guessed(): void {
    this.#guesses += 1;
  }

  /** The person has asked for a code. */
  forgiveGuesses(): void {
    this.#guesses = 0;
  }

  /** The room of before a reload. */
  reopen({ link, token, guesses }: KeptRoom, now: number): void {
    this.#door = doorBehind(link, token);
    this.#guesses = guesses;
    this.renewed(now, false);
  }

  kept(sentAway: boolean): KeptRoom | undefined {
    return this.#door && { link: this.#door.link, token: this.#door.token, guesses: this.#guesses, sentAway };
  }

  /** What was due is done; a door without a fresh code is due again. */
  renewed(now: number, freshCode: boolean): void {
    this.#renewAt = freshCode || this.#door === undefined ? Infinity : now + LIMITS_MS.renewDoor;
  }

  /** Returns what was open. */
  closeDoor(): Door | undefined {
    const door = this.#door;
    if (door !== undefined) this.#renewAt = Infinity;
    this.#door = undefined;
    return door;
  }
}

/** Made with the room's first code. */
function makeDoor(slot: string, random: Random): Door {
  const link = makeLink(slot, random);
  return doorBehind(link, toBase64Url(random(TOKEN_BYTES)));
}

const doorBehind = (link: RoomLink, token: string): Door => ({ id: doorOf(link), token, link });
