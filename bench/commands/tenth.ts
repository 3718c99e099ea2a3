/**
 * Worn lanes: an association that has seen losses keeps a small window. Is the tenth picture slower than the
 * second?
 */
import type { Bench } from '../bench.ts';
import { targetCases } from '../cases.ts';
import { limitSeconds } from '../limit.ts';
import { lineChart } from '../report/line-chart.ts';
import { reachText, secondsText, spreadText } from '../report/figures.ts';
import type { Result } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import { TesseraSession } from '../tessera/session.ts';
import type { TesseraTransfer } from '../tessera/transfer.ts';

const PICTURES = 10;
const MAX_TRANSFER_MS = 60_000;
/** The tenth at most this many times the second. */
const REACH = 1.1;

export async function tenth(bench: Bench): Promise<Result> {
  const { args, say } = bench;
  const one = targetCases.find(({ name }) => name === (args.case ?? '5mb-5'));
  if (!one) throw new RangeError(`No case is called "${args.case}".`);
  const [stage, pictures] = [await bench.stage(), await bench.pictures()];
  await stage.link.configure(one.link);
  const sessions: TesseraTransfer[][] = [];
  for (let run = 0; run < args.runs; run++) {
    const session = await TesseraSession.open(stage);
    const transfers: TesseraTransfer[] = [];
    sessions.push(transfers);
    try {
      for (let i = 0; i < PICTURES; i++) {
        const picture = await pictures.next(one.bytes);
        transfers.push(await session.send(picture, MAX_TRANSFER_MS));
        pictures.drop(picture);
        say(`session ${run + 1}/${args.runs}, picture ${i + 1}: ${transfers.at(-1)!.seconds.toFixed(2)} s`);
      }
    } finally {
      await session.close();
    }
  }
  const limit = limitSeconds(one.bytes, one.link) as number;
  const nth = (i: number) => sessions.map((transfers) => transfers[i] as TesseraTransfer);
  const times = Array.from({ length: PICTURES }, (_, i) => spreadOf(nth(i).map(({ seconds }) => seconds)));
  const ratio = (times[PICTURES - 1]?.median ?? 0) / (times[1]?.median ?? 1);
  return {
    name: 'tenth',
    title: 'The tenth picture of a session against the second',
    notes: [
      `${one.title}, limit ${secondsText(limit)}; ${args.runs} sessions of ${PICTURES} pictures, two seconds between them; medians over the sessions.`,
      `The tenth takes ${ratio.toFixed(2)} times as long as the second (${reachText(Number(ratio.toFixed(3)), REACH)}).`,
    ],
    tables: [
      {
        caption: 'Pictures in order',
        header: ['picture', 'time, s', 'time / limit', 'lanes', 'packets lost, %'],
        rows: times.map((time, i) => [
          String(i + 1),
          spreadText(time),
          ((time?.median ?? 0) / limit).toFixed(2),
          spreadText(spreadOf(nth(i).map(({ figures }) => figures.lanes)), 0),
          spreadText(spreadOf(nth(i).map(({ figures }) => figures.lossPercent)), 1),
        ]),
      },
    ],
    charts: [
      {
        name: '',
        chart: lineChart({
          title: `Time of the pictures of a session (${one.title})`,
          x: { label: 'picture' },
          y: { label: 'seconds' },
          series: [{ name: 'Tessera', points: times.map((y, i) => ({ x: i + 1, y })) }],
        }),
      },
    ],
    data: sessions,
  };
}
