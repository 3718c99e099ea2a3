/** People who pair while a node is killed, one is drained and Redis is frozen. */
import type { Bench } from '../bench.ts';
import type { Result } from '../result.ts';
import { percentile } from '../../testbed/load/people.ts';
import { runChaos } from '../../testbed/chaos/chaos.ts';

const PAIRINGS = 1000;
const PER_SECOND = 12;
const FROZEN_SECONDS = 10;
/** Within this a person still waits. */
const LIMIT_MS = 15_000;

export async function chaos(bench: Bench): Promise<Result> {
  const result = await runChaos({
    pairings: bench.args.quick ? PAIRINGS / 10 : PAIRINGS,
    rate: bench.args.quick ? PER_SECOND / 3 : PER_SECOND,
    frozenSeconds: FROZEN_SECONDS,
    outlast: !bench.args.quick,
    say: bench.say,
  });
  const { pairings, letIn, acceptedAgain, left, leaked, immortal, events } = result;
  const times = pairings.map(({ milliseconds }) => milliseconds ?? Infinity);
  const seconds = (share: number): string => ((percentile(times, share) ?? 0) / 1000).toFixed(2);
  const within = times.filter((time) => time <= LIMIT_MS).length;
  const said = new Map<string, number>();
  for (const problem of pairings.flatMap(({ problems }) => problems.map(({ what }) => what)))
    said.set(problem, (said.get(problem) ?? 0) + 1);
  return {
    name: 'chaos',
    title: 'Pairings while nodes and Redis fail',
    notes: [
      `Three nodes, each a process, over one Redis, behind a balancer that hands each connection to the next node that lives. ${times.length} pairings of two pages each: the pages' own connector with its key exchange, only WebRTC is in memory. When a page says that it failed, its person reads for half a second and does what the sentence says.`,
      `What happened: ${events.map(({ at, what }) => `${at.toFixed(0)} s, ${what}`).join('; ')}.`,
      `Beside them once a second a room that six others join at once at all nodes, and afterwards each used code is tried once more.`,
    ],
    tables: [
      {
        caption: 'Pairings',
        header: [
          'pairings',
          'within 15 s',
          'median, s',
          'p95, s',
          'p99, s',
          'longest, s',
          'with a second code',
        ],
        rows: [
          [
            String(times.length),
            `${within} (${((100 * within) / times.length).toFixed(2)} %)`,
            seconds(0.5),
            seconds(0.95),
            seconds(0.99),
            seconds(1),
            String(pairings.filter(({ codes }) => codes > 1).length),
          ],
        ],
      },
      {
        caption: 'Codes and keys',
        header: [
          'contested rooms',
          'guests let in, most',
          'used codes accepted again',
          'keys of rooms left after 2 s',
          'after their time',
          'keys without an end',
        ],
        rows: [
          [
            String(letIn.length),
            String(Math.max(0, ...letIn)),
            String(acceptedAgain),
            left.keys === 0 ? '0' : `${left.keys}, their time ${left.untilSeconds} s`,
            String(leaked),
            String(immortal.length),
          ],
        ],
      },
      {
        caption: 'What pages said on the way',
        header: ['page and problem', 'times'],
        rows: [...said].map(([problem, count]) => [problem, String(count)]),
      },
    ],
    charts: [],
    data: result,
  };
}
