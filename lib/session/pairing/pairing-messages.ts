/**
 * The wire format of pairing. Every message has exactly the length of its type:
 *
 *      0      1         2      3
 *      +------+---------+------+----------------------------------------+
 *      | 0x54 | version | type | body                                   |
 *      +------+---------+------+----------------------------------------+
 *
 *      type          direction           body
 *      0x01 hello    guest → host      kind of password (1), role (1), nonce B (16)
 *      0x02 share    host → guest      nonce A (16), share A (32)
 *      0x03 answer   guest → host      share B (32), tag B (32)
 *      0x04 confirm  host → guest      tag A (32)
 *      0x05 abort    both                reason (1)
 *
 * A role is which way the guest wants pictures to go: 1 it sends, 2 it receives.
 *
 * No type goes both ways except abort, so a message sent back to its maker is never taken for an answer.
 */
import type { ProblemCode, Role } from '../model.ts';
import { concat } from './bytes.ts';
import { SHARE_BYTES } from './cpace.ts';
import { NONCE_BYTES, MAX_PAIRING_MESSAGE, TAG_BYTES } from './limits.ts';

/** Also part of what the key is made from, so that two sides cannot be downgraded to an older version. */
export const PAIRING_VERSION = 0x02;
const MAGIC = 0x54;

const Type = { hello: 0x01, share: 0x02, answer: 0x03, confirm: 0x04, abort: 0x05 } as const;

export type PairingProblem = Extract<
  ProblemCode,
  'code-guessed' | 'version-mismatch' | 'tampered' | 'protocol-violation' | 'same-role'
>;

export type PairingMessage =
  | { type: 'hello'; kind: number; role: Role; nonceB: Uint8Array }
  | { type: 'share'; nonceA: Uint8Array; shareA: Uint8Array }
  | { type: 'answer'; shareB: Uint8Array; tagB: Uint8Array }
  | { type: 'confirm'; tagA: Uint8Array }
  | { type: 'abort'; reason: PairingProblem };

const REASONS: readonly PairingProblem[] = [
  'protocol-violation',
  'code-guessed',
  'version-mismatch',
  'tampered',
  'same-role',
];

/** A role's byte is its place here. */
const ROLES: readonly (Role | undefined)[] = [undefined, 'sender', 'receiver'];

/** The byte that stands for a role, on the wire and in what is authenticated. */
export const roleByte = (role: Role): number => ROLES.indexOf(role);

export function encodePairingMessage(message: PairingMessage): Uint8Array {
  return concat(Uint8Array.of(MAGIC, PAIRING_VERSION, Type[message.type]), ...body(message));
}

function body(message: PairingMessage): Uint8Array[] {
  switch (message.type) {
    case 'hello':
      return [Uint8Array.of(message.kind, roleByte(message.role)), message.nonceB];
    case 'share':
      return [message.nonceA, message.shareA];
    case 'answer':
      return [message.shareB, message.tagB];
    case 'confirm':
      return [message.tagA];
    case 'abort':
      return [Uint8Array.of(REASONS.indexOf(message.reason))];
  }
}

/** Never throws. Fields are copies: the caller may reuse its buffer. */
export function decodePairingMessage(
  bytes: Uint8Array,
): PairingMessage | { type: 'bad'; problem: PairingProblem } {
  if (bytes.length < 3 || bytes.length > MAX_PAIRING_MESSAGE || bytes[0] !== MAGIC) return violation();
  if (bytes[1] !== PAIRING_VERSION) return { type: 'bad', problem: 'version-mismatch' };

  const fields = (...lengths: number[]): Uint8Array[] | undefined => {
    if (bytes.length !== lengths.reduce((sum, length) => sum + length, 3)) return undefined;
    let at = 3;
    return lengths.map((length) => bytes.slice(at, (at += length)));
  };
  switch (bytes[2]) {
    case Type.hello: {
      const [kind, byte, nonceB] = fields(1, 1, NONCE_BYTES) ?? [];
      const role = ROLES[byte?.[0] ?? 0];
      return kind && role && nonceB ? { type: 'hello', kind: kind[0]!, role, nonceB } : violation();
    }
    case Type.share: {
      const [nonceA, shareA] = fields(NONCE_BYTES, SHARE_BYTES) ?? [];
      return nonceA && shareA ? { type: 'share', nonceA, shareA } : violation();
    }
    case Type.answer: {
      const [shareB, tagB] = fields(SHARE_BYTES, TAG_BYTES) ?? [];
      return shareB && tagB ? { type: 'answer', shareB, tagB } : violation();
    }
    case Type.confirm: {
      const [tagA] = fields(TAG_BYTES) ?? [];
      return tagA ? { type: 'confirm', tagA } : violation();
    }
    case Type.abort: {
      const [reason] = fields(1) ?? [];
      return reason ? { type: 'abort', reason: REASONS[reason[0]!] ?? 'protocol-violation' } : violation();
    }
    default:
      return violation();
  }
}

function violation(): { type: 'bad'; problem: PairingProblem } {
  return { type: 'bad', problem: 'protocol-violation' };
}
