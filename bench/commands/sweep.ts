/** The protocol in the simulator over every path we can think of: where is it far from the limit? */
import { fileURLToPath } from 'node:url';
import type { Bench } from '../bench.ts';
import { heatMap, type Panel } from '../report/heat-map.ts';
import type { Result } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import { axes, conditions, PICTURE_BYTES, type SweepCell } from '../sweep/grid.ts';
import { onEveryCore } from '../sweep/on-every-core.ts';

const PROGRAM = fileURLToPath(new URL('../sweep/sweep-process.ts', import.meta.url));
const WORST_ROWS = 12;

export async function sweep(bench: Bench): Promise<Result> {
  const cells = conditions(bench.args.quick);
  const began = performance.now();
  const results = await onEveryCore<SweepCell>(PROGRAM, cells, (done) => {
    if (done % 200 === 0) bench.say(`${done} of ${cells.length} cells`);
  });
  const seconds = (performance.now() - began) / 1000;
  const medians = new Map<string, number>();
  for (const cell of results) {
    const key = keyOf(cell);
    if (medians.has(key)) continue;
    const same = results.filter((other) => keyOf(other) === key);
    medians.set(key, spreadOf(same.map(({ ratio }) => ratio))?.median ?? Infinity);
  }
  const unfinished = results.filter(({ time }) => time === undefined);
  const overall = spreadOf(results.map(({ ratio }) => ratio));
  const worst = [...medians].toSorted(([, a], [, b]) => b - a).slice(0, WORST_ROWS);
  const panels = axes.rate.map((rate) =>
    axes.burst.map((burst): Panel => ({
      title: `${rate / 1e6} Mbit/s, ${burst === 1 ? 'independent losses' : `bursts of ${burst}`}`,
      cells: axes.rtt.map((rtt) =>
        axes.loss.map((loss) => medians.get(keyOf({ loss, rtt, rate, burst })) ?? Infinity),
      ),
    })),
  );
  return {
    name: 'sweep',
    title: 'Time over limit in the simulator',
    notes: [
      `${results.length} cells in ${seconds.toFixed(0)} s: loss × round-trip time × rate × mean burst × seeds; a cell of the map is the median over ${bench.args.quick ? 'one seed' : `${axes.seeds.length} seeds`}. ` +
        `The real protocol at both ends, Chromium's associations as modelled and held against measurements in \`lib/simulation\`, a drop-tail queue of 100 ms, a virtual clock. ` +
        `Pictures are scaled down to ${PICTURE_BYTES / 1000} KB so that it is quick: their time is mostly round trips and start, so that ratios are higher than those of 5 MB. The second picture of each session counts, from accepted to whole.`,
      `Median ${overall?.median.toFixed(2)}; ${unfinished.length} cells did not end in a virtual minute.`,
    ],
    tables: [
      {
        caption: 'Farthest from the limit',
        header: ['rate, Mbit/s', 'round trip, ms', 'loss, %', 'burst', 'time / limit'],
        rows: worst.map(([key, ratio]) => {
          const [rate, rtt, loss, burst] = key.split(' ').map(Number) as [number, number, number, number];
          return [String(rate / 1e6), String(rtt), String(100 * loss), String(burst), ratio.toFixed(2)];
        }),
      },
    ],
    charts: [
      {
        name: '',
        chart: heatMap({
          title: 'Time over limit: loss (across), round trip (down), rate and bursts (panels)',
          panels,
          columns: { label: 'loss, %', names: axes.loss.map((loss) => String(100 * loss)) },
          rows: { label: 'RTT, ms', names: axes.rtt.map(String) },
        }),
      },
    ],
    // A cell that did not end has no time, and `null` for its ratio: JSON has no Infinity.
    data: results,
  };
}

function keyOf({ rate, rtt, loss, burst }: Pick<SweepCell, 'rate' | 'rtt' | 'loss' | 'burst'>): string {
  return `${rate} ${rtt} ${loss} ${burst}`;
}
