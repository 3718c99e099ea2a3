import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coefficient, coefficientsOf, inverseMatrix } from './cauchy.ts';
import { multiply } from './galois.ts';

describe('the Cauchy matrix', () => {
  test('has no zero, whatever k', () => {
    for (let k = 1; k < 256; k++) {
      for (let column = 0; column < k; column++) {
        for (let index = k; index < 256; index++) {
          if (coefficient(index, column) === 0) throw new Error(`0 at ${index}, ${column}`);
        }
      }
    }
  });

  test('gives a whole row of coefficients as it gives each', () => {
    const columns = Uint8Array.from({ length: 192 }, (_, i) => 191 - i);
    const row = new Uint8Array(192);
    for (let index = 192; index < 256; index++) {
      coefficientsOf(index, columns, row);
      expect([...row]).toEqual([...columns].map((column) => coefficient(index, column)));
    }
  });

  test('[P-42] every square part of it times its inverse is the identity', () => {
    const part = fc.integer({ min: 1, max: 192 }).chain((k) => {
      const size = { minLength: 1, maxLength: Math.min(k, 256 - k, 40) };
      return fc.tuple(
        fc.uniqueArray(fc.integer({ min: k, max: 255 }), size),
        fc.uniqueArray(fc.integer({ min: 0, max: k - 1 }), size),
      );
    });
    fc.assert(
      fc.property(part, ([allIndexes, allColumns]) => {
        const size = Math.min(allIndexes.length, allColumns.length);
        const [indexes, columns] = [allIndexes.slice(0, size), allColumns.slice(0, size)];
        const inverted = inverseMatrix(Uint8Array.from(indexes), Uint8Array.from(columns));
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < size; j++) {
            let sum = 0;
            for (let n = 0; n < size; n++) {
              sum ^= multiply(inverted[i * size + n]!, coefficient(indexes[n]!, columns[j]!));
            }
            expect(sum).toBe(i === j ? 1 : 0);
          }
        }
      }),
    );
  });

  test('inverts the largest part there is, 128 × 128', () => {
    const columns = Array.from({ length: 128 }, (_, i) => i);
    const indexes = columns.map((column) => 128 + column);
    const inverted = inverseMatrix(Uint8Array.from(indexes), Uint8Array.from(columns));
    for (const i of [0, 1, 77, 127]) {
      for (const j of columns) {
        let sum = 0;
        for (let n = 0; n < 128; n++) {
          sum ^= multiply(inverted[i * 128 + n]!, coefficient(indexes[n]!, columns[j]!));
        }
        expect(sum).toBe(i === j ? 1 : 0);
      }
    }
  });
});
