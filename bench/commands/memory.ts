/** How much the pages grow while much crosses: one large file, many small ones, an album. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import { MemoryWatch } from '../../testbed/memory-watch.ts';
import type { LinkOptions } from '../../testbed/link/link-model.ts';
import type { Bench } from '../bench.ts';
import { drawPhotograph } from '../photograph.ts';
import { Pictures } from '../pictures.ts';
import { lineChart } from '../report/line-chart.ts';
import type { Result } from '../result.ts';
import { recorded } from '../write-result.ts';
import { spreadOf } from '../statistics.ts';
import { TesseraSession } from '../tessera/session.ts';

/** Each of the pages, its worker included, may grow by this much. */
const REACH_MB = 150;
const MB = 1e6;
const LOOK_MS = 1000;
/** After the last byte: what is let go late shows, and what is not. */
const AFTER_MS = 3000;
/** Points of a curve. */
const SAMPLES = 60;

interface Case {
  readonly name: string;
  readonly key: string;
  readonly files: number;
  readonly bytes: number;
  /** Photographs in front; else bytes of no kind. */
  readonly photographs: boolean;
  readonly link: Partial<LinkOptions>;
  /** It is stopped after that: what has crossed by then is measured. */
  readonly seconds: number;
}

const CASES: readonly Case[] = [
  {
    name: '1 GB at 100 Mbit/s',
    key: 'gigabyte',
    files: 1,
    bytes: 1000 * MB,
    photographs: false,
    link: { rateMbit: 100, delayMs: 10 },
    seconds: 150,
  },
  {
    name: '1 GB at 10 Mbit/s, 2 % loss',
    key: 'slow',
    files: 1,
    bytes: 1000 * MB,
    photographs: false,
    link: { rateMbit: 10, delayMs: 25, loss: 0.02 },
    seconds: 100,
  },
  {
    name: '2,000 files of 20 KB',
    key: 'small',
    files: 2000,
    bytes: 20_000,
    photographs: false,
    link: { rateMbit: 100, delayMs: 10 },
    seconds: 150,
  },
  {
    name: '200 photographs of 5 MB',
    key: 'album',
    files: 200,
    bytes: 5 * MB,
    photographs: true,
    link: { rateMbit: 100, delayMs: 10 },
    seconds: 150,
  },
];

/** `--quick`: each for a fifth of the time, and a tenth of the files. */
const QUICK = { seconds: 5, files: 10 };

interface Sample {
  readonly seconds: number;
  /** That have arrived. */
  readonly megabytes: number;
  /** Above what the page held before, MB. */
  readonly sender: number;
  readonly receiver: number;
}

interface Run {
  readonly name: string;
  readonly date: string;
  readonly seconds: number;
  readonly megabytes: number;
  readonly whole: boolean;
  readonly files: number;
  /** The most above what it held before, MB, by the kernel's own count of the peak. */
  readonly sender: number;
  readonly receiver: number;
  readonly samples: readonly Sample[];
}

export async function memory(bench: Bench): Promise<Result> {
  const { args } = bench;
  const chosen = CASES.filter(({ key }) => args.case === undefined || args.case === key);
  if (chosen.length === 0)
    throw new RangeError(`--case is one of ${CASES.map(({ key }) => key).join(', ')}.`);
  // All four take longer than a person leaves a machine alone: one by one they make one record.
  const before = args.case === undefined || args.quick ? [] : recorded<Run>(args.out, 'memory');
  const fresh: Run[] = [];
  for (const one of chosen) {
    const run = await measure(
      bench,
      args.quick
        ? { ...one, seconds: one.seconds / QUICK.seconds, files: Math.ceil(one.files / QUICK.files) }
        : one,
    );
    fresh.push(run);
    bench.say(
      `${run.name}: ${run.megabytes.toFixed(0)} MB in ${run.seconds.toFixed(0)} s, pages grew by ${run.sender.toFixed(0)} and ${run.receiver.toFixed(0)} MB`,
    );
  }
  const known = [...fresh, ...before];
  const runs = CASES.flatMap(({ name }) => known.find((run) => run.name === name) ?? []);
  return {
    name: 'memory',
    title: 'Memory of the pages against the bytes that cross',
    notes: [
      `Two Chromiums over the relay, the receiver with a profile on the disk, everything accepted as it is offered. Each case is stopped after a time, since a part of it is enough to see whether memory grows with the bytes.`,
      `Growth: resident memory (RSS, which counts shared pages in full) of the processes that run the page and its workers, above what they held just before the files were picked; the peak is the kernel's (VmHWM). To reach: at most ${REACH_MB} MB. Preparing is in it: digests, previews, the list of files.`,
    ],
    tables: [
      {
        caption: 'Growth, MB',
        header: [
          'case',
          'measured',
          'crossed, MB',
          'files',
          'seconds',
          'Mbit/s',
          'sender',
          'receiver',
          'reach',
        ],
        rows: runs.map(({ name, date, megabytes, whole, files, seconds, sender, receiver }) => [
          name,
          date,
          `${megabytes.toFixed(0)}${whole ? '' : ' (stopped)'}`,
          String(files),
          seconds.toFixed(0),
          ((megabytes * 8) / seconds).toFixed(1),
          sender.toFixed(0),
          receiver.toFixed(0),
          `≤ ${REACH_MB} ${Math.max(sender, receiver) <= REACH_MB ? '✓' : '**missed**'}`,
        ]),
      },
      ...runs.map((run) => ({
        caption: `${run.name}: growth against what has arrived, MB`,
        header: ['arrived', 'sender', 'receiver'],
        rows: thinned(run.samples, 10).map(({ megabytes, sender, receiver }) =>
          [megabytes, sender, receiver].map((value) => value.toFixed(0)),
        ),
      })),
    ],
    untimed: true,
    charts: runs.map((run) => ({
      name: CASES.find(({ name }) => name === run.name)?.key ?? '',
      chart: lineChart({
        title: `Growth of the pages, ${run.name}`,
        x: { label: 'MB arrived' },
        y: { label: 'MB above the start' },
        series: (['sender', 'receiver'] as const).map((side) => ({
          name: side,
          points: thinned(run.samples, SAMPLES).map((sample) => ({
            x: sample.megabytes,
            y: spreadOf([sample[side]]),
          })),
        })),
      }),
    })),
    data: runs.map((run) => Object.assign({}, run, { samples: thinned(run.samples, SAMPLES) })),
  };
}

async function measure(bench: Bench, one: Case): Promise<Run> {
  const stage = await bench.stage();
  await stage.link.configure(one.link);
  const source = await sourceOf(bench, one);
  const session = await TesseraSession.open(stage);
  let watches: MemoryWatch[] = [];
  try {
    const paths: string[] = [];
    for (let at = 0; at < one.files; at++) paths.push((await source.next(one.bytes)).path);
    const { sender, receiver } = session;
    await receiver.getByTestId('accept-all').check();
    watches = await Promise.all(
      [sender, receiver].map((page) => MemoryWatch.start(page.context().browser()!)),
    );
    const [before, after] = watches.map((watch) => watch.now()) as [number, number];
    const began = performance.now();
    await sender.getByTestId('file-input').setInputFiles(paths);
    const samples: Sample[] = [];
    const look = async (): Promise<boolean> => {
      const arrived = await arrivedAt(receiver, one);
      samples.push({
        seconds: round((performance.now() - began) / 1000),
        megabytes: round(arrived.bytes / MB),
        sender: round(watches[0]!.now() - before),
        receiver: round(watches[1]!.now() - after),
      });
      if (arrived.failed !== undefined) throw new Error(`${one.name}: a file failed: ${arrived.failed}`);
      return arrived.complete >= one.files;
    };
    let whole = await look();
    while (!whole && performance.now() - began < one.seconds * 1000) {
      await sleep(LOOK_MS);
      whole = await look();
    }
    const last = samples.at(-1)!;
    await sleep(AFTER_MS);
    await look();
    const [sent, received] = watches.map((watch) => watch.stop()) as [Growth, Growth];
    return {
      name: one.name,
      date: `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      seconds: last.seconds,
      megabytes: last.megabytes,
      whole,
      files: one.files,
      sender: sent.peak - sent.before,
      receiver: received.peak - received.before,
      samples,
    };
  } finally {
    for (const watch of watches) watch.stop();
    source.remove();
    await session.close();
  }
}

type Growth = ReturnType<MemoryWatch['stop']>;

/** As from a phone's camera; its JPEG is a little below the bytes, which it is filled up to. */
const PHOTOGRAPH = { width: 4000, height: 3000, quality: 0.95, seed: 1 };

async function sourceOf(bench: Bench, one: Case): Promise<Pictures> {
  if (!one.photographs) return Pictures.of(Buffer.from('of no kind'), one.key);
  const stage = await bench.stage();
  const page = await stage.page('sender');
  await page.goto(stage.channelPage.url);
  const front = await drawPhotograph(page, PHOTOGRAPH);
  await page.context().close();
  return Pictures.of(front, one.key);
}

async function arrivedAt(
  page: Page,
  { files, bytes }: Case,
): Promise<{ complete: number; bytes: number; failed: string | undefined }> {
  const seen = await page.evaluate(() => ({
    // Counted by the page itself: to go through thousands of cards each second would cost it.
    complete: Number(document.querySelector<HTMLElement>('[data-testid=totals]')?.dataset['done'] ?? 0),
    chunks: Number(document.querySelector('[data-testid=chunks-received]')?.textContent ?? 0),
    failed: document.querySelector('[data-testid=transfer] [data-problem]')?.getAttribute('data-problem'),
  }));
  return {
    complete: seen.complete,
    bytes: files === 1 ? Math.min(bytes, seen.chunks * 1024) : seen.complete * bytes,
    failed: seen.failed ?? undefined,
  };
}

function thinned(samples: readonly Sample[], most: number): Sample[] {
  const every = Math.max(1, Math.ceil(samples.length / most));
  return samples.filter((_, at) => at % every === 0 || at === samples.length - 1);
}

const round = (value: number): number => Math.round(value * 10) / 10;
