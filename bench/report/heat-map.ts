import { element, svgDocument, text } from './svg.ts';

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

const CELL = { width: 44, height: 22 };
const MARGIN = { left: 74, top: 40, bottom: 36, right: 14 };

/**
 * Time over limit as colour: white at the limit, deep red at `WORST` times the limit, black where nothing
 * arrived.
 */
const WORST = 4;

export function heatMap({ title, panels, columns, rows }: HeatMap): string {
  const width = MARGIN.left + columns.names.length * CELL.width + MARGIN.right;
  const height = MARGIN.top + rows.names.length * CELL.height + MARGIN.bottom;
  const parts: string[] = [];
  for (const [down, line] of panels.entries()) {
    for (const [across, panel] of line.entries()) {
      const transform = `translate(${across * width} ${44 + down * height})`;
      parts.push(element('g', { transform }, drawPanel(panel, columns, rows)));
    }
  }
  const most = Math.max(...panels.map((line) => line.length));
  return svgDocument(most * width + 20, 64 + panels.length * height, title, parts);
}

function drawPanel({ title, cells }: Panel, columns: HeatMap['columns'], rows: HeatMap['rows']): string {
  const parts = [text(MARGIN.left, 16, title)];
  const bottom = MARGIN.top + rows.names.length * CELL.height;
  for (const [i, name] of columns.names.entries()) {
    const x = MARGIN.left + (i + 0.5) * CELL.width;
    parts.push(text(x, bottom + 16, name, { 'text-anchor': 'middle', class: 'soft' }));
  }
  parts.push(text(MARGIN.left, bottom + 31, columns.label, { class: 'soft' }));
  parts.push(text(MARGIN.left - 6, 33, rows.label, { 'text-anchor': 'end', class: 'soft' }));
  for (const [row, line] of cells.entries()) {
    const y = MARGIN.top + row * CELL.height;
    parts.push(text(MARGIN.left - 6, y + 15, rows.names[row] ?? '', { 'text-anchor': 'end', class: 'soft' }));
    for (const [column, ratio] of line.entries()) {
      const x = MARGIN.left + column * CELL.width;
      const dark = heatOf(ratio) > 0.6;
      parts.push(
        element('rect', { x, y, width: CELL.width - 1, height: CELL.height - 1, fill: heatColour(ratio) }),
        element(
          'text',
          {
            x: x + CELL.width / 2,
            y: y + 15,
            'text-anchor': 'middle',
            style: `font-size:11px;fill:${dark ? '#fff' : '#222'}`,
          },
          Number.isFinite(ratio) ? ratio.toFixed(2) : '–',
        ),
      );
    }
  }
  return parts.join('');
}

/** 0 at the limit (or below), 1 at `WORST` and beyond; logarithmic, so that 1.1 and 1.3 differ. */
export function heatOf(ratio: number): number {
  return Math.min(1, Math.max(0, Math.log(ratio) / Math.log(WORST)));
}

export function heatColour(ratio: number): string {
  if (!Number.isFinite(ratio)) return '#000';
  const heat = heatOf(ratio);
  const mix = (from: number, to: number): number => Math.round(from + (to - from) * heat);
  return `rgb(${mix(255, 140)},${mix(252, 20)},${mix(240, 20)})`;
}
