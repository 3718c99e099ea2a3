/**
 * Whether two who are connected want their devices to remember each other: both have to. Each contributes
 * half of the secret, and says so once more on each new control channel, since a connection may end between
 * the two presses, and a page may be loaded anew. What both have in common is never replaced. Without I/O.
 */
import type { Party, RememberedBy } from '../model.ts';
import { makeBond, type Bond } from '../pairing/bond.ts';
import type { Random } from '../pairing/code.ts';
import { KEY_BYTES } from '../pairing/limits.ts';
import { decodeRemember, encodeNoRemember, encodeRemember, fits } from './remember-message.ts';

/** Messages that are heard of one control channel: persons change their minds a few times. */
const MAX_HEARD = 32;

export interface RememberingOptions {
  readonly random: Random;
  /** Sends on the control channel. */
  say(message: Uint8Array): void;
  party(): Party;
  /** What this browser has with the device on the other side. */
  bond(): Bond | undefined;
  /** Both want it: this takes the place of `bond`. */
  agreed(bond: Bond): void;
  /** The other side has forgotten this device. */
  forgotten(): void;
}

/** One side of it, for as long as a session lasts; see the top of this file. */
export class Remembering {
  readonly #options: RememberingOptions;
  #mine: Uint8Array | undefined;
  #theirs: Uint8Array | undefined;
  #heard = 0;

  constructor(options: RememberingOptions) {
    this.#options = options;
  }

  get by(): RememberedBy {
    if (this.#options.bond() !== undefined) return 'both';
    if (this.#mine !== undefined) return 'here';
    return this.#theirs === undefined ? 'nobody' : 'there';
  }

  /** Another person is met. */
  begin(): void {
    this.#mine = undefined;
    this.#theirs = undefined;
  }

  /** A new control channel is open. */
  connected(): void {
    this.#heard = 0;
    // Both sides say what they have, so that two who have different secrets notice.
    if (this.#options.bond() !== undefined) this.#mine ??= this.#options.random(KEY_BYTES);
    if (this.#mine !== undefined) this.#say(this.#mine);
  }

  /** The other side says its wish once more on the next channel, if its page still has it. */
  disconnected(): void {
    this.#theirs = undefined;
  }

  /** The person has pressed, or takes it back. */
  want(wanted: boolean): void {
    if (!wanted) {
      this.#mine = undefined;
      // The other side has just agreed, and forgets it when it hears this.
      if (this.#options.bond() !== undefined) {
        this.#theirs = undefined;
        this.#options.forgotten();
      }
      this.#options.say(encodeNoRemember());
      return;
    }
    this.#mine ??= this.#options.random(KEY_BYTES);
    this.#say(this.#mine);
    this.#agree();
  }

  /** The person has forgotten the device on the other side. */
  forget(): void {
    this.begin();
    this.#options.say(encodeNoRemember());
  }

  /** What the other side says; anything may arrive. */
  hear(bytes: Uint8Array): void {
    this.#heard += 1;
    const message = this.#heard > MAX_HEARD ? undefined : decodeRemember(bytes);
    if (message === undefined) return;
    const bond = this.#options.bond();
    if (!message.wanted) {
      this.#theirs = undefined;
      if (bond === undefined) return;
      // Of no use to this side alone.
      this.#mine = undefined;
      this.#options.forgotten();
      return;
    }
    this.#theirs = message.half;
    if (fits(bond, message)) return;
    // This side has said that it wants it, and the other one has not heard that.
    if (bond !== undefined && this.#mine === undefined) this.want(true);
    else this.#agree();
  }

  #say(half: Uint8Array): void {
    this.#options.say(encodeRemember(half, this.#options.bond()));
  }

  #agree(): void {
    const [mine, theirs] = [this.#mine, this.#theirs];
    if (mine === undefined || theirs === undefined) return;
    const party = this.#options.party();
    const [host, guest] = party === 'host' ? [mine, theirs] : [theirs, mine];
    this.#options.agreed(makeBond(party, host, guest));
  }
}
