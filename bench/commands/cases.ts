/** `npm run bench`: every case of the table of targets, Tessera beside what is used today. */
import type { Bench } from '../bench.ts';
import { lossCases, quickCases, sizeCases, spotCases, targetCases, type Case } from '../cases.ts';
import { measureCase, type CaseResult } from '../measure-case.ts';
import type { Result } from '../result.ts';
import { casesChart } from './cases-chart.ts';
import { channelsTable, linkTable, targetsTable } from './cases-tables.ts';

/** What a person would wait for at most. */
const MAX_TRANSFER_SECONDS = 60;
const MAX_QUICK_SECONDS = 6;

const NOTES = [
  'Two real Chromiums on one machine, every datagram between them through a seeded relay: drop-tail queue, loss in both directions, then delay. All ways of sending take turns on the same link, one file each. ' +
    "Seconds run on the receiver's clock from its word that it wants the file to the last byte; Tessera's until the digest is verified (`tessera:accepted` to `tessera:complete`).",
  'Limit = round-trip time + size / (0.926 · rate · (1 − loss)). Figures are medians [smallest–largest] of pictures in a session that has sent one before; that first one has a column of its own. ' +
    "Two seconds pass after pairing and at least so many between pictures, since the others take their turns there; the session stays open. A channel's first file goes over a new connection, the later ones over the same one.",
];

export async function cases(bench: Bench): Promise<Result> {
  const { args } = bench;
  const chosen = args.quick ? targetCases.filter(({ name }) => quickCases.includes(name)) : targetCases;
  const results = await measureCases(bench, chosen);
  return {
    name: 'cases',
    title: 'Time to a verified picture',
    notes: NOTES,
    tables: [targetsTable(results), channelsTable(results), linkTable(results)],
    charts: [{ name: '', chart: casesChart('Time over limit', results) }],
    data: results,
  };
}

/** The cases, one after the other, or the one that `--case` names. */
export async function measureCases(bench: Bench, list: readonly Case[]): Promise<CaseResult[]> {
  const { args, say } = bench;
  const chosen = args.case === undefined ? list : findCase(args.case, everyCase);
  const [stage, pictures] = [await bench.stage(), await bench.pictures()];
  const results: CaseResult[] = [];
  for (const one of chosen) {
    try {
      results.push(
        await measureCase(stage, pictures, one, {
          runs: args.runs,
          // In two minutes there is time for one file each.
          baselineRuns: args.baselines ? (args.quick ? 0 : args.runs) : undefined,
          maxSeconds: args.quick ? MAX_QUICK_SECONDS : MAX_TRANSFER_SECONDS,
          goodputSeconds: args.quick ? 2 : 5,
          say,
        }),
      );
    } catch (error) {
      // The others' figures of an hour are not lost for it.
      const problem = `${one.title}: left out, ${(error as Error).message.split('\n')[0]}`;
      say(problem);
      bench.problems.push(problem);
    }
  }
  if (results.length === 0) throw new Error('No case could be measured.');
  return results;
}

const everyCase = [...targetCases, ...lossCases, ...sizeCases, ...spotCases];

function findCase(name: string, list: readonly Case[]): Case[] {
  const found = list.find((one) => one.name === name);
  if (found) return [found];
  throw new RangeError(`No case is called "${name}". There are: ${list.map((one) => one.name).join(', ')}.`);
}
