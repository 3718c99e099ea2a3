/**
 * The code: a block of K source symbols, and repair symbols that are combinations of them with the coefficients of a Cauchy
 * matrix over GF(256). Symbol `index` is source `index` below K and repair row `index − K` from K to 255.
 *
 * Every square part of a Cauchy matrix is invertible, so any K distinct symbols of a block rebuild it (Blömer et al. 1995).
 */
import { inverse, logarithm, power } from './galois.ts';

/** Symbols a block can have, sources and repair together: a Cauchy matrix needs a field element of its own for each. */
export const MAX_SYMBOLS = 256;

/** Sources a block can have: at least a quarter of its indexes stay for repair. */
export const MAX_SOURCES = 192;

/** What repair symbol `index` (K … 255) takes of source `column` (0 … K − 1). Never 0. */
export function coefficient(index: number, column: number): number {
  return inverse(index ^ column);
}

/**
 * The inverse of the part of the matrix that the repair symbols `indexes` have in `columns`, as many of the one as of the other.
 * Row by row: row i gives `columns[i]` from the repair symbols in the order of `indexes`. By Cauchy's formula, in as many steps
 * as it has entries, without elimination.
 */
export function inverseMatrix(indexes: readonly number[], columns: readonly number[]): Uint8Array {
  const size = indexes.length;
  if (columns.length !== size) throw new RangeError(`${size} repair symbols for ${columns.length} columns`);
  // In each factor the product of the differences to the other kind over that to the own kind; differences are exclusive ors.
  const ofIndex = indexes.map((index) => difference(index, columns) - difference(index, indexes));
  const ofColumn = columns.map((column) => difference(column, indexes) - difference(column, columns));
  const matrix = new Uint8Array(size * size);
  for (const [i, column] of columns.entries()) {
    for (const [j, index] of indexes.entries()) {
      matrix[i * size + j] = power(ofColumn[i]! + ofIndex[j]! - logarithm(index ^ column));
    }
  }
  return matrix;
}

/** Logarithm of the product of the differences between `element` and all `others` but itself. */
function difference(element: number, others: readonly number[]): number {
  let sum = 0;
  for (const other of others) if (other !== element) sum += logarithm(element ^ other);
  return sum;
}
