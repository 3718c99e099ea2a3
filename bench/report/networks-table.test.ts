import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CASES } from '../../testbed/networks/cases.ts';
import { networksTable, withNetworks, type NetworkRow } from './networks-table.ts';

test('a run’s table takes the place of the older one, and nothing else changes', () => {
  const ends = { a: 'direct', b: 'direct' } as const;
  const table = (...rows: [string, number | null][]) =>
    networksTable(rows.map(([name, seconds]) => ({ name, ends, expected: ends, seconds })));
  const document =
    'Above.\n\n<!-- npm run bench -- networks: begin -->\n\nold\n\n<!-- end -->\n\nBelow. <!-- end -->\n';
  const first = withNetworks(document, table(['two homes', 0.94], ['no way', null]));
  expect(first).toContain('| two homes | direct        | direct          | 0.9     |\n');
  expect(first).toContain('| no way    | direct        | direct          | –       |\n');
  expect(first).not.toContain('old');
  expect(first.startsWith('Above.\n\n<!--')).toBe(true);
  expect(first.endsWith('<!-- end -->\n\nBelow. <!-- end -->\n')).toBe(true);
  expect(withNetworks(first, table(['two homes', 0.94], ['no way', null]))).toBe(first);
  expect(() => withNetworks('nothing here', table())).toThrow(/has no/);
});

test('docs/NETWORKS.md has the table of the recorded run, each case of the test bed is in it and went as it should', () => {
  const { data } = JSON.parse(readFileSync('bench/results/networks.json', 'utf8')) as { data: NetworkRow[] };
  const document = readFileSync('docs/NETWORKS.md', 'utf8');
  expect(withNetworks(document, networksTable(data))).toBe(document);
  expect(data.map(({ name, ends }) => [name, ends])).toEqual(CASES.map(({ name, ends }) => [name, ends]));
});
