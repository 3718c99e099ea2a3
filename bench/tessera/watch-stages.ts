/**
 * Notes what the receiver's page shows of each picture, and when: runs in the page before its own scripts,
 * and must be self-contained.
 */
import type { Page } from '@playwright/test';

export interface StageChange {
  name: string;
  stage: string;
  /** Milliseconds of the page's clock, once it is painted. */
  at: number;
}

declare global {
  /** Filled by the script below. */
  var stageChanges: StageChange[];
}

function watch(): void {
  globalThis.stageChanges = [];
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const box = target as HTMLElement;
      const stage = box.dataset?.stage;
      const name = box.closest<HTMLElement>('[data-testid=transfer]')?.dataset.name;
      if (stage === undefined || name === undefined) continue;
      // The first frame callback runs before that paint, the second one after it.
      requestAnimationFrame(() => {
        requestAnimationFrame(() => void stageChanges.push({ name, stage, at: performance.now() }));
      });
    }
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-stage'] });
}

export const WATCH_STAGES = `(${watch.toString()})()`;

/**
 * Seconds after `accepted` (the page's clock, ms) at which the preview, or something better than it, was
 * first painted.
 */
export async function previewAfter(page: Page, name: string, accepted: number): Promise<number | undefined> {
  const changes = await page.evaluate(() => stageChanges);
  const first = changes.find((change) => change.name === name && change.stage !== 'thumb');
  return first && (first.at - accepted) / 1000;
}
