/**
 * An independent decoder for the tests: knows the code from its definition only, shares no line with it.
 * Plain Gaussian elimination over all k symbols, multiplication bit by bit.
 */

export interface Symbol {
  index: number;
  bytes: Uint8Array;
}

/**
 * The k sources out of any k symbols with distinct indexes. Throws when the equations do not have one
 * solution.
 */
export function eliminate(k: number, symbols: readonly Symbol[]): Uint8Array[] {
  const rows = symbols.map(({ index, bytes }) => ({
    left: Array.from({ length: k }, (_, column) =>
      index < k ? Number(column === index) : reciprocal(index ^ column),
    ),
    right: bytes.slice(),
  }));
  for (let column = 0; column < k; column++) {
    const pivot = rows.findIndex((row, at) => at >= column && row.left[column] !== 0);
    if (pivot === -1) throw new Error('singular');
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const chosen = rows[column]!;
    const factor = reciprocal(chosen.left[column]!);
    chosen.left = chosen.left.map((x) => product(x, factor));
    chosen.right = chosen.right.map((x) => product(x, factor));
    for (const row of rows) {
      const times = row.left[column]!;
      if (row === chosen || times === 0) continue;
      row.left = row.left.map((x, at) => x ^ product(times, chosen.left[at]!));
      row.right = row.right.map((x, at) => x ^ product(times, chosen.right[at]!));
    }
  }
  return rows.map((row) => row.right);
}

function product(a: number, b: number): number {
  let sum = 0;
  for (let bit = 7; bit >= 0; bit--) {
    sum <<= 1;
    if (sum & 0x100) sum ^= 0x11d;
    if ((b >> bit) & 1) sum ^= a;
  }
  return sum;
}

/** a to the power of 254, since a to the power of 255 is 1. */
function reciprocal(a: number): number {
  let result = 1;
  for (let i = 0; i < 254; i++) result = product(result, a);
  return result;
}
