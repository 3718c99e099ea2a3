import type { Spread } from '../statistics.ts';
import { type Chart, LOOK, nothing, PALETTE } from './draw.ts';

export interface LineChart {
  title: string;
  x: { label: string; log?: boolean };
  y: { label: string; log?: boolean };
  series: readonly { name: string; points: readonly { x: number; y: Spread | undefined }[] }[];
}

/** Medians joined by lines; whiskers are the smallest and the largest run. */
export function lineChart({ title, x, y, series }: LineChart): Chart {
  const values = series.flatMap(({ name, points }) =>
    points.flatMap((point) => (point.y === undefined ? [] : [{ name, x: point.x, ...point.y }])),
  );
  if (values.length === 0) return nothing(title);
  const logarithmic = { type: 'log', nice: true } as const;
  const across = {
    field: 'x',
    type: 'quantitative',
    title: x.label,
    scale: x.log ? logarithmic : { zero: false },
  } as const;
  const up = {
    field: 'median',
    type: 'quantitative',
    title: y.label,
    ...(y.log ? { scale: logarithmic } : {}),
  } as const;
  return {
    ...LOOK,
    title,
    width: 720,
    height: 320,
    data: { values },
    encoding: {
      x: across,
      color: {
        field: 'name',
        type: 'nominal',
        scale: { domain: series.map(({ name }) => name), range: PALETTE },
      },
    },
    layer: [
      {
        mark: { type: 'line', point: true },
        encoding: { y: up },
      },
      { mark: 'rule', encoding: { y: { field: 'min', type: 'quantitative' }, y2: { field: 'max' } } },
    ],
  };
}
