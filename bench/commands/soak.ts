/** Half an hour of people who pair, and whether the server keeps anything of them. */
import type { Bench } from '../bench.ts';
import type { Result } from '../result.ts';
import { freePort } from '../../testbed/free-port.ts';
import { soak as runSoak, type SoakSample } from '../../testbed/load/soak.ts';

const MINUTES = 30;
const PER_SECOND = 10;
/** What rests after a room, and what limits count, is gone after ten minutes. */
const LEVEL_AFTER_MINUTES = 12;

export async function soak(bench: Bench): Promise<Result> {
  const seconds = bench.args.quick ? 60 : 60 * MINUTES;
  const samples = await runSoak(
    { perSecond: PER_SECOND, every: bench.args.quick ? 10 : 120, seconds },
    await freePort(),
    (sample) =>
      bench.say(
        `${sample.pairings} pairings, ${sample.failed} failed, ${sample.heapMegabytes.toFixed(2)} MB`,
      ),
  );
  const last = samples.at(-1)!;
  const level = samples.find(({ minutes }) => minutes >= LEVEL_AFTER_MINUTES) ?? samples[0]!;
  const digits = (value: number) => value.toFixed(2);
  const row = (sample: SoakSample) => [
    sample.minutes.toFixed(1),
    String(sample.pairings),
    String(sample.failed),
    digits(sample.heapMegabytes),
    sample.residentMegabytes.toFixed(0),
    String(sample.entries),
    String(sample.timers),
    `${sample.sockets}, ${sample.rooms}, ${sample.pairs}`,
  ];
  return {
    name: 'soak',
    title: 'What the server keeps of half an hour of pairings',
    notes: [
      `${PER_SECOND} pairings a second from ever new addresses, each with its key exchange. At each look nobody is there: the heap is collected and counted through Node's inspector, with the entries of all maps and sets (slots that rest and the keys of limits stay for ten minutes) and the timers that are set. Sockets, rooms and pairs are the server's own figures.`,
      `From minute ${level.minutes.toFixed(0)} to minute ${last.minutes.toFixed(0)}: heap ${digits(last.heapMegabytes - level.heapMegabytes)} MB, entries ${last.entries - level.entries}, timers ${last.timers - level.timers}, over ${last.pairings - level.pairings} pairings.`,
    ],
    tables: [
      {
        caption: 'Looks',
        header: [
          'minute',
          'pairings',
          'failed',
          'heap, MB',
          'resident, MB',
          'entries',
          'timers',
          'sockets, rooms, pairs',
        ],
        rows: samples.map(row),
      },
    ],
    charts: [],
    data: samples,
  };
}
