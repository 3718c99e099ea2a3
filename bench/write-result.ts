import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { draw } from './report/draw.ts';
import { markdownReport, type Circumstances } from './report/markdown.ts';
import type { Result } from './result.ts';

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
  if ((circumstances.relayLateness ?? 0) > MAX_RELAY_LATENESS_MS) return undefined;
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
