/** Chromium through Playwright, whose pipe crosses the border of a network namespace. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import type { Visitor } from './visitor.ts';

/** Written in the page before its own scripts. */
export interface LaunchChromium {
  executablePath: string;
  args?: readonly string[];
  script?: string;
}

export async function visitWithChromium({ executablePath, args, script }: LaunchChromium): Promise<Visitor> {
  const downloads = mkdtempSync(join(tmpdir(), 'tessera-downloads-'));
  const browser = await chromium.launch({
    executablePath,
    downloadsPath: downloads,
    args: [
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // Both pages must run at full speed although at most one can have the focus.
      '--disable-background-timer-throttling',
      '--disable-backgrounding-occluded-windows',
      '--disable-renderer-backgrounding',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...(args ?? []),
    ],
  });
  const page = await browser.newPage({ acceptDownloads: true });
  if (script !== undefined) await page.addInitScript({ content: script });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('download', (download) => {
    void download.saveAs(join(downloads, download.suggestedFilename()));
  });
  return {
    browser: `Chromium ${browser.version()}`,
    errors,
    downloads,
    goto: async (url) => void (await page.goto(url)),
    reload: async () => void (await page.reload()),
    evaluate: (expression) => page.evaluate(expression),
    choose: (testid, files) => page.getByTestId(testid).setInputFiles([...files]),
    screenshot: () => page.screenshot(),
    close: async () => {
      await browser.close();
      rmSync(downloads, { recursive: true, force: true });
    },
  };
}
