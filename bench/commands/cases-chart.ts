import type { CaseResult, ChannelRuns } from '../measure-case.ts';
import { barChart, type Bar } from '../report/bar-chart.ts';
import type { Chart } from '../report/draw.ts';
import { mapSpread, spreadOf } from '../statistics.ts';
import { ratioOf } from './cases-tables.ts';

const SERIES = ['Tessera', 'reliable, 16 KB, buffer kept filled', 'reliable, confirmed each MB (PairDrop)'];

/** Time over limit of every way of sending, for each case. */
export function casesChart(title: string, results: readonly CaseResult[]): Chart {
  return barChart({
    title: `${title} (shorter is better; 1 = nothing can be faster)`,
    axis: 'time / limit',
    series: results.some(({ buffered }) => buffered) ? SERIES : SERIES.slice(0, 1),
    groups: results.map((result) => ({
      label: result.case.title,
      bars: [
        { series: 0, spread: ratioOf(result) },
        ...channelBar(1, result.buffered, result.limitSeconds),
        ...channelBar(2, result.confirmed, result.limitSeconds),
      ],
    })),
    mark: 1,
  });
}

/** The later files; where there are none, the first. */
function channelBar(series: number, runs: ChannelRuns | undefined, limit: number | undefined): Bar[] {
  if (!runs || !limit) return [];
  const spread = spreadOf(runs.later.length > 0 ? runs.later : runs.first === undefined ? [] : [runs.first]);
  return [
    {
      series,
      spread: spread && mapSpread(spread, (seconds) => seconds / limit),
      above: runs.overCap ? runs.maxSeconds / limit : undefined,
    },
  ];
}
