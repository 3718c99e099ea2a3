/* oxlint-disable jsx-a11y/prefer-tag-over-role -- a canvas cannot be an <img> */
'use client';
import { useEffect, useRef, useState } from 'react';
import '../kit/valid-language.ts';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { HistorySample } from '../../../lib/session/model.ts';
import { colourOf } from '../kit/colours.ts';
import { useText } from '../../text/text.tsx';
import css from './plots.module.css';
import ui from '../kit/ui.module.css';

const REFRESH_MS = 300;
const HEIGHT_PX = 130;

/** Four small plots over one time axis. Loaded when it is opened. */
export default function Plots({ read, live }: { read: () => readonly HistorySample[]; live: boolean }) {
  const { t } = useText();
  const [empty, setEmpty] = useState(() => read().length === 0);

  useEffect(() => {
    if (!empty) return undefined;
    const timer = setInterval(() => setEmpty(read().length === 0), REFRESH_MS);
    return () => clearInterval(timer);
  }, [empty, read]);

  if (empty) return <p className={ui.soft}>{t.plots.none}</p>;
  return (
    <div className={css.plots} data-testid="plots">
      <Plot title={t.plots.rate} pick={rate} read={read} live={live} />
      <Plot title={t.plots.loss} pick={loss} read={read} live={live} />
      <Plot title={t.plots.roundTrip} pick={roundTrip} read={read} live={live} />
      <Plot title={t.plots.lanes} pick={lanes} read={read} live={live} />
    </div>
  );
}

type Pick = (sample: HistorySample) => number | null;
const rate: Pick = (sample) => (sample.rate * 8) / 1e6;
const loss: Pick = (sample) => sample.lossPercent;
const roundTrip: Pick = (sample) => sample.roundTrip ?? null;
const lanes: Pick = (sample) => sample.lanes;

interface PlotProps {
  title: string;
  pick: Pick;
  read: () => readonly HistorySample[];
  live: boolean;
}

function Plot({ title, pick, read, live }: PlotProps) {
  const { t, f } = useText();
  const place = useRef<HTMLDivElement>(null);
  const [values, setValues] = useState<readonly number[]>([]);

  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const data = (): uPlot.AlignedData => {
      const samples = read();
      const picked = samples.map(pick);
      setValues(picked.filter((value) => value !== null));
      return [samples.map(({ seconds }) => seconds), picked];
    };
    const axis = {
      stroke: colourOf('--ink-soft'),
      grid: { stroke: colourOf('--line'), width: 1 },
      ticks: { show: false },
      font: '12px system-ui, sans-serif',
    };
    const plot = new uPlot(
      {
        width: Math.max(160, element.clientWidth),
        height: HEIGHT_PX,
        legend: { show: false },
        cursor: { y: false },
        scales: { x: { time: false }, y: { range: (_, __, max) => [0, Math.max(1, max * 1.1)] } },
        axes: [
          { ...axis, size: 26 },
          { ...axis, size: 44 },
        ],
        series: [{}, { stroke: colourOf('--accent'), width: 2, points: { show: false } }],
      },
      data(),
      element,
    );
    const size = new ResizeObserver(() =>
      plot.setSize({ width: Math.max(160, element.clientWidth), height: HEIGHT_PX }),
    );
    size.observe(element);
    const refresh = () => {
      if (!document.hidden) plot.setData(data());
    };
    const timer = live ? setInterval(refresh, REFRESH_MS) : undefined;
    return () => {
      clearInterval(timer);
      size.disconnect();
      plot.destroy();
    };
  }, [read, live, pick]);

  const last = values.at(-1);
  const said =
    last === undefined
      ? ''
      : t.plots.values(f.tenth(last), f.tenth(Math.min(...values)), f.tenth(Math.max(...values)));
  return (
    <figure className={css.plot}>
      <figcaption>
        {title} <span className={ui.soft}>{said}</span>
      </figcaption>
      {/* A plot's axis runs left to right in every language. */}
      <div ref={place} dir="ltr" role="img" aria-label={`${title}: ${said}`} />
    </figure>
  );
}
