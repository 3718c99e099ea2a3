/** From values to places on an axis. */
export interface Scale {
  (value: number): number;
  ticks: readonly number[];
}

export interface ScaleOptions {
  /** Smallest and largest value to show. */
  from: number;
  to: number;
  /** Positions, in pixels; may run backwards. */
  start: number;
  end: number;
  log?: boolean;
}

/** A logarithmic scale ends at a 1, 2 or 5 beyond its values, a linear one at a round step. */
export function makeScale({ from, to, start, end, log = false }: ScaleOptions): Scale {
  const ticks = log ? logTicks(from, to) : linearTicks(from, to);
  const place = log ? Math.log : (value: number) => value;
  const low = place(ticks[0] as number);
  const high = place(ticks.at(-1) as number);
  const scale = (value: number): number => start + ((place(value) - low) / (high - low)) * (end - start);
  return Object.assign(scale, { ticks });
}

function logTicks(from: number, to: number): number[] {
  const steps: number[] = [];
  for (let power = Math.floor(Math.log10(from)); power <= Math.ceil(Math.log10(to)) + 1; power++)
    steps.push(...[1, 2, 5].map((digit) => Number((digit * 10 ** power).toPrecision(1))));
  const first = Math.max(
    0,
    steps.findLastIndex((step) => step <= from),
  );
  const last = Math.max(
    first + 1,
    steps.findIndex((step) => step >= to),
  );
  return steps.slice(first, last + 1);
}

function linearTicks(from: number, to: number): number[] {
  // A single value still needs an axis that differs from it.
  const span = Math.max(to - from, Math.abs(to) / 1000) || 1;
  const rough = span / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((digit) => digit * power >= rough) ?? 10) * power;
  const first = Math.floor(from / step);
  const last = Math.max(first + 1, Math.ceil(to / step));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
