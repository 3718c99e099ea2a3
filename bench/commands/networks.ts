/**
 * Two people in two homes: which networks connect, over which path, and how soon; and where none does, what
 * the pages say. A run that goes to `bench/results/` writes the table of docs/NETWORKS.md anew.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { CASES, visit } from '../../testbed/networks/cases.ts';
import { namespacesMissing } from '../../testbed/networks/namespaces.ts';
import type { Bench } from '../bench.ts';
import { networksTable, withNetworks, type NetworkRow } from '../report/networks-table.ts';
import type { Result } from '../result.ts';

const DOCUMENT = new URL('../../docs/NETWORKS.md', import.meta.url);

export async function networks({ args, problems, say }: Bench): Promise<Result> {
  const missing = namespacesMissing();
  if (missing !== undefined) throw new Error(missing);
  const measured: NetworkRow[] = [];
  for (const { name, ends: expected, ...one } of CASES) {
    const { seconds, ends } = await visit(one).catch((error: unknown) => {
      // A table of the others is worth more than none.
      problems.push(`${name}: ${String(error)}`);
      return { seconds: null, ends: { a: 'no end', b: 'no end' } };
    });
    say(`${name}: ${ends.a}, ${ends.b}, ${seconds?.toFixed(1) ?? '–'} s`);
    measured.push({ name, expected, ends, seconds });
  }
  const table = networksTable(measured);
  if (args.out === undefined) writeFileSync(DOCUMENT, withNetworks(readFileSync(DOCUMENT, 'utf8'), table));
  return {
    name: 'networks',
    title: 'Two homes: from join to connected, or to a sentence that says why not',
    notes: [
      `Network namespaces on one machine (Linux ${release()}), routers of its own packet filter, Chromium in each home, no delay between them. Seconds from the press of "join" until both pages had come to an end.`,
    ],
    tables: [table],
    charts: [],
    data: measured,
  };
}
