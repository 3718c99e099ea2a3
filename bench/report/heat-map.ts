import { type Chart, LOOK } from './draw.ts';

export interface HeatMap {
  title: string;
  /** Panels side by side and below each other: the outer two axes. */
  panels: readonly (readonly Panel[])[];
  /** Written along the inner axes of each panel. */
  columns: { label: string; names: readonly string[] };
  rows: { label: string; names: readonly string[] };
}

export interface Panel {
  title: string;
  /** `cells[row][column]`: time over limit, `Infinity`: did not end. */
  cells: readonly (readonly number[])[];
}

/** From here on all is as red as it gets. */
const WORST = 4;

/** Time over limit as colour: white at the limit, deep red at `WORST`, black where nothing arrived. */
export function heatMap({ title, panels, columns, rows }: HeatMap): Chart {
  const inOrder = panels.flat();
  const values = inOrder.flatMap((panel, at) =>
    panel.cells.flatMap((line, row) =>
      line.map((ratio, column) => ({
        at,
        panel: panel.title,
        row: rows.names[row],
        column: columns.names[column],
        ratio: Math.min(ratio, WORST),
        ended: Number.isFinite(ratio),
        said: Number.isFinite(ratio) ? ratio.toFixed(2) : '–',
      })),
    ),
  );
  return {
    ...LOOK,
    title,
    data: { values },
    columns: Math.max(...panels.map((line) => line.length)),
    facet: {
      field: 'panel',
      type: 'nominal',
      title: null,
      sort: inOrder.map((panel) => panel.title),
    },
    spec: {
      width: { step: 44 },
      height: { step: 22 },
      encoding: {
        x: {
          field: 'column',
          type: 'nominal',
          title: columns.label,
          sort: [...columns.names],
          axis: { labelAngle: 0 },
        },
        y: { field: 'row', type: 'nominal', title: rows.label, sort: [...rows.names] },
      },
      layer: [
        {
          mark: 'rect',
          encoding: {
            color: {
              condition: { test: '!datum.ended', value: '#000' },
              field: 'ratio',
              type: 'quantitative',
              legend: null,
              scale: { type: 'log', domain: [1, WORST], clamp: true, range: ['#fffcf0', '#8c1414'] },
            },
          },
        },
        {
          mark: { type: 'text', fontSize: 11 },
          encoding: {
            text: { field: 'said' },
            color: {
              condition: { test: 'datum.ratio > 2.3', value: '#fff' },
              value: '#222',
            },
          },
        },
      ],
    },
  };
}
