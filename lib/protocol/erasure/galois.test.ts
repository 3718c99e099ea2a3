import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inverse, logarithm, multiply, multiplyAdd, nibbleTables, power } from './galois.ts';

const byte = fc.integer({ min: 0, max: 255 });

/** The definition, without tables: multiply the polynomials bit by bit, reducing by 0x11d on the way. */
function slowMultiply(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product <<= 1;
    if (product & 0x100) product ^= 0x11d;
    if ((b >> bit) & 1) product ^= a;
  }
  return product;
}

describe('GF(256)', () => {
  test('[P-42] every product is that of the polynomials modulo 0x11d', () => {
    for (let a = 0; a < 256; a++) {
      for (let b = 0; b < 256; b++) {
        if (multiply(a, b) !== slowMultiply(a, b)) throw new Error(`${a} · ${b} is not ${multiply(a, b)}`);
      }
    }
  });

  test('is a field: associative, commutative, distributive, with 1 and inverses', () => {
    fc.assert(
      fc.property(byte, byte, byte, (a, b, c) => {
        expect(multiply(a, multiply(b, c))).toBe(multiply(multiply(a, b), c));
        expect(multiply(a, b)).toBe(multiply(b, a));
        expect(multiply(a, b ^ c)).toBe(multiply(a, b) ^ multiply(a, c));
        expect(multiply(1, a)).toBe(a);
        if (a !== 0) expect(multiply(a, inverse(a))).toBe(1);
      }),
      { numRuns: 2000 },
    );
  });

  test('logarithms add up where elements multiply, for any integer exponent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 255 }), fc.integer({ min: 1, max: 255 }), (a, b) => {
        expect(power(logarithm(a) + logarithm(b))).toBe(multiply(a, b));
        expect(power(logarithm(a) - logarithm(b) + 255 * 300)).toBe(multiply(a, inverse(b)));
      }),
    );
    expect(new Set(Array.from({ length: 255 }, (_, exponent) => power(exponent))).size).toBe(255);
  });

  test('0 has neither an inverse nor a logarithm', () => {
    expect(() => inverse(0)).toThrow(RangeError);
    expect(() => logarithm(0)).toThrow(RangeError);
  });

  test('the two nibble tables of a constant add up to its products', () => {
    const tables = nibbleTables();
    for (let c = 0; c < 256; c++) {
      for (let b = 0; b < 256; b++) {
        const sum = tables[32 * c + (b & 15)]! ^ tables[32 * c + 16 + (b >> 4)]!;
        if (sum !== slowMultiply(c, b)) throw new Error(`${c} · ${b} is not ${sum}`);
      }
    }
  });

  test('multiplyAdd is a product and an exclusive or in each byte, at any offset and length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 100 }), byte, (a, b, c) => {
        const length = Math.min(a.length, b.length);
        const [before, src] = [a.slice(a.length - length), b.subarray(b.length - length)];
        const dst = a.subarray(a.length - length);
        multiplyAdd(dst, src, c);
        expect(dst).toEqual(before.map((x, i) => x ^ slowMultiply(c, src[i]!)));
      }),
    );
    expect(() => multiplyAdd(new Uint8Array(2), new Uint8Array(3), 1)).toThrow(RangeError);
  });
});
