import type { Spread } from '../statistics.ts';
import { type Chart, LOOK, nothing, PALETTE } from './draw.ts';

export interface Bar {
  /** Index into the chart's series. */
  series: number;
  spread: Spread | undefined;
  /** Given up at this value: the bar says "more than". */
  above?: number | undefined;
}

export interface BarChart {
  title: string;
  /** What the bars measure, with unit. */
  axis: string;
  series: readonly string[];
  groups: readonly { label: string; bars: readonly Bar[] }[];
  /** A line through all bars; 1 is the limit of a ratio. */
  mark?: number;
}

/**
 * Lying bars on a logarithmic axis, one group below the other; whiskers are the smallest and the largest run.
 */
export function barChart({ title, axis, series, groups, mark }: BarChart): Chart {
  const values = groups.flatMap(({ label, bars }) =>
    bars.flatMap(({ series: index, spread, above }) => {
      const value = spread?.median ?? above;
      if (value === undefined) return [];
      const said = spread ? value.toPrecision(3) : `> ${value.toPrecision(2)}`;
      const { min, max } = spread ?? { min: value, max: value };
      return [{ group: label, name: series[index], value, min, max, said, ended: spread !== undefined }];
    }),
  );
  if (values.length === 0) return nothing(title);
  const low = Math.min(mark ?? Infinity, ...values.map(({ min }) => min)) / 1.2;
  const high = Math.max(...values.map(({ max }) => max)) * 1.5;
  const value = {
    field: 'value',
    type: 'quantitative' as const,
    title: axis,
    scale: { type: 'log' as const, domain: [low, high], nice: false },
  };
  return {
    ...LOOK,
    title,
    width: 640,
    height: { step: 15 },
    data: { values },
    encoding: {
      y: {
        field: 'group',
        type: 'nominal',
        title: null,
        sort: groups.map(({ label }) => label),
        axis: { labelLimit: 320 },
      },
      yOffset: { field: 'name', type: 'nominal', sort: [...series] },
    },
    layer: [
      {
        mark: 'bar',
        encoding: {
          x: value,
          // A logarithmic axis has no zero: the bars begin where it does.
          x2: { datum: low },
          color: { field: 'name', type: 'nominal', scale: { domain: [...series], range: PALETTE } },
          opacity: { condition: { test: 'datum.ended', value: 1 }, value: 0.35 },
        },
      },
      { mark: 'rule', encoding: { x: { field: 'min', type: 'quantitative' }, x2: { field: 'max' } } },
      {
        mark: { type: 'text', align: 'left', dx: 5, fontSize: 11 },
        encoding: { x: { field: 'max', type: 'quantitative' }, text: { field: 'said' } },
      },
      ...(mark === undefined
        ? []
        : [
            {
              mark: 'rule',
              encoding: { x: { datum: mark } },
            } as const,
          ]),
    ],
  };
}
