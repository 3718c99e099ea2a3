import type { Spread } from '../statistics.ts';
import { makeScale } from './scale.ts';
import { colour, element, svgDocument, text } from './svg.ts';

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

const LEFT = 230;
const WIDTH = 920;
const TOP = 76;
const BAR = 15;
const GAP = 12;

/**
 * Lying bars on a logarithmic axis, one group below the other; whiskers are the smallest and the largest run.
 */
export function barChart({ title, axis, series, groups, mark }: BarChart): string {
  const values = groups.flatMap(({ bars }) =>
    bars.flatMap(({ spread, above }) =>
      [spread?.min, spread?.max, above].filter((value) => value !== undefined),
    ),
  );
  const all = [...values, ...(mark === undefined ? [] : [mark])];
  if (all.length === 0) return svgDocument(WIDTH, TOP, title, [text(16, 52, 'No figures.')]);
  const heights = groups.map(({ bars }) => bars.length * BAR + GAP);
  const bottom = TOP + heights.reduce((sum, height) => sum + height, 0);
  const x = makeScale({
    from: Math.min(...all),
    to: Math.max(...all),
    start: LEFT,
    end: WIDTH - 60,
    log: true,
  });
  const parts = [legend(series, 16, 48)];
  for (const tick of x.ticks) {
    parts.push(
      element('line', { x1: x(tick), x2: x(tick), y1: TOP, y2: bottom, class: 'grid' }),
      text(x(tick), bottom + 18, String(tick), { 'text-anchor': 'middle', class: 'soft' }),
    );
  }
  parts.push(text((LEFT + WIDTH) / 2, bottom + 38, axis, { 'text-anchor': 'middle', class: 'soft' }));
  let y = TOP + GAP / 2;
  for (const [i, { label, bars }] of groups.entries()) {
    parts.push(text(LEFT - 10, y + (bars.length * BAR) / 2 + 4, label, { 'text-anchor': 'end' }));
    for (const [row, bar] of bars.entries()) parts.push(drawBar(bar, x, y + row * BAR));
    y += heights[i] as number;
  }
  if (mark !== undefined)
    parts.push(element('line', { x1: x(mark), x2: x(mark), y1: TOP, y2: bottom, stroke: '#222' }));
  return svgDocument(WIDTH, bottom + 52, title, parts);
}

function drawBar({ series, spread, above }: Bar, x: (value: number) => number, y: number): string {
  const fill = colour(series);
  const value = spread?.median ?? above;
  if (value === undefined) return '';
  const middle = y + BAR / 2;
  const parts = [
    element('rect', {
      x: LEFT,
      y: y + 1,
      width: Math.max(1, x(value) - LEFT),
      height: BAR - 2,
      fill,
      'fill-opacity': spread ? 1 : 0.35,
    }),
  ];
  if (spread && spread.count > 1)
    parts.push(
      element('line', { x1: x(spread.min), x2: x(spread.max), y1: middle, y2: middle, stroke: '#222' }),
    );
  const label = spread ? value.toPrecision(3) : `> ${value.toPrecision(2)}`;
  parts.push(text(x(spread?.max ?? value) + 5, y + BAR - 3, label, { class: 'soft' }));
  return parts.join('');
}

/** Names of the series with their colours, in one line. */
export function legend(series: readonly string[], x: number, y: number): string {
  let at = x;
  return series
    .map((name, i) => {
      const here = at;
      at += 34 + name.length * 7;
      return (
        element('rect', { x: here, y: y - 10, width: 12, height: 12, fill: colour(i) }) +
        text(here + 18, y, name)
      );
    })
    .join('');
}
