/* oxlint-disable jsx-a11y/prefer-tag-over-role -- a canvas cannot be an <img> */
'use client';
import { useEffect, useRef } from 'react';
import '../ui/kit/valid-language.ts';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Columns, PlotData } from '../../lib/lab/plot-data.ts';
import { colourOf, onColoursChange } from '../ui/kit/colours.ts';
import { useLabText } from './use-lab-text.ts';
import css from './laboratory.module.css';

const HEIGHT_PX = 190;
/** uPlot's number for it. */
// The enum is a type only; its member `Log` is this number.
// oxlint-disable-next-line typescript/no-unsafe-enum-assignment
const LOGARITHMIC: uPlot.Scale.Distr = 3;

interface Props {
  data: PlotData;
  names: readonly string[];
  /** Seconds. */
  position: number;
}

/** Both sides over one logarithmic time. Loaded when it is scrolled into view. */
export default function LabPlots({ data, names, position }: Props) {
  const { t } = useLabText();
  return (
    <>
      <p className={css.legend} aria-hidden="true">
        {names.map((name, at) => (
          <span key={name} data-line={at}>
            {name}
          </span>
        ))}
      </p>
      <Plot title={t.quality} names={names} columns={data.quality} range={data.range} position={position} />
      <Plot title={t.front} names={names} columns={data.front} range={data.range} position={position} />
      <Plot title={t.rate} names={names} columns={data.rate} range={data.range} position={position} />
    </>
  );
}

interface PlotProps {
  title: string;
  names: readonly string[];
  columns: Columns;
  range: [number, number];
  position: number;
}

function Plot({ title, names, columns, range, position }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const mark = useRef<HTMLDivElement>(undefined);

  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const make = () => {
      plot.current?.destroy();
      const made = new uPlot(options(element, range), columns, element);
      const line = document.createElement('div');
      line.className = css.now ?? '';
      made.over.append(line);
      plot.current = made;
      mark.current = line;
    };
    make();
    const size = new ResizeObserver(() =>
      plot.current?.setSize({ width: Math.max(160, element.clientWidth), height: HEIGHT_PX }),
    );
    size.observe(element);
    const stopWatching = onColoursChange(make);
    return () => {
      size.disconnect();
      stopWatching();
      plot.current?.destroy();
    };
  }, [columns, range]);

  useEffect(() => {
    const line = mark.current;
    const [first] = range;
    if (!line || !plot.current) return;
    line.hidden = position < first;
    line.style.insetInlineStart = `${plot.current.valToPos(Math.max(first, position), 'x')}px`;
  }, [range, position]);

  const { f } = useLabText();
  const said = names
    .flatMap((name, at) => {
      const value = valueBefore(columns, at + 1, position);
      return value === undefined ? [] : [`${name} ${f.tenth(value)}`];
    })
    .join(', ');
  return (
    <figure className={css.plot}>
      <figcaption>{title}</figcaption>
      {/* A plot's axis runs left to right in every language. */}
      <div ref={place} dir="ltr" role="img" aria-label={`${title}: ${said}`} />
    </figure>
  );
}

/** The last value of a curve up to a position; undefined before its first. */
function valueBefore(columns: Columns, curve: number, position: number): number | undefined {
  const [seconds] = columns;
  const at = seconds.findLastIndex((second, i) => second <= position && columns[curve]?.[i] != null);
  return columns[curve]?.[at] ?? undefined;
}

function options(element: HTMLElement, range: [number, number]): uPlot.Options {
  const axis = {
    stroke: colourOf('--ink-soft'),
    grid: { stroke: colourOf('--line'), width: 1 },
    ticks: { show: false },
    font: '12px system-ui, sans-serif',
  };
  return {
    width: Math.max(160, element.clientWidth),
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, distr: LOGARITHMIC, range },
      y: { range: (_, __, max) => [0, Math.max(1, max * 1.08)] },
    },
    axes: [
      {
        ...axis,
        size: 26,
        values: (_, splits) => splits.map((at) => (at === null ? '' : String(Number(at.toPrecision(2))))),
      },
      { ...axis, size: 40 },
    ],
    series: [
      {},
      { stroke: colourOf('--accent'), width: 2.5, points: { show: false } },
      // Dashed: the two differ without their colours.
      { stroke: colourOf('--cell-lost'), width: 2.5, dash: [7, 4], points: { show: false } },
    ],
  };
}
