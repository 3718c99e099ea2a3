/**
 * Ids at which two devices that remember each other can be rung (P-142). Apart from `bond.ts`, since only a
 * page that waits or rings needs them.
 */
import type { Party, Role } from '../model.ts';
import { otherParty, type Bond, type BondPlace, type Generation } from './bond.ts';
import { toBase64Url } from './bytes.ts';
import { deriveKey } from './digest.ts';
import { RENDEZVOUS_ID_BYTES } from './limits.ts';

/** An id and where a ring at it leads. */
export interface BondId extends BondPlace {
  readonly id: string;
}

/** An id is one of this long, ms. */
export const WINDOW_MS = 15 * 60_000;
/** Two devices whose clocks differ by no more than twice this find each other at every moment, ms. */
export const CLOCK_MS = 5 * 60_000;

/** Both sides of the moment `now` that a clock may be off by: one or two, the later first. */
export function windowsAt(now: number): number[] {
  const [first, last] = [now - CLOCK_MS, now + CLOCK_MS].map((at) => Math.floor(at / WINDOW_MS)) as [
    number,
    number,
  ];
  return first === last ? [last] : [last, first];
}

/** When `windowsAt` changes next, Unix milliseconds. */
export function windowsChangeAt(now: number): number {
  const next = (shift: number): number => (Math.floor((now + shift) / WINDOW_MS) + 1) * WINDOW_MS - shift;
  return Math.min(next(CLOCK_MS), next(-CLOCK_MS));
}

/** Ids at which this side can be rung while its page has this role. */
export function ownIds(bond: Bond, role: Role, now: number): BondId[] {
  return idsOf(bond, bond.party, role, now, ['current', 'previous', 'retired']);
}

/**
 * Ids to ring the other side at, the likeliest first: those of the page that fits this side's role, then
 * those of a page of the same role, which can only say so.
 */
export function idsToRing(bond: Bond, role: Role, now: number): BondId[] {
  const other = otherParty(bond.party);
  const fits = role === 'sender' ? 'receiver' : 'sender';
  return [fits, role].flatMap((theirs) => idsOf(bond, other, theirs as Role, now, ['current', 'previous']));
}

function idsOf(
  bond: Bond,
  party: Party,
  role: Role,
  now: number,
  generations: readonly Generation[],
): BondId[] {
  return generations.flatMap((generation) => {
    const secret = bond[generation];
    if (secret === undefined) return [];
    return windowsAt(now).map((window) => ({
      id: toBase64Url(deriveKey(secret, `ring ${party} ${role} ${window}`, RENDEZVOUS_ID_BYTES)),
      generation,
      window,
    }));
  });
}
