import type { Spread } from '../statistics.ts';
import { legend } from './bar-chart.ts';
import { makeScale } from './scale.ts';
import { colour, element, svgDocument, text } from './svg.ts';

export interface LineChart {
  title: string;
  x: { label: string; log?: boolean };
  y: { label: string; log?: boolean };
  series: readonly { name: string; points: readonly { x: number; y: Spread | undefined }[] }[];
}

const [LEFT, TOP, WIDTH, HEIGHT] = [72, 72, 820, 440];
const RIGHT = WIDTH - 24;
const BOTTOM = HEIGHT - 56;

/** Medians joined by lines; whiskers are the smallest and the largest run. */
export function lineChart({ title, x, y, series }: LineChart): string {
  const points = series.flatMap((one) => one.points).filter((point) => point.y !== undefined);
  if (points.length === 0) return svgDocument(WIDTH, 80, title, [text(16, 52, 'No figures.')]);
  const across = points.map((point) => point.x);
  const up = points.flatMap((point) => [point.y!.min, point.y!.max]);
  const scaleX = makeScale({
    from: Math.min(...across),
    to: Math.max(...across),
    start: LEFT,
    end: RIGHT,
    log: x.log ?? false,
  });
  const scaleY = makeScale({
    from: y.log ? Math.min(...up) : 0,
    to: Math.max(...up),
    start: BOTTOM,
    end: TOP,
    log: y.log ?? false,
  });
  const names = series.map((one) => one.name);
  const parts = [legend(names, 16, 48)];
  for (const tick of scaleX.ticks)
    parts.push(text(scaleX(tick), BOTTOM + 20, String(tick), { 'text-anchor': 'middle', class: 'soft' }));
  for (const tick of scaleY.ticks) {
    const at = scaleY(tick);
    parts.push(
      element('line', { x1: LEFT, x2: RIGHT, y1: at, y2: at, class: 'grid' }),
      text(LEFT - 8, at + 4, String(tick), { 'text-anchor': 'end', class: 'soft' }),
    );
  }
  const middle = (TOP + BOTTOM) / 2;
  parts.push(
    text((LEFT + RIGHT) / 2, HEIGHT - 12, x.label, { 'text-anchor': 'middle', class: 'soft' }),
    text(18, middle, y.label, {
      'text-anchor': 'middle',
      class: 'soft',
      transform: `rotate(-90 18 ${middle})`,
    }),
  );
  for (const [i, one] of series.entries()) {
    const stroke = colour(i);
    const known = one.points.filter((point) => point.y !== undefined);
    const line = known.map((point) => `${scaleX(point.x).toFixed(1)},${scaleY(point.y!.median).toFixed(1)}`);
    parts.push(element('polyline', { points: line.join(' '), fill: 'none', stroke, 'stroke-width': 2 }));
    for (const point of known) {
      const at = scaleX(point.x);
      const { median, min, max } = point.y!;
      parts.push(
        element('circle', { cx: at, cy: scaleY(median), r: 3.5, fill: stroke }),
        element('line', { x1: at, x2: at, y1: scaleY(min), y2: scaleY(max), stroke }),
      );
    }
  }
  return svgDocument(WIDTH, HEIGHT, title, parts);
}
