/** The records of measurements: written by each run, and read by those that add to one. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { draw } from './report/draw.ts';
import { markdownReport, type Circumstances } from './report/markdown.ts';
import type { Result } from './result.ts';

/** Where results go unless the command line says otherwise. */
export const RESULTS = fileURLToPath(new URL('results/', import.meta.url));

/** A relay that is later than this adds a queue that the code did not make: such figures are not kept. */
const MAX_RELAY_LATENESS_MS = 1;

/**
 * Markdown, JSON and charts beside each other. The last run stays: what was is in the repository's history.
 * @returns the Markdown file; `undefined`: nothing was written, since the relay was late
 */
export async function writeResult(
  folder: string,
  suffix: string,
  result: Result,
  circumstances: Circumstances,
): Promise<string | undefined> {
  const late = (circumstances.relayLateness ?? 0) > MAX_RELAY_LATENESS_MS;
  if (late && result.untimed !== true) return undefined;
  mkdirSync(folder, { recursive: true });
  const base = `${result.name}${suffix}`;
  const charts: string[] = [];
  for (const { name, chart } of result.charts) {
    const file = `${base}${name === '' ? '' : `-${name}`}.svg`;
    writeFileSync(join(folder, file), await draw(chart));
    charts.push(file);
  }
  const markdown = join(folder, `${base}.md`);
  writeFileSync(markdown, markdownReport(result, circumstances, charts));
  const json = { title: result.title, ...circumstances, notes: result.notes, data: result.data };
  writeFileSync(join(folder, `${base}.json`), `${JSON.stringify(json, undefined, 1)}\n`);
  return markdown;
}

/** What earlier runs of a measurement have left in its record, for one that takes several. */
export function recorded<T>(folder: string | undefined, name: string): T[] {
  const file = join(folder ?? RESULTS, `${name}.json`);
  if (!existsSync(file)) return [];
  return (JSON.parse(readFileSync(file, 'utf8')) as { data: T[] }).data;
}
