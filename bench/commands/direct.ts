/**
 * No link between the browsers: how fast the code itself is, beside the best that one reliable channel does.
 */
import type { Bench } from '../bench.ts';
import { ChannelPair, type Usage } from '../channel/channel-pair.ts';
import { barChart } from '../report/bar-chart.ts';
import { secondsText, spreadText } from '../report/figures.ts';
import type { Result } from '../result.ts';
import { mapSpread, spreadOf, type Spread } from '../statistics.ts';
import { TesseraSession } from '../tessera/session.ts';

const BYTES = 60_000_000;
const QUICK_BYTES = 10_000_000;
const MAX_TRANSFER_MS = 120_000;
/** Throughput at least this many times the best channel's. */
const REACH = 1.2;

const USAGES: readonly { name: string; usage: Usage }[] = [
  { name: 'reliable, 16 KB messages', usage: { kind: 'buffered', messageLength: 16 * 1024 } },
  { name: 'reliable, 64 KB messages', usage: { kind: 'buffered', messageLength: 64 * 1024 } },
  { name: 'reliable, 256 KB messages', usage: { kind: 'buffered', messageLength: 256 * 1024 } },
  { name: 'reliable, confirmed each MB (PairDrop)', usage: { kind: 'confirmed' } },
];

export async function direct(bench: Bench): Promise<Result> {
  const { args, say } = bench;
  const bytes = args.quick ? QUICK_BYTES : BYTES;
  const [stage, pictures] = [await bench.stage(), await bench.pictures()];
  const session = await TesseraSession.open(stage, { direct: true });
  const channels = [];
  for (const { name, usage } of args.baselines ? USAGES : [])
    channels.push({ name, usage, pair: await ChannelPair.open(stage, 'reliable', { direct: true }) });
  const tessera: number[] = [];
  const others = new Map(channels.map(({ name }) => [name, [] as number[]]));
  let first: number | undefined;
  try {
    // The first file of each is not counted: windows, buffers and compilers are cold.
    for (let run = 0; run <= args.runs; run++) {
      const picture = await pictures.next(bytes);
      const { seconds } = await session.send(picture, MAX_TRANSFER_MS);
      pictures.drop(picture);
      say(`${run}/${args.runs}: Tessera ${seconds.toFixed(2)} s`);
      if (run === 0) first = seconds;
      else tessera.push(seconds);
      for (const { name, usage, pair } of channels) {
        const { seconds } = await pair.transfer(usage, bytes, MAX_TRANSFER_MS);
        if (seconds === undefined) throw new Error(`${name} was not done in ${MAX_TRANSFER_MS / 1000} s`);
        say(`${run}/${args.runs}: ${name} ${seconds.toFixed(2)} s`);
        if (run > 0) others.get(name)?.push(seconds);
      }
    }
  } finally {
    await Promise.all([session.close(), ...channels.map(({ pair }) => pair.close())]);
  }
  const rate = (seconds: readonly number[]): Spread | undefined => {
    const spread = spreadOf(seconds);
    return spread && throughput(spread, bytes);
  };
  const best = Math.max(0, ...[...others.values()].map((seconds) => rate(seconds)?.median ?? 0));
  const ratio = best > 0 ? (rate(tessera)?.median ?? 0) / best : undefined;
  const rows = [['Tessera', tessera] as const, ...others];
  return {
    name: 'direct',
    title: 'The direct path, nothing between the browsers',
    notes: [
      `${bytes / 1e6} MB over loopback, both browsers on this machine; Mbit/s of file bytes, medians [smallest–largest] of ${args.runs} files after a first one of each, taking turns. Tessera's first: ${secondsText(first)}. Tessera's time includes storing and the digest, the channels' neither.`,
      ...(ratio === undefined
        ? []
        : [
            `Tessera / best channel: ${ratio.toFixed(2)} (to reach: at least ${REACH}; ${ratio >= REACH ? '✓' : '**missed**'}).`,
          ]),
    ],
    tables: [
      {
        caption: 'Throughput',
        header: ['', 'Mbit/s', 'time'],
        rows: rows.map(([name, seconds]) => [
          name,
          spreadText(rate(seconds), 0),
          secondsText(spreadOf(seconds)?.median),
        ]),
      },
    ],
    charts: [
      {
        name: '',
        chart: barChart({
          title: `Throughput on the direct path, ${bytes / 1e6} MB`,
          axis: 'Mbit/s (longer is better)',
          series: ['Tessera', 'one reliable channel'],
          groups: rows.map(([name, seconds], i) => ({
            label: name,
            bars: [{ series: i === 0 ? 0 : 1, spread: rate(seconds) }],
          })),
        }),
      },
    ],
    data: { bytes, first, tessera, others: Object.fromEntries(others) },
  };
}

/** Mbit/s from seconds; the slowest run has the least. */
function throughput(seconds: Spread, bytes: number): Spread {
  const changed = mapSpread(seconds, (value) => (bytes * 8) / value / 1e6);
  return { ...changed, min: changed.max, max: changed.min };
}
