/**
 * The code: a block of K source symbols, and repair symbols that are combinations of them with the
 * coefficients of a Cauchy matrix over GF(256). Symbol `index` is source `index` below K and repair row
 * `index − K` from K to 255.
 *
 * Every square part of a Cauchy matrix is invertible, so any K distinct symbols of a block rebuild it (Blömer
 * et al. 1995).
 */
import { inverse, INVERSES, logarithm, ORDER, power } from './galois.ts';

/**
 * Symbols a block can have, sources and repair together: a Cauchy matrix needs a field element of its own for
 * each.
 */
export const MAX_SYMBOLS = 256;

/** Sources a block can have: at least a quarter of its indexes stay for repair. */
export const MAX_SOURCES = 192;

/** What repair symbol `index` (K … 255) takes of source `column` (0 … K − 1). Never 0. */
export function coefficient(index: number, column: number): number {
  return inverse(index ^ column);
}

/** The coefficients of symbol `index` for each of the `columns`, into `into`, in their order. */
export function coefficientsOf(index: number, columns: Uint8Array, into: Uint8Array): void {
  for (let i = 0; i < columns.length; i++) into[i] = INVERSES[index ^ columns[i]!]!;
}

/**
 * The inverse of the part of the matrix that the repair symbols `indexes` have in `columns`, as many of the
 * one as of the other. Row by row: row i gives `columns[i]` from the repair symbols in the order of
 * `indexes`. By Cauchy's formula, in as many steps as it has entries, without elimination.
 *
 * @throws RangeError unless the two are of one length
 */
export function inverseMatrix(indexes: Uint8Array, columns: Uint8Array): Uint8Array {
  const size = indexes.length;
  if (columns.length !== size) throw new RangeError(`${size} repair symbols for ${columns.length} columns`);
  const ofIndex = logarithms(indexes, columns);
  const ofColumn = logarithms(columns, indexes);
  const matrix = new Uint8Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      matrix[i * size + j] = power(ofColumn[i]! + ofIndex[j]! + ORDER - logarithm(indexes[j]! ^ columns[i]!));
    }
  }
  return matrix;
}

/**
 * For each element the logarithm, 0 … 254, of the product of its differences to the other kind over that to
 * the rest of its own kind. Differences in this field are exclusive ors.
 */
function logarithms(elements: Uint8Array, others: Uint8Array): Uint8Array {
  return elements.map((element) => {
    let sum = ORDER * elements.length;
    for (const other of others) sum += logarithm(element ^ other);
    for (const own of elements) if (own !== element) sum -= logarithm(element ^ own);
    return sum % ORDER;
  });
}
