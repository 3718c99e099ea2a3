/**
 * Two people in two homes: which networks connect, over which path, and how soon; and where none does, what
 * the pages say.
 */
import { release } from 'node:os';
import { CASES, visit } from '../../testbed/networks/cases.ts';
import { namespacesMissing } from '../../testbed/networks/namespaces.ts';
import type { Bench } from '../bench.ts';
import type { Result } from '../result.ts';

export async function networks({ say }: Bench): Promise<Result> {
  const missing = namespacesMissing();
  if (missing !== undefined) throw new Error(missing);
  const measured = [];
  for (const { name, ends: expected, ...one } of CASES) {
    const { seconds, ends } = await visit(one).catch((error: unknown) => {
      // A table of the others is worth more than none.
      say(`${name}: ${String(error)}`);
      return { seconds: Infinity, ends: { a: 'no end', b: 'no end' } };
    });
    say(`${name}: ${ends.a}, ${ends.b}, ${seconds.toFixed(1)} s`);
    measured.push({ name, expected, ends, seconds });
  }
  return {
    name: 'networks',
    title: 'Two homes: from join to connected, or to a sentence that says why not',
    notes: [
      `Network namespaces on one machine (Linux ${release()}), routers of its own packet filter, Chromium in each home, no delay between them. Seconds from the press of "join" until both pages had come to an end.`,
    ],
    tables: [
      {
        caption: 'Each case once',
        header: ['networks', 'sender’s page', 'receiver’s page', 'seconds'],
        rows: measured.map(({ name, ends, seconds }) => [name, ends.a, ends.b, seconds.toFixed(1)]),
      },
    ],
    charts: [],
    data: measured,
  };
}
