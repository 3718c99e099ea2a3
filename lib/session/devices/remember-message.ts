/**
 * What two pages say to each other on the control channel when their persons want the devices to remember
 * each other (P-141). The engines never see it:
 *
 *      0      1        2                      18
 *      +------+--------+----------------------+-----------------+
 *      | 0x30 | wanted | tags (8), (8)        | half (32)       |
 *      +------+--------+----------------------+-----------------+
 *
 * `wanted` is 1, or 0 and nothing behind it: no longer. The tags name the secrets that this side has with the
 * other one already; zeros where it has none.
 */
import type { Bond } from '../pairing/bond.ts';
import { tagsOf } from '../pairing/bond.ts';
import { concat, equalBytes } from '../pairing/bytes.ts';
import { BOND_TAG_BYTES, KEY_BYTES } from '../pairing/limits.ts';

const TYPE = 0x30;
const TAGS_AT = 2;
const HALF_AT = TAGS_AT + 2 * BOND_TAG_BYTES;

/** `no`: its person does not want it, or not any more. */
export type RememberMessage =
  | { readonly wanted: false }
  | {
      readonly wanted: true;
      /** This side's half of the secret. */
      readonly half: Uint8Array;
      readonly tags: readonly [Uint8Array, Uint8Array];
    };

/** Whether a message of the control channel is one of these, be it well-formed or not. */
export const isRemember = (bytes: Uint8Array): boolean => bytes[0] === TYPE;

export function encodeNoRemember(): Uint8Array {
  return Uint8Array.of(TYPE, 0);
}

/** @param bond what this side has with the other one already */
export function encodeRemember(half: Uint8Array, bond: Bond | undefined): Uint8Array {
  const tags = bond === undefined ? [new Uint8Array(2 * BOND_TAG_BYTES)] : tagsOf(bond);
  return concat(Uint8Array.of(TYPE, 1), ...tags, half);
}

/** `undefined` for anything that the two above did not write. Fields are copies. */
export function decodeRemember(bytes: Uint8Array): RememberMessage | undefined {
  const [type, wanted] = bytes;
  if (type !== TYPE) return undefined;
  if (wanted === 0 && bytes.length === TAGS_AT) return { wanted: false };
  if (wanted !== 1 || bytes.length !== HALF_AT + KEY_BYTES) return undefined;
  const second = TAGS_AT + BOND_TAG_BYTES;
  return {
    wanted: true,
    half: bytes.slice(HALF_AT),
    tags: [bytes.slice(TAGS_AT, second), bytes.slice(second, HALF_AT)],
  };
}

/** Both sides have a secret in common. */
export function fits(bond: Bond | undefined, { tags }: RememberMessage & { wanted: true }): boolean {
  const own = bond === undefined ? [] : tagsOf(bond);
  return own.some((tag) => tags.some((theirs) => equalBytes(tag, theirs)));
}
