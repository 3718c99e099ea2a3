/**
 * What two sides share before they have met. The kind goes over the wire in the first message, because a
 * host's room can be entered with either its words or its link; it is also part of the bytes, so that no
 * password of one kind ever equals one of another.
 */
import { concat, utf8 } from './bytes.ts';

const PasswordKind = { words: 0x01, link: 0x02, rejoin: 0x03 } as const;
type PasswordKind = (typeof PasswordKind)[keyof typeof PasswordKind];

/** Input of the key exchange. `kind` is sent in clear, `bytes` never. */
export interface Password {
  kind: PasswordKind;
  bytes: Uint8Array;
}

export function wordsPassword(slot: string, words: readonly [string, string]): Password {
  // The slot is in it: a server that joins two rooms which drew the same words still finds two passwords.
  return { kind: PasswordKind.words, bytes: utf8(`words ${slot} ${words.join(' ')}`) };
}

export function linkPassword(slot: string, secret: Uint8Array): Password {
  return { kind: PasswordKind.link, bytes: concat(utf8(`link ${slot} `), secret) };
}

export function rejoinPassword(secret: Uint8Array): Password {
  return { kind: PasswordKind.rejoin, bytes: concat(utf8('rejoin '), secret) };
}

/** Of a session that both sides have had before. */
export function isRejoin({ kind }: Password): boolean {
  return kind === PasswordKind.rejoin;
}
