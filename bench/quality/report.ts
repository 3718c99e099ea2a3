/** Tables and charts of quality over time. */
import type { Chart } from '../report/draw.ts';
import { lineChart } from '../report/line-chart.ts';
import { spreadText } from '../report/figures.ts';
import type { Table } from '../result.ts';
import { spreadOf, type Spread } from '../statistics.ts';
import { decibelsAt, firstPicture, secondsTo, type Step } from './curves.ts';
import { SYSTEMS, type QualityRow, type QualityRun } from './row.ts';

/** Moments at which the curves of several runs are read. */
const POINTS = 40;
const FIRST_SECONDS = 0.05;

export function qualityTable(rows: readonly QualityRow[]): Table {
  return {
    caption: 'Seconds until',
    header: ['picture, link', '', 'first picture (20 dB)', '30 dB', '40 dB', 'last byte'],
    rows: rows.flatMap((row) =>
      SYSTEMS.map((system) => {
        const runs = row.runs[system];
        const of = (pick: (run: QualityRun) => number | undefined) => {
          const values = runs.map(pick).filter((value) => value !== undefined);
          return spreadText(spreadOf(values));
        };
        return [
          row.case.title,
          system,
          of(({ steps }) => firstPicture(steps)),
          of(({ steps }) => secondsTo(steps, 30)),
          of(({ steps }) => secondsTo(steps, 40)),
          of(({ seconds }) => seconds),
        ];
      }),
    ),
  };
}

export function qualityCharts(rows: readonly QualityRow[]): { name: string; chart: Chart }[] {
  return rows.map((row) => {
    const all = SYSTEMS.flatMap((system) => row.runs[system]);
    const end = Math.max(
      1,
      ...all.map(({ seconds, steps }) => Math.max(seconds, steps.at(-1)?.seconds ?? 0)),
    );
    const times = Array.from(
      { length: POINTS },
      (_, i) => FIRST_SECONDS * (end / FIRST_SECONDS) ** (i / (POINTS - 1)),
    );
    return {
      name: row.case.name,
      chart: lineChart({
        title: `${row.case.title}, 100 ms, 5 % loss`,
        x: { label: 'seconds after accepting', log: true },
        y: { label: 'dB' },
        series: SYSTEMS.map((system) => ({
          name: system,
          points: times.map((x) => ({ x, y: spreadAt(row.runs[system], x) })),
        })),
      }),
    };
  });
}

/** Where not every run shows something yet there is nothing to draw. */
function spreadAt(runs: readonly QualityRun[], seconds: number): Spread | undefined {
  const values = runs.map(({ steps }) => decibelsAt(steps, seconds)).filter((value) => value !== undefined);
  return values.length < runs.length ? undefined : spreadOf(values);
}

/** Curves in round numbers, and only where they change. */
export function shortened(row: QualityRow): unknown {
  const round = ({ seconds, steps }: QualityRun) => {
    const short: Step[] = [];
    for (const step of steps) {
      const decibels = Math.round(10 * step.decibels) / 10;
      if (short.at(-1)?.decibels !== decibels)
        short.push({ seconds: Math.round(1000 * step.seconds) / 1000, decibels });
    }
    return { seconds, steps: short.map((step) => `${step.seconds} s ${step.decibels} dB`).join(', ') };
  };
  const runs = Object.fromEntries(SYSTEMS.map((system) => [system, row.runs[system].map(round)]));
  return { ...row, runs };
}
