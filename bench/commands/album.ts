/** An album: does either page grow with it, and does the path ever wait between two pictures? */
import type { Bench } from '../bench.ts';
import { MemoryWatch, type MemoryGrowth } from '../../testbed/memory-watch.ts';
import { drawPhotograph } from '../photograph.ts';
import { Pictures } from '../pictures.ts';
import { lineChart } from '../report/line-chart.ts';
import type { Result } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import { gapsBetween } from '../tessera/album-marks.ts';
import { TesseraSession } from '../tessera/session.ts';

const BYTES = 3_000_000;
/** As from a phone's camera; its JPEG is a little below the bytes above, which it is filled up to. */
const PHOTOGRAPH = { width: 4000, height: 3000, quality: 0.95, seed: 1 };
const ALBUM = 200;
const QUICK_ALBUM = 20;
/** The gaps over a long path need fewer pictures. */
const FAR_ALBUM = 20;
const QUICK_FAR_ALBUM = 6;
const FAR = { rateMbit: 50, queueMs: 100, delayMs: 50, loss: 0 };
/** Each of the pages may grow by this much. */
const REACH_MB = 200;
const MAX_MS_A_PICTURE = 15_000;
/** Points of a curve. */
const SAMPLES = 80;

interface Run {
  pictures: number;
  seconds: number;
  /** Milliseconds; what the receiver's page measured. */
  roundTrip: number;
  gaps: number[];
  sender: MemoryGrowth;
  receiver: MemoryGrowth;
}

export async function album(bench: Bench): Promise<Result> {
  const { args, say } = bench;
  const near = await measure(bench, args.count ?? (args.quick ? QUICK_ALBUM : ALBUM), true);
  say(`${near.pictures} pictures, direct: ${near.seconds.toFixed(1)} s, ${growthText(near)}`);
  const far = await measure(bench, args.quick ? QUICK_FAR_ALBUM : FAR_ALBUM, false);
  say(`${far.pictures} pictures, 100 ms: ${far.seconds.toFixed(1)} s, ${growthText(far)}`);
  return {
    name: 'album',
    title: 'An album: memory of the pages, and the time between two pictures',
    notes: [
      `Photographs of ${BYTES / 1e6} MB and 12 megapixels, no two alike, picked at once and accepted as they are offered; each is verified. First ${near.pictures} with nothing between the browsers, then ${far.pictures} over 50 Mbit/s and a round trip of ${2 * FAR.delayMs} ms without loss.`,
      `Memory: resident memory of the processes that run the pages, from just before picking to the sum of their peaks until the last picture is verified (to reach: at most ${REACH_MB} MB more). The receiver of the first has a profile on the disk, as a person's; the others are private, whose OPFS Chromium keeps in memory of the browser process, and the pages are what is measured.`,
      "Gap: from the end of a picture (`tessera:complete`) to the first chunk of the next (`tessera:began`), both on the receiver's page; 0 where the next began before (to reach: none above a round trip).",
    ],
    tables: [
      {
        caption: 'Memory of the pages, MB',
        header: ['path', 'pictures', 'side', 'before', 'peak', 'growth', 'reach'],
        rows: [near, far].flatMap((run) =>
          (['sender', 'receiver'] as const).map((side) => {
            const { before, peak } = run[side];
            return [
              nameOf(run, near),
              String(run.pictures),
              side,
              before.toFixed(0),
              peak.toFixed(0),
              (peak - before).toFixed(0),
              `≤ ${REACH_MB} ${peak - before <= REACH_MB ? '✓' : '**missed**'}`,
            ];
          }),
        ),
      },
      {
        caption: 'Time',
        header: [
          'path',
          'seconds',
          'Mbit/s',
          'round trip, ms',
          'gaps > 0',
          'longest gap, ms',
          'above a round trip',
        ],
        rows: [near, far].map((run) => [
          nameOf(run, near),
          run.seconds.toFixed(1),
          ((run.pictures * BYTES * 8) / run.seconds / 1e6).toFixed(1),
          run.roundTrip.toFixed(1),
          `${run.gaps.filter((gap) => gap > 0).length} of ${run.gaps.length}`,
          Math.max(0, ...run.gaps).toFixed(0),
          `${run.gaps.filter((gap) => gap > run.roundTrip).length}`,
        ]),
      },
    ],
    charts: [
      {
        name: '',
        chart: lineChart({
          title: `Memory of the pages, ${near.pictures} pictures of ${BYTES / 1e6} MB`,
          x: { label: 'seconds' },
          y: { label: 'MB' },
          series: (['sender', 'receiver'] as const).map((side) => ({
            name: side,
            points: thinned(near[side]).samples.map(({ seconds, megabytes }) => ({
              x: seconds,
              y: spreadOf([megabytes]),
            })),
          })),
        }),
      },
    ],
    data: [near, far].map(({ sender, receiver, ...run }) =>
      Object.assign(run, { sender: thinned(sender), receiver: thinned(receiver) }),
    ),
  };
}

async function measure(bench: Bench, pictures: number, direct: boolean): Promise<Run> {
  const stage = await bench.stage();
  await stage.link.configure(FAR);
  const page = await stage.page('sender');
  await page.goto(stage.channelPage.url);
  const album = Pictures.of(await drawPhotograph(page, PHOTOGRAPH));
  await page.context().close();
  const session = await TesseraSession.open(stage, { direct });
  try {
    const files = [];
    for (let i = 0; i < pictures; i++) files.push(await album.next(BYTES));
    const [sender, receiver] = [
      await MemoryWatch.start(session.sender.context().browser()!),
      await MemoryWatch.start(session.receiver.context().browser()!),
    ];
    const began = performance.now();
    try {
      const marks = await session.sendAlbum(
        files.map(({ path }) => path),
        pictures * MAX_MS_A_PICTURE,
      );
      const seconds = (performance.now() - began) / 1000;
      const roundTrip = (await session.report(files.at(-1)!.name)).roundTrip ?? 0;
      return {
        pictures,
        seconds,
        roundTrip,
        gaps: gapsBetween(marks),
        sender: sender.stop(),
        receiver: receiver.stop(),
      };
    } finally {
      sender.stop();
      receiver.stop();
    }
  } finally {
    album.remove();
    await session.close();
  }
}

const nameOf = (run: Run, near: Run): string => (run === near ? 'direct' : '50 Mbit/s, 100 ms');

const growthText = ({ sender, receiver, gaps }: Run): string =>
  `pages grew by ${(sender.peak - sender.before).toFixed(0)} and ${(receiver.peak - receiver.before).toFixed(0)} MB, longest gap ${Math.max(0, ...gaps).toFixed(0)} ms`;

/** Round numbers, and not more of them than a chart shows. */
function thinned({ before, peak, samples }: MemoryGrowth): MemoryGrowth {
  const every = Math.ceil(samples.length / SAMPLES);
  return {
    before: Math.round(before),
    peak: Math.round(peak),
    samples: samples
      .filter((_, i) => i % every === 0)
      .map(({ seconds, megabytes }) => ({ seconds: Math.round(seconds), megabytes: Math.round(megabytes) })),
  };
}
