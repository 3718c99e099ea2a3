/** Charts as SVG files. The only file that imports Vega. */
import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

/** Distinct for people who do not see all colours (Okabe and Ito, 2008). */
export const PALETTE = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#444444'];

/** What all charts share. */
export const LOOK = {
  background: '#fff',
  padding: 16,
  config: {
    font: 'system-ui, sans-serif',
    axis: { labelFontSize: 12, titleFontSize: 13, titleFontWeight: 'normal' },
    legend: { labelFontSize: 13, labelLimit: 400, symbolLimit: 20, orient: 'top', title: null, columns: 1 },
    title: { fontSize: 15, anchor: 'start' },
  },
} as const satisfies Partial<TopLevelSpec>;

/** What is drawn: a Vega-Lite specification. */
export type Chart = TopLevelSpec;

/** @throws when the specification is none that Vega-Lite understands */
export async function draw(chart: Chart): Promise<string> {
  const view = new View(parse(compile(chart).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return `${svg}\n`;
}

/** Instead of a chart whose runs gave nothing. */
export function nothing(title: string): Chart {
  return {
    ...LOOK,
    title,
    data: { values: [{ text: 'No figures.' }] },
    mark: 'text',
    encoding: { text: { field: 'text' } },
  };
}
