/** What a picture costs each side's machine. */
import type { Bench } from '../bench.ts';
import { targetCases, type Case } from '../cases.ts';
import { ProcessMeter, type Use } from '../../testbed/processes.ts';
import { secondsText, spreadText } from '../report/figures.ts';
import type { Result, Table } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import { TesseraSession } from '../tessera/session.ts';

const MAX_TRANSFER_MS = 120_000;
const LARGE = 60_000_000;
const THREADS_SHOWN = 6;

interface Measured {
  seconds: number;
  sender: { renderers: Use; all: Use };
  receiver: { renderers: Use; all: Use };
}

export async function cpu(bench: Bench): Promise<Result> {
  const { args, say } = bench;
  const base = targetCases.find(({ name }) => name === (args.case ?? '5mb-5'));
  if (!base) throw new RangeError(`No case is called "${args.case}".`);
  const list: Case[] = [base];
  if (!args.quick) list.push({ ...base, title: base.title.replace('5 MB', '60 MB'), bytes: LARGE });
  const measured: { case: Case; runs: Measured[] }[] = [];
  for (const one of list) {
    const runs: Measured[] = [];
    measured.push({ case: one, runs });
    for (let run = 0; run < args.runs; run++) {
      runs.push(await measure(bench, one));
      say(`${one.title} ${run + 1}/${args.runs}: ${runs.at(-1)!.seconds.toFixed(2)} s`);
    }
  }
  const rows = measured.flatMap(({ case: one, runs }) =>
    (['sender', 'receiver'] as const).map((side) => {
      const of = (pick: (run: Measured) => number) => spreadText(spreadOf(runs.map(pick)));
      const memory = (pick: (run: Measured) => number) => spreadText(spreadOf(runs.map(pick)), 0);
      return [
        one.title,
        side,
        secondsText(spreadOf(runs.map(({ seconds }) => seconds))?.median),
        of((run) => run[side].renderers.cpuSeconds),
        of((run) => run[side].all.cpuSeconds),
        memory((run) => run[side].renderers.peakMegabytes),
        memory((run) => run[side].all.peakMegabytes),
      ];
    }),
  );
  return {
    name: 'cpu',
    title: 'CPU time and memory of each side',
    notes: [
      "The second picture of a session, from just before it is chosen until its report can be read: preparing, preview, digest, transfer, storing, painting, and about two seconds of rest. CPU seconds are user and system time of the processes that run pages and workers (renderers) and of the whole browser (networking is a process of its own); peak memory is the sum of each process's peak of resident memory in that time, what they share counted in each.",
    ],
    tables: [
      {
        caption: `Medians [smallest–largest] of ${args.runs} sessions`,
        header: [
          'case',
          'side',
          'time',
          'CPU s, renderers',
          'CPU s, browser',
          'peak MB, renderers',
          'peak MB, browser',
        ],
        rows,
      },
      threadTable(measured),
    ],
    charts: [],
    data: measured,
  };
}

/**
 * Where the time goes: the page's thread is `CrRendererMain` or the program's name, workers are
 * `DedicatedWorker`.
 */
function threadTable(measured: readonly { case: Case; runs: readonly Measured[] }[]): Table {
  return {
    caption: 'CPU seconds by thread, renderers, median session',
    header: ['case', 'side', 'threads'],
    rows: measured.flatMap(({ case: one, runs }) =>
      (['sender', 'receiver'] as const).map((side) => {
        const byUse = runs.toSorted((a, b) => a[side].renderers.cpuSeconds - b[side].renderers.cpuSeconds);
        const threads = byUse[Math.floor(runs.length / 2)]?.[side].renderers.threads ?? {};
        const most = Object.entries(threads).slice(0, THREADS_SHOWN);
        return [one.title, side, most.map(([name, seconds]) => `${name} ${seconds.toFixed(2)}`).join(', ')];
      }),
    ),
  };
}

async function measure(bench: Bench, one: Case): Promise<Measured> {
  const [stage, pictures] = [await bench.stage(), await bench.pictures()];
  await stage.link.configure(one.link);
  const session = await TesseraSession.open(stage);
  try {
    const [first, second] = [await pictures.next(one.bytes), await pictures.next(one.bytes)];
    await session.send(first, MAX_TRANSFER_MS);
    const meters = await Promise.all(
      [session.sender, session.receiver].map((page) => ProcessMeter.start(page.context().browser()!)),
    );
    const { seconds } = await session.send(second, MAX_TRANSFER_MS);
    const [sender, receiver] = await Promise.all(meters.map((meter) => meter.stop()));
    for (const picture of [first, second]) pictures.drop(picture);
    return { seconds, sender: sender!, receiver: receiver! };
  } finally {
    await session.close();
  }
}
