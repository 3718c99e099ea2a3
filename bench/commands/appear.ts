/**
 * How soon something of an accepted picture is on the screen: the thumb, which arrived with the offer, and
 * the preview.
 */
import type { Bench } from '../bench.ts';
import { drawPhotograph } from '../photograph.ts';
import { lineChart } from '../report/line-chart.ts';
import { percentText } from '../report/figures.ts';
import type { Result } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import { marksOf } from '../tessera/read-page.ts';
import { TesseraSession } from '../tessera/session.ts';
import { previewAfter, WATCH_STAGES } from '../tessera/watch-stages.ts';
import { Pictures } from '../pictures.ts';

const BYTES = 200_000;
const PHOTOGRAPH = { width: 1200, height: 900, quality: 0.85, seed: 1 };
const LINK = { rateMbit: 50, queueMs: 100, delayMs: 50 };
const LOSSES = [0, 0.1];
/** A round trip and 100 ms. */
const REACH_SECONDS = (2 * LINK.delayMs + 100) / 1000;
/** In this share of the runs. */
const REACH_SHARE = 0.95;
const PICTURES_A_SESSION = 8;
const MAX_TRANSFER_MS = 60_000;

interface Appearance {
  loss: number;
  /** The first of its session. */
  first: boolean;
  /** Seconds from `tessera:accepted`. */
  firstPicture: number;
  preview: number | undefined;
  /** The preview's bytes: mostly before. */
  previewHere: number;
  /** The first chunk of the original. */
  began: number;
  complete: number;
}

/** Runs at 10 % are `--runs` sessions of eight pictures; without loss, one session. */
export async function appear(bench: Bench): Promise<Result> {
  const { args, say } = bench;
  const all: Appearance[] = [];
  for (const loss of LOSSES) {
    for (let session = 0; session < (loss > 0 ? args.runs : 1); session++) {
      all.push(...(await measure(bench, loss, session + 1)));
      const last = all.at(-1)!;
      say(`${100 * loss} %, session ${session + 1}: preview after ${last.preview?.toFixed(3) ?? '–'} s`);
    }
  }
  const rows = LOSSES.flatMap((loss) =>
    (['firstPicture', 'previewHere', 'preview', 'began', 'complete'] as const).map((what) => {
      const values = all.filter((one) => one.loss === loss).map((one) => one[what] ?? Infinity);
      const sorted = values.toSorted((a, b) => a - b);
      const at = (share: number) =>
        sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
      const inTime = values.filter((value) => value <= REACH_SECONDS).length / values.length;
      return [
        `${100 * loss} %`,
        {
          firstPicture: 'first picture (`tessera:first-picture`)',
          began: 'first chunk of the original is here (`tessera:began`)',
          previewHere: 'bytes of the preview are here (`tessera:preview`)',
          preview: 'preview is painted',
          complete: 'complete',
        }[what],
        String(values.length),
        milliseconds(at(0.5)),
        milliseconds(at(REACH_SHARE)),
        milliseconds(at(1)),
        isPainted(what) ? percentText(inTime) : '',
        isPainted(what) ? (inTime >= REACH_SHARE ? '✓' : '**missed**') : '',
      ];
    }),
  );
  return {
    name: 'appear',
    title: 'How soon an accepted picture appears',
    notes: [
      `Photographs of ${BYTES / 1000} KB over 50 Mbit/s and a round trip of ${2 * LINK.delayMs} ms, loss in both directions, ${PICTURES_A_SESSION} pictures a session, the first of each included. From the press of "accept" to the frame after the one that shows it, both on the receiver's page. To reach: within a round trip and 100 ms (${milliseconds(REACH_SECONDS)}) in at least ${percentText(REACH_SHARE)} of the runs.`,
      'The thumb stands in the offer and is on the screen before anybody accepts, so the first picture is that; the preview crosses behind the offer, of a session’s first picture behind its acceptance, and is shown once the picture is accepted. The bench accepts as soon as it sees the offer.',
    ],
    tables: [
      {
        caption: 'Milliseconds after accepting',
        header: ['loss', 'what', 'pictures', 'median', '95 %', 'longest', 'in time', 'reach'],
        rows,
      },
    ],
    charts: [
      {
        name: '',
        chart: lineChart({
          title: 'Share of the pictures whose preview is painted, 100 ms round trip',
          x: { label: 'ms after accepting' },
          y: { label: '%' },
          series: LOSSES.map((loss) => ({
            name: `${100 * loss} % loss`,
            points: all
              .filter((one) => one.loss === loss && one.preview !== undefined)
              .map((one) => one.preview!)
              .toSorted((a, b) => a - b)
              .map((seconds, i, { length }) => ({
                x: Math.round(1000 * seconds),
                y: spreadOf([(100 * (i + 1)) / length]),
              })),
          })),
        }),
      },
    ],
    data: all,
  };
}

const isPainted = (what: string): boolean => what === 'firstPicture' || what === 'preview';

const milliseconds = (seconds: number): string =>
  Number.isFinite(seconds) ? `${Math.round(1000 * seconds)}` : 'never';

async function measure(bench: Bench, loss: number, seed: number): Promise<Appearance[]> {
  const stage = await bench.stage();
  await stage.link.configure({ ...LINK, loss, seed });
  const page = await stage.page('sender');
  await page.goto(stage.channelPage.url);
  const pictures = Pictures.of(await drawPhotograph(page, PHOTOGRAPH));
  await page.context().close();
  const session = await TesseraSession.open(stage, { scripts: { receiver: WATCH_STAGES } });
  try {
    const all: Appearance[] = [];
    for (let i = 0; i < PICTURES_A_SESSION; i++) {
      const picture = await pictures.next(BYTES);
      const { seconds, firstPictureSeconds } = await session.send(picture, MAX_TRANSFER_MS);
      const marks = await marksOf(session.receiver, picture.name);
      const { accepted = Number.NaN, preview = Infinity, began = Number.NaN } = marks;
      all.push({
        loss,
        first: i === 0,
        firstPicture: firstPictureSeconds ?? Infinity,
        preview: await previewAfter(session.receiver, picture.name, accepted),
        previewHere: (preview - accepted) / 1000,
        began: (began - accepted) / 1000,
        complete: seconds,
      });
    }
    return all;
  } finally {
    pictures.remove();
    await session.close();
  }
}
