/**
 * Kind and unkind paths in the simulator: how far from the limit, how much of our own dropped, what shares.
 */
import { fileURLToPath } from 'node:url';
import { PATH_CASES } from '../../lib/simulation/path-cases.ts';
import type { PathCase, PathFigure } from '../../lib/simulation/path-case.ts';
import { ROOM_CASES } from '../../lib/simulation/room-case.ts';
import { SHARE_CASES } from '../../lib/simulation/share-case.ts';
import type { Bench } from '../bench.ts';
import type { Result } from '../result.ts';
import { spreadOf } from '../statistics.ts';
import { onEveryCore } from '../sweep/on-every-core.ts';
import type { PathsAnswer, PathsTask } from '../sweep/paths-process.ts';

const PROGRAM = fileURLToPath(new URL('../sweep/paths-process.ts', import.meta.url));

export async function paths(bench: Bench): Promise<Result> {
  const { quick, case: wanted } = bench.args;
  const asked = ({ name }: { name: string }): boolean => wanted === undefined || name === wanted;
  const cases = PATH_CASES.filter(asked);
  const shares = SHARE_CASES.filter(asked);
  const rooms = ROOM_CASES.filter(asked);
  if (cases.length + shares.length + rooms.length === 0)
    throw new RangeError(`No path is called "${wanted}".`);
  const tasks: PathsTask[] = [
    // The long ones first, so that no core is idle at the end.
    ...shares.map(({ name }): PathsTask => ({ kind: 'share', name, seed: 1 })),
    ...rooms.map(({ name }): PathsTask => ({ kind: 'room', name, seed: 1 })),
    ...cases.flatMap(({ name, seeds }) =>
      Array.from({ length: quick ? 1 : seeds }, (_, i): PathsTask => ({ kind: 'path', name, seed: i + 1 })),
    ),
  ];
  const answers = await onEveryCore<PathsAnswer>(PROGRAM, tasks, (done) => {
    if (done % 20 === 0) bench.say(`${done} of ${tasks.length} simulations`);
  });
  const answersTo = (name: string): PathsAnswer[] => answers.filter((_, i) => tasks[i]?.name === name);
  const rows = cases.map((one) => pathRow(one, answersTo(one.name)));
  return {
    name: 'paths',
    title: 'Kind and unkind paths in the simulator',
    notes: [
      'The real protocol at both ends, Chromium’s associations as modelled, a virtual clock (`lib/simulation/path-cases.ts`). 5 MB over 20 Mbit/s and a round trip of 60 ms unless said, 200 KB over 100 ms; a queue of 100 ms; pauses of 2.5 s between pictures. ' +
        'Time is from accepted to whole over the limit (`bench/limit.ts`; where the path changes, what it carried). Medians over seeds and pictures, the largest in brackets. *Dropped*: share of the packets given to the link that met a full queue (or the policer). *Sent*: DATA packets for each chunk.',
    ],
    tables: [
      {
        caption: 'Time over limit',
        header: ['path', 'first', 'dropped, %', 'sent', 'later', 'dropped, %', 'sent', 'queue, ms', 'aim'],
        rows,
      },
      {
        caption: 'One queue shared, 20 Mbit/s, 60 ms, 30 s after the first 10',
        header: ['beside', 'ours : the others’, %', 'used, %', 'aim, %'],
        rows: shares.map(({ name, reach }) => {
          const [answer] = answersTo(name);
          const { shares: parts, used } = (answer as Extract<PathsAnswer, { share: unknown }>).share;
          return [
            name,
            parts.map(percent).join(' : '),
            percent(used),
            `${percent(reach[0])}–${percent(reach[1])}`,
          ];
        }),
      },
      {
        caption: 'The sessions of one page, 10 Mbit/s, 20 ms unless said, 8 s after the first 2',
        header: ['receivers', 'each of all, %', 'used, %', 'dropped, %'],
        rows: rooms.map(({ name }) => {
          const [answer] = answersTo(name);
          const { parts, used, dropped } = (answer as Extract<PathsAnswer, { room: unknown }>).room;
          return [
            name,
            parts.map((part) => percent(part / used)).join(' : '),
            percent(used),
            (100 * dropped).toFixed(1),
          ];
        }),
      },
    ],
    charts: [],
    data: tasks.map((task, i) => ({ ...task, ...answers[i] })),
  };
}

function pathRow({ name, changes, reach }: PathCase, answers: readonly PathsAnswer[]): string[] {
  const sessions = answers.map((answer) => ('figures' in answer ? answer.figures : []));
  const first = changes === undefined ? sessions.flatMap((figures) => figures.slice(0, 1)) : [];
  const later = sessions.flatMap((figures) => figures.slice(changes === undefined ? 1 : 0));
  const aims = [
    ...(reach.first === undefined ? [] : [`first ${reach.first}`]),
    ...(reach.later === undefined ? [] : [`later ${reach.later}`]),
    ...(reach.worst === undefined ? [] : [`worst ${reach.worst}`]),
    ...(reach.dropped === undefined ? [] : [`dropped ${percent(reach.dropped)} %`]),
  ];
  return [name, ...cells(first).slice(0, 3), ...cells(later), aims.join(', ')];
}

function cells(figures: readonly PathFigure[]): [string, string, string, string] {
  const ratio = spreadOf(figures.map((figure) => figure.ratio));
  const median = (of: (figure: PathFigure) => number): number => spreadOf(figures.map(of))?.median ?? 0;
  if (ratio === undefined) return ['–', '–', '–', '–'];
  return [
    `${ratio.median.toFixed(2)} (${ratio.max.toFixed(2)})`,
    (100 * median(({ dropped }) => dropped)).toFixed(1),
    median(({ sent }) => sent).toFixed(2),
    median(({ queue }) => queue).toFixed(0),
  ];
}

function percent(share: number): string {
  return (100 * share).toFixed(0);
}
