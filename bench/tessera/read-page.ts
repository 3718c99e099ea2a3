/** What the bench reads off the pages: User Timing marks, the closing report, the long tasks. */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import type { Figures } from '../../lib/session/model.ts';

interface LongTask {
  startTime: number;
  duration: number;
}

declare global {
  /** Filled by the stage's script. */
  var longTasks: LongTask[];
}

/**
 * Resolves at the picture's `tessera:complete`; `false`: the page gave it up. The mark is waited for, not
 * asked for again and again, which would cost the page time.
 */
export function whenDone(page: Page, name: string): Promise<boolean> {
  return page.evaluate(
    (name) =>
      new Promise<boolean>((resolve) => {
        new PerformanceObserver((list) => {
          const marks = list.getEntriesByName('tessera:complete') as PerformanceMark[];
          if (marks.some((mark) => (mark.detail as { name: string }).name === name)) resolve(true);
        }).observe({ type: 'mark', buffered: true });
        // Seldom: it looks through the whole page.
        setInterval(() => {
          const card = document.querySelector(`[data-testid=transfer][data-name="${name}"]`);
          if (card?.getAttribute('data-state') === 'failed') resolve(false);
        }, 5000);
      }),
    name,
  );
}

type Marks = Partial<Record<'accepted' | 'preview' | 'began' | 'first-picture' | 'complete', number>>;

/** Milliseconds of the page's clock. */
export async function marksOf(page: Page, name: string): Promise<Marks> {
  const marks = await page.evaluate(
    (name) =>
      (performance.getEntriesByType('mark') as PerformanceMark[])
        .filter(
          (mark) =>
            mark.name.startsWith('tessera:') && (mark.detail as { name?: string } | null)?.name === name,
        )
        .map((mark) => [mark.name.slice('tessera:'.length), mark.startTime] as const),
    name,
  );
  return Object.fromEntries(marks) as Marks;
}

/** Downloads the report as a person would, and gives its figures. */
export async function closingReport(page: Page, card: Locator): Promise<Figures> {
  const report = card.getByTestId('report');
  await report.locator('details').evaluate((details) => {
    (details as HTMLDetailsElement).open = true;
  });
  const [download] = await Promise.all([page.waitForEvent('download'), report.locator('button').click()]);
  const json = JSON.parse(await readFile(await download.path(), 'utf8')) as {
    verified: boolean;
    figures: Figures;
  };
  if (!json.verified) throw new Error('the report does not say that the picture is verified');
  return json.figures;
}

/** The longest task that began at `from` or later (the page's clock, ms), and forgets all. */
export function longestTask(page: Page, from: number): Promise<number> {
  return page.evaluate(
    (from) =>
      Math.round(
        longTasks
          .splice(0)
          .filter(({ startTime }) => startTime >= from)
          .reduce((longest, { duration }) => Math.max(longest, duration), 0),
      ),
    from,
  );
}
