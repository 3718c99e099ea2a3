/**
 * Arithmetic in GF(256): bytes as polynomials over GF(2) modulo x⁸ + x⁴ + x³ + x² + 1 (0x11d), in which x (2)
 * generates every nonzero element. The same field as most Reed–Solomon codes (Plank & Ding 2003), not the AES
 * one (0x11b).
 */

const POLYNOMIAL = 0x11d;
/** The multiplicative group has 255 elements; exponents count modulo that. */
export const ORDER = 255;

const LOG = new Uint8Array(256);
/** Twice round the group, so that a sum of two logarithms needs no reduction. */
const EXP = new Uint8Array(2 * ORDER);

for (let exponent = 0, element = 1; exponent < ORDER; exponent++) {
  EXP[exponent] = element;
  EXP[exponent + ORDER] = element;
  LOG[element] = exponent;
  element <<= 1;
  if (element > 0xff) element ^= POLYNOMIAL;
}

/**
 * 1 / a at a; at 0, which has no inverse, 0. A table of its own, since every coefficient of the code is one.
 */
export const INVERSES = Uint8Array.from({ length: 256 }, (_, a) => (a === 0 ? 0 : EXP[ORDER - LOG[a]!]!));

/** a · b. Both are bytes. */
export function multiply(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : EXP[LOG[a]! + LOG[b]!]!;
}

/**
 * 1 / a.
 *
 * @throws RangeError for 0, always a mistake of ours
 */
export function inverse(a: number): number {
  if (a === 0) throw new RangeError('0 has no inverse in GF(256)');
  return INVERSES[a]!;
}

/**
 * Discrete logarithm to the base 2 of a nonzero byte, 0 … 254: lets a product of many factors be one sum.
 *
 * @throws RangeError for 0
 */
export function logarithm(a: number): number {
  if (a === 0) throw new RangeError('0 has no logarithm in GF(256)');
  return LOG[a]!;
}

/** 2 to the power of an integer that is not negative. */
export function power(exponent: number): number {
  return EXP[exponent % ORDER]!;
}

/** Bytes of the nibble tables of all 256 constants: 32 for each. */
export const NIBBLE_TABLES_LENGTH = 256 * 32;

/**
 * For each constant c, at 32 · c: c · n for n = 0 … 15, then c · 16n. Since multiplication is linear, c · b
 * is the exclusive or of the entries of b's two nibbles, which one SIMD shuffle each looks up for 16 bytes
 * (Plank, Greenan & Miller, FAST 2013).
 */
export function nibbleTables(): Uint8Array {
  const tables = new Uint8Array(NIBBLE_TABLES_LENGTH);
  for (let c = 0; c < 256; c++) {
    for (let nibble = 0; nibble < 16; nibble++) {
      tables[32 * c + nibble] = multiply(c, nibble);
      tables[32 * c + 16 + nibble] = multiply(c, nibble << 4);
    }
  }
  return tables;
}

/**
 * `dst ^= c · src`, byte by byte: the reference the compiled kernel is held to, and its replacement where
 * there is none.
 *
 * @throws RangeError for two different lengths
 */
export function multiplyAdd(dst: Uint8Array, src: Uint8Array, c: number): void {
  if (dst.length !== src.length) throw new RangeError(`${dst.length} bytes cannot take ${src.length}`);
  if (c === 0) return;
  const row = products(c);
  for (let i = 0; i < src.length; i++) dst[i]! ^= row[src[i]!]!;
}

/** One row of 256 products for each constant that was ever used, made once: 64 KB at most. */
const PRODUCTS: (Uint8Array | undefined)[] = [];

function products(c: number): Uint8Array {
  return (PRODUCTS[c] ??= Uint8Array.from({ length: 256 }, (_, b) => multiply(c, b)));
}
