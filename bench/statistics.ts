/** Middle and edges of a handful of runs; with so few, percentiles would pretend to know more. */
export interface Spread {
  median: number;
  min: number;
  max: number;
  count: number;
}

/** `undefined` of nothing. The median of an even number of values is the mean of the two in the middle. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] as number;
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  return { median, min: at(0), max: at(sorted.length - 1), count: sorted.length };
}

export function mapSpread({ median, min, max, count }: Spread, change: (value: number) => number): Spread {
  return { median: change(median), min: change(min), max: change(max), count };
}
