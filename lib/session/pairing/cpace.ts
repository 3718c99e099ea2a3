/**
 * CPace over Ristretto255 with SHA-512, initiator–responder (draft-irtf-cfrg-cpace-21, suite
 * CPACE-RISTR255-SHA512): two sides that share a few words agree on a key, and whoever is between them gets
 * one guess an attempt and nothing to try words against afterwards. Party A, the initiator, is the host of
 * pictures.
 *
 * The one door of @noble/curves. Names follow the draft: `prs` is the password, `ci` the channel identifier,
 * `sid` the session id, `Y` a share, `ad` the associated data a share travels with.
 */
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { concat, utf8 } from './bytes.ts';
import { hmacSha512, sha512, SHA512_BLOCK_BYTES } from './digest.ts';
import { TAG_BYTES } from './limits.ts';

const { Point } = ristretto255;
type Element = InstanceType<typeof Point>;

const DSI = utf8('CPaceRistretto255');
const DSI_ISK = utf8('CPaceRistretto255_ISK');

/** A share and every scalar. */
export const SHARE_BYTES = 32;

/** The length in LEB128, then the bytes (draft A.1.1). */
export function prependLength(bytes: Uint8Array): Uint8Array {
  const length: number[] = [];
  let rest = bytes.length;
  do {
    length.push(rest < 0x80 ? rest : (rest & 0x7f) | 0x80);
    rest >>>= 7;
  } while (rest > 0);
  return concat(Uint8Array.from(length), bytes);
}

/** Joins fields so that no two different lists give the same bytes (draft A.1.3). */
export function lvCat(...fields: readonly Uint8Array[]): Uint8Array {
  return concat(...fields.map(prependLength));
}

/**
 * Draft A.2. The zero padding fills the first hash block, so that hashing takes as long for every short
 * password.
 */
export function generatorString(prs: Uint8Array, ci: Uint8Array, sid: Uint8Array): Uint8Array {
  const padding = SHA512_BLOCK_BYTES - 1 - prependLength(prs).length - prependLength(DSI).length;
  return lvCat(DSI, prs, new Uint8Array(Math.max(0, padding)), ci, sid);
}

export function calculateGenerator(prs: Uint8Array, ci: Uint8Array, sid: Uint8Array): Element {
  // Optional in the type because not every curve has it; this one does.
  return ristretto255_hasher.deriveToCurve!(sha512(generatorString(prs, ci, sid)));
}

/**
 * 32 random bytes as a scalar below 2^252, as the draft recommends (§8.3). `undefined` for another length and
 * for zero, which a sound source of randomness never gives and a broken one does: better no pairing than a
 * known key.
 */
export function scalarFromBytes(bytes: Uint8Array): bigint | undefined {
  if (bytes.length !== SHARE_BYTES) return undefined;
  let scalar = 0n;
  for (let i = SHARE_BYTES - 1; i >= 0; i--) {
    scalar = (scalar << 8n) | BigInt(i === SHARE_BYTES - 1 ? bytes[i]! & 0x0f : bytes[i]!);
  }
  return scalar === 0n ? undefined : scalar;
}

export function makeShare(generator: Element, scalar: bigint): Uint8Array {
  return generator.multiply(scalar).toBytes();
}

/**
 * The shared point, or `undefined` where the draft says to abort: an encoding that is no group element, and
 * the identity, which @noble/curves accepts as an encoding and which would make the key the same for every
 * password.
 */
export function multiplyVerified(scalar: bigint, share: Uint8Array): Uint8Array | undefined {
  let point: Element;
  try {
    point = Point.fromBytes(share);
  } catch {
    return undefined;
  }
  if (point.equals(Point.ZERO)) return undefined;
  // The group's order is prime and the scalar is not zero, so the product cannot be the identity.
  return point.multiply(scalar).toBytes();
}

/** What crossed, both shares with their associated data, the initiator's first (draft A.3.4). */
export interface Transcript {
  shareA: Uint8Array;
  adA: Uint8Array;
  shareB: Uint8Array;
  adB: Uint8Array;
}

export function transcriptBytes({ shareA, adA, shareB, adB }: Transcript): Uint8Array {
  return concat(lvCat(shareA, adA), lvCat(shareB, adB));
}

/**
 * The intermediate session key, 64 bytes. The shared point itself must go no further than here (draft §10.3).
 */
export function intermediateKey(sid: Uint8Array, shared: Uint8Array, transcript: Transcript): Uint8Array {
  return sha512(concat(lvCat(DSI_ISK, sid, shared), transcriptBytes(transcript)));
}

/** Tags by which each side proves that it has the key (draft §10.4), cut to 32 bytes. */
export function confirmationTags(
  sid: Uint8Array,
  isk: Uint8Array,
  transcript: Transcript,
): { a: Uint8Array; b: Uint8Array } {
  const key = sha512(concat(utf8('CPaceMac'), sid, isk));
  const { shareA, adA, shareB, adB } = transcript;
  return {
    a: hmacSha512(key, lvCat(shareA, adA)).subarray(0, TAG_BYTES),
    b: hmacSha512(key, lvCat(shareB, adB)).subarray(0, TAG_BYTES),
  };
}
