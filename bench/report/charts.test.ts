import { describe, expect, test } from 'vitest';
import { barChart } from './bar-chart.ts';
import { draw } from './draw.ts';
import { heatMap } from './heat-map.ts';
import { lineChart } from './line-chart.ts';

const spread = (median: number, min = median, max = median, count = 1) => ({ median, min, max, count });

/** Every opened element is closed, and no number went missing. */
function expectWellFormed(svg: string): void {
  const open: string[] = [];
  for (const [, closing, name, selfClosing] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
    if (closing) expect(open.pop()).toBe(name);
    else if (!selfClosing) open.push(name as string);
  }
  expect(open).toEqual([]);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
}

describe('charts', () => {
  test('draw bars whose lengths follow the medians, and say when a run was given up', async () => {
    const svg = await draw(
      barChart({
        title: 'Time < limit & more',
        axis: 'times the limit',
        series: ['one', 'other'],
        groups: [
          {
            label: '5 %',
            bars: [
              { series: 0, spread: spread(1.2, 1.1, 1.5, 5) },
              { series: 1, spread: undefined, above: 60 },
              { series: 1, spread: undefined },
            ],
          },
        ],
        mark: 1,
      }),
    );
    expectWellFormed(svg);
    expect(svg).toContain('&lt; limit &amp; more');
    expect(svg).toContain('&gt; 60');
    const bars = [...svg.matchAll(/aria-roledescription="bar" d="M([\d.]+),[^h]*h([\d.]+)/g)];
    expect(bars.length).toBe(2);
    expect(Number(bars[1]![2])).toBeGreaterThan(Number(bars[0]![2]));
  });

  test('draw lines, and leave out what was not measured', async () => {
    const svg = await draw(
      lineChart({
        title: 'Goodput',
        x: { label: 'lanes', log: true },
        y: { label: 'Mbit/s' },
        series: [
          {
            name: '5 %',
            points: [
              { x: 1, y: spread(0.5) },
              { x: 4, y: undefined },
              { x: 16, y: spread(8, 7, 9, 3) },
            ],
          },
        ],
      }),
    );
    expectWellFormed(svg);
    expect([...svg.matchAll(/aria-roledescription="point"/g)].length).toBe(2);
  });

  test('say so when there is nothing to draw', async () => {
    expect(await draw(barChart({ title: 'x', axis: '', series: [], groups: [] }))).toContain('No figures');
    expect(await draw(lineChart({ title: 'x', x: { label: '' }, y: { label: '' }, series: [] }))).toContain(
      'No figures',
    );
  });

  test('map a cell to each figure, black where nothing arrived', async () => {
    const svg = await draw(
      heatMap({
        title: 'Sweep',
        panels: [
          [
            {
              title: '50 Mbit/s',
              cells: [
                [1, 2],
                [Infinity, 1.3],
              ],
            },
          ],
        ],
        columns: { label: 'loss', names: ['0', '5'] },
        rows: { label: 'ms', names: ['20', '100'] },
      }),
    );
    expectWellFormed(svg);
    expect(svg).toContain('#000');
    expect(svg).toContain('1.30');
  });
});
