/**
 * How good a picture looks while it arrives: PSNR against time, with the preview, without it, and over a
 * reliable channel.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cleanLink, type LinkOptions } from '../../testbed/link/link-model.ts';
import { serveHarness } from '../../testbed/harness.ts';
import type { Bench } from '../bench.ts';
import type { Case } from '../cases.ts';
import { ChannelPair } from '../channel/channel-pair.ts';
import { limitSeconds } from '../limit.ts';
import { load } from '../machine.ts';
import { drawPhotograph } from '../photograph.ts';
import { Pictures } from '../pictures.ts';
import { type Step, stepsOfFronts, stepsSeen } from '../quality/curves.ts';
import { withoutPreview } from '../quality/without-preview.ts';
import { qualityCharts, qualityTable, shortened } from '../quality/report.ts';
import type { QualityRow } from '../quality/row.ts';
import type { FrontQuality } from '../quality/page.ts';
import { WATCH_PICTURE, watchPicture, whatWasSeen } from '../quality/watch-picture.ts';
import type { Result } from '../result.ts';
import { marksOf } from '../tessera/read-page.ts';
import { TesseraSession } from '../tessera/session.ts';
import type { TesseraTransfer } from '../tessera/transfer.ts';

const PHOTOGRAPH = { width: 2000, height: 1500, quality: 0.9, seed: 7 };
/** Browsers write baseline JPEG only: the progressive one is the laboratory's sample. */
const PROGRESSIVE = fileURLToPath(new URL('../../app/lab/sample.jpg', import.meta.url));

const link = (rateMbit: number): LinkOptions => ({ ...cleanLink, rateMbit, delayMs: 50, loss: 0.05 });
const LINKS = [link(2), link(50)];

/** Small enough that the front of the file is known to a few packets. */
const USAGE = { kind: 'buffered', messageLength: 4096 } as const;
const MAX_TRANSFER_MS = 120_000;
/** A quarter of the picture's sides, at most this many pixels: as in lib/lab/measure-quality.ts. */
const SCALE = 4;
const MAX_SIDE = 640;
/** Bytes behind the picture's end, so that no two files are alike. */
const TAIL = 16;

interface Photo {
  name: string;
  jpeg: Buffer;
  pictures: Pictures;
  fronts: FrontQuality;
}

export async function quality(bench: Bench): Promise<Result> {
  const photos = await makePhotos(bench);
  const rows: QualityRow[] = [];
  try {
    for (const one of LINKS) rows.push(...(await measureLink(bench, one, photos)));
  } finally {
    for (const { pictures } of photos) pictures.remove();
  }
  return {
    name: 'quality',
    title: 'How good a picture looks while it arrives',
    notes: [
      `PSNR against the whole picture, both at a quarter of their size (at most ${MAX_SIDE} pixels), 5 % loss in both directions, a round trip of 100 ms, a queue of 100 ms. Time runs from accepting (asking, for the channel). ${photos.map(({ name, jpeg, fronts }) => `${name}: JPEG, ${fronts.width} × ${fronts.height}, ${Math.round(jpeg.length / 1000)} KB`).join('; ')}. Medians [smallest–largest] of ${bench.args.runs} pictures after the first of each session, all three taking turns on the same link.`,
      "Tessera, with and without preview: what the receiver's page really shows is drawn again at each change, layer over layer, and compared; last byte means verified. Without preview neither thumb nor preview is made. The channel: one reliable ordered data channel, its buffer kept filled; the front of the file as it came, decoded as an `<img>` would, as if it were painted the moment it is there (which no page does).",
    ],
    tables: [qualityTable(rows)],
    charts: qualityCharts(rows),
    data: rows.map(shortened),
  };
}

async function makePhotos(bench: Bench): Promise<Photo[]> {
  const { photo } = bench.args;
  const stage = await bench.stage();
  const harness = await serveHarness(new URL('../quality/page.ts', import.meta.url));
  const page = await stage.page('receiver');
  try {
    await page.goto(harness.url);
    const files: [string, Buffer][] = photo
      ? [['photo', readFileSync(photo)]]
      : [
          ['baseline', await drawPhotograph(page, PHOTOGRAPH)],
          ['progressive', readFileSync(PROGRESSIVE)],
        ];
    const photos: Photo[] = [];
    for (const [name, jpeg] of files) {
      const fronts = await page.evaluate(
        (base64) => window.qualityPage.measure(base64),
        jpeg.toString('base64'),
      );
      photos.push({ name, jpeg, pictures: Pictures.of(jpeg, name), fronts });
    }
    return photos;
  } finally {
    await page.context().close();
    await harness.close();
  }
}

async function measureLink(bench: Bench, link: LinkOptions, photos: readonly Photo[]): Promise<QualityRow[]> {
  const { args, say } = bench;
  const stage = await bench.stage();
  await stage.link.configure(link);
  const rows = photos.map((photo) => newRow(link, photo));
  const receiver = WATCH_PICTURE;
  const sessions = {
    Tessera: await TesseraSession.open(stage, { scripts: { receiver } }),
    'Tessera without preview': await TesseraSession.open(stage, {
      scripts: { receiver, sender: withoutPreview },
    }),
  };
  const channel = await ChannelPair.open(stage, 'reliable');
  const longest = Math.max(...photos.map(({ jpeg }) => jpeg.length));
  try {
    for (let run = 0; run <= args.runs; run++) {
      for (const [name, session] of Object.entries(sessions) as [keyof typeof sessions, TesseraSession][]) {
        for (const [i, photo] of photos.entries()) {
          const { transfer, steps } = await send(session, photo);
          const row = rows[i]!;
          say(`${row.case.name} ${run}/${args.runs}: ${name} ${transfer.seconds.toFixed(2)} s`);
          if (run > 0) row.runs[name].push({ seconds: transfer.seconds, steps });
          if (name !== 'Tessera') continue;
          if (run > 0) row.later.push(transfer);
          // Of a session only one picture is the first.
          else if (i === 0) row.first = transfer;
        }
      }
      // The bytes of a stream arrive the same whatever they are: one file serves all.
      const { seconds } = await channel.transfer(USAGE, longest, MAX_TRANSFER_MS);
      if (seconds === undefined) throw new Error('the reliable channel was not done in time');
      say(`${link.rateMbit} Mbit/s ${run}/${args.runs}: reliable channel ${seconds.toFixed(2)} s`);
      const arrivals = await channel.arrivals();
      for (const [i, { fronts, jpeg }] of photos.entries()) {
        const there = arrivals.find(([, bytes]) => bytes >= jpeg.length)![0] / 1000;
        const { runs, buffered } = rows[i]!;
        if (run === 0) buffered!.first = there;
        else {
          buffered!.later.push(there);
          runs['reliable channel'].push({ seconds: there, steps: stepsOfFronts(arrivals, fronts) });
        }
      }
    }
  } finally {
    await Promise.all([channel.close(), ...Object.values(sessions).map((session) => session.close())]);
  }
  for (const row of rows) row.load = load();
  return rows;
}

async function send(
  session: TesseraSession,
  { jpeg, pictures, fronts }: Photo,
): Promise<{ transfer: TesseraTransfer; steps: Step[] }> {
  const file = await pictures.next(jpeg.length + TAIL);
  try {
    const scale = Math.min(1 / SCALE, MAX_SIDE / Math.max(fronts.width, fronts.height));
    await watchPicture(session.receiver, {
      name: file.name,
      width: Math.round(fronts.width * scale),
      height: Math.round(fronts.height * scale),
    });
    const transfer = await session.send(file, MAX_TRANSFER_MS);
    const { accepted = Number.NaN } = await marksOf(session.receiver, file.name);
    return { transfer, steps: stepsSeen(await whatWasSeen(session.receiver), accepted) };
  } finally {
    pictures.drop(file);
  }
}

function newRow(link: LinkOptions, { name, jpeg }: Photo): QualityRow {
  const bytes = jpeg.length + TAIL;
  const one: Case = {
    name: `${link.rateMbit}mbit-${name}`,
    title: `${name}, ${link.rateMbit} Mbit/s`,
    bytes,
    link,
  };
  return {
    case: one,
    limitSeconds: limitSeconds(bytes, link),
    first: undefined,
    later: [],
    buffered: { first: undefined, later: [], maxSeconds: MAX_TRANSFER_MS / 1000, overCap: false },
    load: 0,
    runs: { Tessera: [], 'Tessera without preview': [], 'reliable channel': [] },
  };
}
