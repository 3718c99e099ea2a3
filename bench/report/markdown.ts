/** A result as Markdown. */
import type { Machine } from '../machine.ts';
import type { Result, Table } from '../result.ts';

/** When and on what the figures were taken. */
export interface Circumstances {
  date: string;
  machine: Machine;
  /** Load averages over a minute, before and after. */
  loadBefore: number;
  loadAfter: number;
  /** How late the relay delivered on average, ms; `undefined`: it did not take part. */
  relayLateness?: number | undefined;
  minutes: number;
  command: string;
}

export function markdownTable({ header, rows }: Table): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

export function markdownReport(
  result: Result,
  circumstances: Circumstances,
  charts: readonly string[],
): string {
  const { machine, date, loadBefore, loadAfter, relayLateness, minutes, command } = circumstances;
  const versions = [
    `Tessera ${machine.tessera}`,
    ...(machine.chromium === undefined ? [] : [`Chromium ${machine.chromium}`]),
    `Node ${machine.node}`,
  ];
  // Two browsers at work are a load of about two themselves.
  // The simulator's clock is its own.
  const busy =
    machine.chromium !== undefined && (loadBefore > machine.cores || loadAfter > 3 * machine.cores);
  const parts = [
    `# ${result.title}`,
    [
      `${date}, \`${command}\`, ${minutes.toFixed(1)} minutes.`,
      `${machine.processor}, ${machine.cores} cores, ${machine.memoryGigabytes} GB, ${machine.system}; ${versions.join(', ')}.`,
      `Load average ${loadBefore} before, ${loadAfter} after.${relayLateness === undefined ? '' : ` The relay was ${relayLateness.toFixed(2)} ms late on average.`}`,
      ...(busy ? ["**The machine was busy with other work: these times are not the code's.**"] : []),
    ].join('\n'),
    ...result.notes,
    ...charts.map((chart) => `![${result.title}](${chart})`),
    ...result.tables.flatMap((table) => [`## ${table.caption}`, markdownTable(table)]),
  ];
  return `${parts.join('\n\n')}\n`;
}
