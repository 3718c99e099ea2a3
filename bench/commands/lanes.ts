/**
 * Why there are lanes: goodput of unreliable channels, each on a connection of its own, against their number.
 */
import type { Bench } from '../bench.ts';
import { ChannelPair } from '../channel/channel-pair.ts';
import { lineChart } from '../report/line-chart.ts';
import { spreadText } from '../report/figures.ts';
import type { Result } from '../result.ts';
import { spreadOf } from '../statistics.ts';

const LOSSES = [0.01, 0.05, 0.1];
const COUNTS = [1, 4, 16, 32, 64, 128];
const RATE_MBIT = 50;
/** Past the slow start, when the windows are as small as losses make them. */
const SKIP_SECONDS = 2;
const SECONDS = 4;

interface Cell {
  loss: number;
  lanes: number;
  goodputs: number[];
}

export async function lanes(bench: Bench): Promise<Result> {
  const { args, say } = bench;
  const stage = await bench.stage();
  const losses = args.quick ? [0.05] : LOSSES;
  const counts = args.quick ? [1, 16, 64] : COUNTS;
  const cells: Cell[] = losses.flatMap((loss) => counts.map((lanes) => ({ loss, lanes, goodputs: [] })));
  for (let run = 0; run < args.runs; run++) {
    for (const { loss, lanes, goodputs } of cells) {
      await stage.link.configure({ rateMbit: RATE_MBIT, delayMs: 50, loss, seed: run + 1 });
      const pair = await ChannelPair.open(stage, 'unreliable', { count: lanes });
      goodputs.push(
        await pair.distinctGoodput({ skip: SKIP_SECONDS, seconds: SECONDS, rateMbit: RATE_MBIT }),
      );
      await pair.close();
      say(`${run + 1}/${args.runs}: ${100 * loss} %, ${lanes} lanes: ${goodputs.at(-1)!.toFixed(1)} Mbit/s`);
    }
  }
  const find = (loss: number, lanes: number) =>
    spreadOf(cells.find((cell) => cell.loss === loss && cell.lanes === lanes)?.goodputs ?? []);
  return {
    name: 'lanes',
    title: 'Goodput against the number of lanes',
    notes: [
      `Unreliable, unordered channels, one on each connection, 1044-byte messages in turn over all of them, paced together at ${RATE_MBIT} Mbit/s of the link; 100 ms round trip. Mbit/s of distinct payload over ${SECONDS} s after ${SKIP_SECONDS} s. Nothing is repaired: it is what an ideal code could use.`,
    ],
    tables: [
      {
        caption: `Medians [smallest–largest] of ${args.runs} runs, Mbit/s`,
        header: ['loss', ...counts.map((count) => `${count} lanes`)],
        rows: losses.map((loss) => [
          `${100 * loss} %`,
          ...counts.map((count) => spreadText(find(loss, count), 1)),
        ]),
      },
    ],
    charts: [
      {
        name: '',
        chart: lineChart({
          title: 'Goodput against the number of lanes, 50 Mbit/s, 100 ms',
          x: { label: 'lanes', log: true },
          y: { label: 'Mbit/s' },
          series: losses.map((loss) => ({
            name: `${100 * loss} % loss`,
            points: counts.map((count) => ({ x: count, y: find(loss, count) })),
          })),
        }),
      },
    ],
    data: cells,
  };
}
