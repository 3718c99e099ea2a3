/** Time against file size and against loss: tables of cases whose axis is a number. */
import type { Bench } from '../bench.ts';
import { lossCases, sizeCases, type Case } from '../cases.ts';
import type { CaseResult } from '../measure-case.ts';
import type { Chart } from '../report/draw.ts';
import { lineChart } from '../report/line-chart.ts';
import type { Result } from '../result.ts';
import { mapSpread, spreadOf, type Spread } from '../statistics.ts';
import { measureCases } from './cases.ts';
import { channelsTable, linkTable, ratioOf, targetsTable } from './cases-tables.ts';

const NOTE =
  'Measured as in `cases.md`: through the seeded relay, taking turns, medians [smallest–largest] of the pictures after the first of a session.';

export async function sizes(bench: Bench): Promise<Result> {
  const results = await measureCases(bench, bench.args.quick ? sizeCases.slice(0, 3) : sizeCases);
  const seconds = (values: readonly number[]): Spread | undefined => spreadOf(values);
  const chart = lineChart({
    title: 'Time against size, 50 Mbit/s, 100 ms, 1 % loss',
    x: { label: 'MB', log: true },
    y: { label: 'seconds', log: true },
    series: [
      {
        name: 'Tessera',
        points: along(results, ({ later }) => seconds(later.map((each) => each.seconds)), megabytes),
      },
      {
        name: 'limit',
        points: along(
          results,
          ({ limitSeconds }) => (limitSeconds ? seconds([limitSeconds]) : undefined),
          megabytes,
        ),
      },
      {
        name: 'reliable, buffer kept filled',
        points: along(results, ({ buffered }) => seconds(buffered?.later ?? []), megabytes),
      },
    ],
  });
  return resultOf('sizes', 'Time against file size', results, chart);
}

export async function loss(bench: Bench): Promise<Result> {
  const chosen = bench.args.quick ? lossCases.filter((_, i) => i % 3 === 0) : lossCases;
  const results = await measureCases(bench, chosen);
  const over = (result: CaseResult, values: readonly number[]): Spread | undefined => {
    const spread = spreadOf(values);
    const limit = result.limitSeconds;
    return spread && limit ? mapSpread(spread, (value) => value / limit) : undefined;
  };
  const percent = (one: Case): number => 100 * one.link.loss;
  const chart = lineChart({
    title: 'Time over limit against loss, 5 MB, 50 Mbit/s, 100 ms',
    x: { label: 'loss in both directions, %' },
    y: { label: 'time / limit', log: true },
    series: [
      { name: 'Tessera', points: along(results, ratioOf, percent) },
      {
        name: 'reliable, buffer kept filled',
        points: along(results, (result) => over(result, result.buffered?.later ?? []), percent),
      },
    ],
  });
  return resultOf('loss', 'Time against loss', results, chart);
}

const megabytes = (one: Case): number => one.bytes / 1e6;

function along(
  results: readonly CaseResult[],
  y: (result: CaseResult) => Spread | undefined,
  x: (one: Case) => number,
): { x: number; y: Spread | undefined }[] {
  return results.map((result) => ({ x: x(result.case), y: y(result) }));
}

function resultOf(name: string, title: string, results: readonly CaseResult[], chart: Chart): Result {
  return {
    name,
    title,
    notes: [NOTE],
    tables: [targetsTable(results), channelsTable(results), linkTable(results)],
    charts: [{ name: '', chart }],
    data: results,
  };
}
