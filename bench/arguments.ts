/** The bench's command line: what may be asked of it, and the sentence for what may not. */
import { parseArgs } from 'node:util';

export interface BenchArguments {
  /** A sub-command; `cases` when none is named. */
  command: string;
  quick: boolean;
  /** Only this case of the table. */
  case: string | undefined;
  /** Pictures after the first of a session; the medians are theirs. */
  runs: number;
  baselines: boolean;
  /** A JPEG whose bytes begin every picture, in place of a generated one. */
  photo: string | undefined;
  /** Pictures of an album; `undefined`: the sub-command's own number. */
  count: number | undefined;
  /** Where the results go; `undefined`: `bench/results/`. */
  out: string | undefined;
}

const DEFAULT_RUNS = 5;
const QUICK_RUNS = 2;

/** @throws TypeError for an unknown option, RangeError for a count that is none */
export function benchArguments(args: readonly string[]): BenchArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      case: { type: 'string' },
      runs: { type: 'string' },
      baselines: { type: 'boolean', default: true },
      photo: { type: 'string' },
      count: { type: 'string' },
      out: { type: 'string' },
    },
    allowNegative: true,
  });
  if (positionals.length > 1)
    throw new TypeError(`One sub-command at a time, not ${positionals.join(', ')}.`);
  const runs = values.runs === undefined ? (values.quick ? QUICK_RUNS : DEFAULT_RUNS) : Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new RangeError('--runs takes a whole number from 1.');
  const count = values.count === undefined ? undefined : Number(values.count);
  if (count !== undefined && (!Number.isInteger(count) || count < 2))
    throw new RangeError('--count takes a whole number from 2.');
  return {
    command: positionals[0] ?? 'cases',
    quick: values.quick,
    case: values.case,
    runs,
    baselines: values.baselines,
    photo: values.photo,
    count,
    out: values.out,
  };
}

/** What is written beside a result: all that it was measured with, and not where it went. */
export function commandLine(argv: readonly string[]): string {
  const said = argv.filter((word, at) => !word.startsWith('--out') && argv[at - 1] !== '--out');
  return ['npm run bench', ...(said.length > 0 ? ['--', ...said] : [])].join(' ');
}
