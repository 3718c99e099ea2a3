/**
 * How two devices that remember each other meet without a code, days later (P-141 to P-144).
 *
 * Both have a secret. From it follow the ids at which each can be rung, and a meeting place with its
 * password. Ids are those of a quarter of an hour: to a server two of them have nothing in common. Each
 * meeting is a pairing, whose keys give the next secret, so a secret is used once.
 *
 * The two sides cannot move on in the same instant. The host is confirmed first and keeps the secret that was
 * used until it has opened a sealed message under the new keys; the guest moves on when it is confirmed.
 * Whoever is certain that the other side has moved on keeps the old secret as *retired*: no honest device
 * comes with it any more. If one does, two of them hold what one has held.
 *
 *     host   {current} ─advance─▶ {current: new, previous: used} ─settle─▶ {current: new, retired: used}
 *     guest  {current} ─advance─▶ {current: new, retired: used}
 *
 * Write a bond where it survives a crash as soon as it changes, before anything more is sent.
 */
import type { Party } from '../model.ts';
import { concat } from './bytes.ts';
import { deriveKey } from './digest.ts';
import { BOND_TAG_BYTES, KEY_BYTES } from './limits.ts';
import { rendezvousAt, type Rendezvous } from './rejoin.ts';
import type { SessionKeys } from './session-keys.ts';

/** What two devices share that remember each other; secrets of `KEY_BYTES`. */
export interface Bond {
  /** Of the session in which both pressed; stays so. */
  readonly party: Party;
  readonly current: Uint8Array;
  /** Only a host's: the secret that was used last, while the guest may not have the new one. */
  readonly previous?: Uint8Array;
  readonly retired?: Uint8Array;
}

/** Which secret of a bond. */
export type Generation = 'current' | 'previous' | 'retired';

/** Where two devices meet: a secret of theirs, and the quarter of an hour of the id that was rung. */
export interface BondPlace {
  readonly generation: Generation;
  readonly window: number;
}

/** Each side has contributed half, over their connection. */
export function makeBond(party: Party, hostHalf: Uint8Array, guestHalf: Uint8Array): Bond {
  return { party, current: deriveKey(concat(hostHalf, guestHalf), 'remember secret', KEY_BYTES) };
}

/** Short names of the secrets with which it can be met: two bonds fit that have one in common. */
export function tagsOf({ current, previous = current }: Bond): [Uint8Array, Uint8Array] {
  const tag = (secret: Uint8Array) => deriveKey(secret, 'remember tag', BOND_TAG_BYTES);
  return [tag(current), tag(previous)];
}

/** After a pairing with the secret `used`, which is not the retired one, was confirmed with these keys. */
export function advanceBond(bond: Bond, used: Generation, keys: SessionKeys): Bond {
  const { party, previous } = bond;
  const current = deriveKey(keys.root, 'remember secret', KEY_BYTES);
  if (party === 'guest') return { party, current, retired: bond.current };
  // The guest has never had what this host went on to, or it has and the one before is over.
  const met = used === 'previous' && previous !== undefined;
  const retired = met ? bond.retired : (previous ?? bond.retired);
  return {
    party,
    current,
    previous: met ? previous : bond.current,
    ...(retired === undefined ? {} : { retired }),
  };
}

/** When the first sealed message under the newest keys has been opened: the guest has moved on too. */
export function settleBond({ party, current, previous, retired }: Bond): Bond {
  const over = previous ?? retired;
  return { party, current, ...(over === undefined ? {} : { retired: over }) };
}

/**
 * Where both go then; `undefined`: the bond has no such secret. `caller` is who has rung: a server that makes
 * up a ring at each of the two, at secrets that both have retired, sends them to two places.
 */
export function meetingOf(
  bond: Bond,
  { generation, window }: BondPlace,
  caller: Party,
): Rendezvous | undefined {
  const secret = bond[generation];
  return secret && rendezvousAt(deriveKey(secret, `meeting ${caller} ${window}`, KEY_BYTES));
}

/** The one on the other side. */
export const otherParty = (party: Party): Party => (party === 'host' ? 'guest' : 'host');
