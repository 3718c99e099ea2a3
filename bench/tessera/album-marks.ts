/** When each of many pictures began and was complete, by the marks of the receiver's page. */
import type { Page } from '@playwright/test';

export interface AlbumMark {
  kind: 'began' | 'complete';
  name: string;
  /** Milliseconds of the page's clock. */
  at: number;
}

/** Resolves once this many more are complete; `false`: one failed. */
export function albumDone(page: Page, count: number): Promise<boolean> {
  return page.evaluate(
    (count) =>
      new Promise<boolean>((resolve) => {
        let left = count;
        new PerformanceObserver((list) => {
          left -= list.getEntriesByName('tessera:complete').length;
          if (left <= 0) resolve(true);
        }).observe({ type: 'mark' });
        setInterval(() => {
          if (document.querySelector('[data-testid=transfer][data-state=failed]')) resolve(false);
        }, 1000);
      }),
    count,
  );
}

export function albumMarks(page: Page): Promise<AlbumMark[]> {
  return page.evaluate(() =>
    (performance.getEntriesByType('mark') as PerformanceMark[]).flatMap((mark) => {
      const kind = mark.name.replace('tessera:', '');
      if (kind !== 'began' && kind !== 'complete') return [];
      return [{ kind, name: (mark.detail as { name: string }).name, at: mark.startTime } as const];
    }),
  );
}

/**
 * Milliseconds in which nothing of any picture was on its way, between the end of one and the first chunk of
 * the next one, in the order in which they began; 0 where the next began before the one was complete.
 */
export function gapsBetween(marks: readonly AlbumMark[]): number[] {
  const began = marks.filter(({ kind }) => kind === 'began').toSorted((a, b) => a.at - b.at);
  const complete = new Map(marks.filter(({ kind }) => kind === 'complete').map(({ name, at }) => [name, at]));
  let end = -Infinity;
  return began.flatMap(({ name, at }) => {
    const gap = Math.max(0, at - end);
    // Later ones can be complete before earlier ones.
    end = Math.max(end, complete.get(name) ?? Infinity);
    return Number.isFinite(gap) ? [gap] : [];
  });
}
