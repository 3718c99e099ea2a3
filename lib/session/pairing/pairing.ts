/**
 * One attempt to pair, without I/O: messages in, messages and one event out. After the constructor and after
 * each `handleMessage`, drain `pollTransmit`, then `pollEvent`.
 *
 *     guest   → hello: which kind of password, its role, nonce B
 *     host    → share: nonce A, share A                 (both now have the session id: nonce A ‖ nonce B)
 *     guest   → answer: share B, tag B                  (the guest has the key, and proves it)
 *     host    → confirm: tag A                          (the host is confirmed and may seal after it)
 *     guest is confirmed
 *
 * Who opened the room and which way pictures go are independent: the host and the guest each have a role. One
 * sends and the other receives; both roles are part of what is confirmed. A guest of the host's own role is
 * turned away before anything is said that depends on the password.
 *
 * `confirmed` follows only after the other side has proved that it has the same key. The first failure is
 * final: nothing more is read, and another attempt takes another machine, which the person has to ask for.
 * There is no clock in here; whoever owns the machine gives up on it when nothing arrives.
 *
 * Where the server loses one of the two on the way, the same attempt may go on at another place (`wayBack`):
 * each side says once more what it said last, and a message that was heard already changes nothing. No second
 * guess can be tried that way, since neither side calculates anything anew.
 *
 * An abort of the other side cannot be authenticated, there being no key: the server can end an attempt with
 * a reason of its choosing, as it could by dropping messages.
 */
import type { Party, Role } from '../model.ts';
import { concat, equalBytes, toBase64Url, utf8 } from './bytes.ts';
import type { Random } from './code.ts';
import {
  calculateGenerator,
  confirmationTags,
  intermediateKey,
  lvCat,
  makeShare,
  multiplyVerified,
  scalarFromBytes,
  SHARE_BYTES,
  type Transcript,
} from './cpace.ts';
import { deriveKey } from './digest.ts';
import { NONCE_BYTES, RENDEZVOUS_ID_BYTES } from './limits.ts';
import {
  decodePairingMessage,
  encodePairingMessage,
  PAIRING_VERSION,
  roleByte,
  type PairingMessage,
  type PairingProblem,
} from './pairing-messages.ts';
import { isRejoin, type Password } from './password.ts';
import { type SessionKeys, sessionKeys } from './session-keys.ts';

export type PairingOptions = {
  /** Gives that many unpredictable bytes (`crypto.getRandomValues`); called only by the constructor. */
  random: Random;
  /** What this side does; the other side has the other role. */
  role: Role;
} & (
  | { party: 'guest'; password: Password }
  /**
   * Every way into the room (its words, its link): one of each kind at most. The guest says which it used.
   */
  | { party: 'host'; passwords: readonly Password[] }
);

export type PairingEvent =
  | { type: 'confirmed'; keys: SessionKeys }
  | { type: 'failed'; problem: PairingProblem };

/** `expects-hello → expects-answer → over` (host), `expects-share → expects-confirm → over` (guest) */
type State =
  | { at: 'expects-hello'; passwords: readonly Password[] }
  | { at: 'expects-answer'; prs: Uint8Array; sid: Uint8Array; shareA: Uint8Array; adB: Uint8Array }
  | { at: 'expects-share'; password: Password }
  | { at: 'expects-confirm'; tagA: Uint8Array; keys: SessionKeys }
  | { at: 'over' };

/**
 * Application, protocol version and both parties, the initiator's first: no key is shared with anything else.
 */
const CHANNEL = lvCat(
  utf8('tessera'),
  utf8('pairing'),
  Uint8Array.of(PAIRING_VERSION),
  utf8('host'),
  utf8('guest'),
);

const other = (role: Role): Role => (role === 'sender' ? 'receiver' : 'sender');

/** One attempt's machine, of either party; see the top of this file. */
export class Pairing {
  readonly party: Party;
  readonly #role: Role;
  #state: State;
  /** See `proved`. */
  #proved = false;
  #said: Uint8Array | undefined;
  #heard: Uint8Array | undefined;
  #wayBack: string | undefined;
  readonly #nonce: Uint8Array;
  readonly #scalar: bigint;
  readonly #outgoing: Uint8Array[] = [];
  readonly #events: PairingEvent[] = [];

  /** Throws RangeError when `random` is broken: our fault, not the other side's. */
  constructor(options: PairingOptions) {
    this.party = options.party;
    this.#role = options.role;
    this.#nonce = options.random(NONCE_BYTES);
    const scalar = scalarFromBytes(options.random(SHARE_BYTES));
    if (this.#nonce.length !== NONCE_BYTES || scalar === undefined) {
      throw new RangeError('the source of randomness is broken');
    }
    this.#scalar = scalar;
    if (options.party === 'host') {
      this.#state = { at: 'expects-hello', passwords: options.passwords };
    } else {
      this.#state = { at: 'expects-share', password: options.password };
      this.#wayBack = wayBackOf(options.password, this.#nonce);
      this.#send({ type: 'hello', kind: options.password.kind, role: options.role, nonceB: this.#nonce });
    }
  }

  /** One message from the server, whole. Throws nothing; once the attempt is over, does nothing. */
  handleMessage(bytes: Uint8Array): void {
    if (this.#state.at === 'over') return;
    // Said once more by the other side, which does not know that it was heard.
    if (this.#heard !== undefined && equalBytes(this.#heard, bytes)) return;
    this.#heard = bytes;
    const message = decodePairingMessage(bytes);
    if (message.type === 'bad') this.#fail(message.problem);
    else if (message.type === 'abort') this.#end({ type: 'failed', problem: message.reason });
    else if (message.type === 'hello' && this.#state.at === 'expects-hello') {
      if (message.role === this.#role) this.#fail('same-role');
      else this.#handleHello(message.kind, message.nonceB, this.#state.passwords);
    } else if (message.type === 'share' && this.#state.at === 'expects-share') {
      this.#handleShare(message.nonceA, message.shareA, this.#state.password);
    } else if (message.type === 'answer' && this.#state.at === 'expects-answer') {
      this.#handleAnswer(message.shareB, message.tagB, this.#state);
    } else if (message.type === 'confirm' && this.#state.at === 'expects-confirm') {
      if (equalBytes(message.tagA, this.#state.tagA)) {
        this.#end({ type: 'confirmed', keys: this.#state.keys });
      } else this.#fail('code-guessed');
    } else this.#fail('protocol-violation');
  }

  pollTransmit(): Uint8Array | undefined {
    return this.#outgoing.shift();
  }

  /**
   * This side's proof of the password has left before the other side's: whoever is there can test one guess
   * against it, and need not say what came of that.
   */
  get proved(): boolean {
    return this.#proved;
  }

  /** What this side said last, and may say once more; `undefined`: nothing yet. */
  get said(): Uint8Array | undefined {
    return this.#said;
  }

  /**
   * The id of a meeting place that both sides of this attempt know, and the server, where it can go on;
   * `undefined`: the other side has not been heard of yet, or there is another way back (rejoining).
   */
  get wayBack(): string | undefined {
    return this.#state.at === 'over' ? undefined : this.#wayBack;
  }

  /** A guest's, that the other side has not confirmed: it may have them and have moved on. */
  get unconfirmedKeys(): SessionKeys | undefined {
    return this.#state.at === 'expects-confirm' ? this.#state.keys : undefined;
  }

  /** One event in the machine's life. */
  pollEvent(): PairingEvent | undefined {
    return this.#events.shift();
  }

  #handleHello(kind: number, nonceB: Uint8Array, passwords: readonly Password[]): void {
    const password = passwords.find((candidate) => candidate.kind === kind);
    if (!password) {
      this.#fail('protocol-violation');
      return;
    }
    this.#wayBack = wayBackOf(password, nonceB);
    const sid = concat(this.#nonce, nonceB);
    const shareA = makeShare(calculateGenerator(password.bytes, CHANNEL, sid), this.#scalar);
    this.#state = {
      at: 'expects-answer',
      prs: password.bytes,
      sid,
      shareA,
      adB: guestData(other(this.#role), kind),
    };
    this.#send({ type: 'share', nonceA: this.#nonce, shareA });
  }

  #handleShare(nonceA: Uint8Array, shareA: Uint8Array, password: Password): void {
    const sid = concat(nonceA, this.#nonce);
    const shared = multiplyVerified(this.#scalar, shareA);
    if (!shared) {
      this.#fail('tampered');
      return;
    }
    const shareB = makeShare(calculateGenerator(password.bytes, CHANNEL, sid), this.#scalar);
    const transcript: Transcript = {
      shareA,
      adA: hostData(other(this.#role)),
      shareB,
      adB: guestData(this.#role, password.kind),
    };
    const isk = intermediateKey(sid, shared, transcript);
    const tags = confirmationTags(sid, isk, transcript);
    this.#state = { at: 'expects-confirm', tagA: tags.a, keys: sessionKeys(isk) };
    this.#proved = true;
    this.#send({ type: 'answer', shareB, tagB: tags.b });
  }

  #handleAnswer(shareB: Uint8Array, tagB: Uint8Array, state: Extract<State, { at: 'expects-answer' }>): void {
    const shared = multiplyVerified(this.#scalar, shareB);
    if (!shared) {
      this.#fail('tampered');
      return;
    }
    const { sid, shareA, adB } = state;
    const transcript: Transcript = { shareA, adA: hostData(this.#role), shareB, adB };
    const isk = intermediateKey(sid, shared, transcript);
    const tags = confirmationTags(sid, isk, transcript);
    if (!equalBytes(tagB, tags.b)) {
      this.#fail('code-guessed');
      return;
    }
    this.#send({ type: 'confirm', tagA: tags.a });
    this.#end({ type: 'confirmed', keys: sessionKeys(isk) });
  }

  #send(message: PairingMessage): void {
    this.#said = encodePairingMessage(message);
    this.#outgoing.push(this.#said);
  }

  /** The other side learns why, so that both people read the same sentence. */
  #fail(problem: PairingProblem): void {
    this.#send({ type: 'abort', reason: problem });
    this.#end({ type: 'failed', problem });
  }

  #end(event: PairingEvent): void {
    this.#state = { at: 'over' };
    this.#events.push(event);
  }
}

const hostData = (role: Role): Uint8Array => concat(utf8('host'), Uint8Array.of(roleByte(role)));

/** The guest's role and kind of password are said before there is a key; in here they are authenticated. */
const guestData = (role: Role, kind: number): Uint8Array =>
  concat(utf8('guest'), Uint8Array.of(roleByte(role), kind));

/** From a nonce that crosses once, in clear: two attempts never have the same place. */
function wayBackOf(password: Password, nonceB: Uint8Array): string | undefined {
  if (isRejoin(password)) return undefined;
  return toBase64Url(deriveKey(nonceB, 'pairing goes on', RENDEZVOUS_ID_BYTES));
}
