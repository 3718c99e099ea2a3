/** The table of networks, in a result and in docs/NETWORKS.md. */
import type { NetworkCase } from '../../testbed/networks/cases.ts';
import type { Table } from '../result.ts';

/** How one case went. */
export interface NetworkRow {
  name: string;
  /** On the page of the sender and of the receiver. */
  ends: Record<'a' | 'b', string>;
  expected: NetworkCase['ends'];
  /** `null`: a page reached no end. */
  seconds: number | null;
}

export function networksTable(rows: readonly NetworkRow[]): Table {
  const quoted = (end: string) => (/^(?:direct|relayed|no end)$/.test(end) ? end : `\`${end}\``);
  return {
    caption: 'Each case once',
    header: ['networks', 'sender’s page', 'receiver’s page', 'seconds'],
    rows: rows.map(({ name, ends, seconds }) => [
      name,
      quoted(ends.a),
      quoted(ends.b),
      seconds?.toFixed(1) ?? '–',
    ]),
  };
}

const BEGIN = '<!-- npm run bench -- networks: begin -->';
const END = '<!-- end -->';

/** @returns the document with the table of this run, its columns aligned, in the place of the older one */
export function withNetworks(document: string, { header, rows }: Table): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END, begin);
  if (begin < 0 || end < 0) throw new Error(`The document has no "${BEGIN}" and "${END}" behind it.`);
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((cells) => cells[column]!.length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const table = [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
  return `${document.slice(0, begin)}${BEGIN}\n\n${table}\n\n${document.slice(end)}`;
}
