/**
 * How the pages look in each state without motion: light on a desktop, dark on a phone. Everywhere axe finds
 * nothing, nothing is wider than the window, and each control has a name of its own; where the browser draws
 * letters as the one did that took the recorded pictures, the pictures are compared too. To record them anew:
 * `TESSERA_LONG=1 npx playwright test e2e/looks.spec.ts --update-snapshots=all`.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, expect, test, type Browser, type Page } from '@playwright/test';
import { letterPrint } from './looks/letter-print.ts';
import { serveLooks, type Looks } from './looks/serve-looks.ts';
import { DESKTOP, looks, PHONE } from './looks/states.ts';
import { axeViolations } from './support/axe.ts';
import { controlNames, twice } from './support/control-names.ts';
import { LONG } from './support/long.ts';

const PRINT = fileURLToPath(new URL('looks/letter-print.txt', import.meta.url));
/** What another rounding at an edge may change. A few words that are others may hide below it. */
const MAX_CHANGED = 0.004;

let served: Looks;
let browser: Browser;
let sameLetters = false;

// oxlint-disable-next-line no-empty-pattern -- Playwright reads a fixture's needs from this pattern
test.beforeAll(async ({}, testInfo) => {
  served = await serveLooks();
  browser = await chromium.launch({
    ...(existsSync('/usr/bin/chromium') ? { executablePath: '/usr/bin/chromium' } : {}),
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
  });
  const page = await browser.newPage();
  await page.goto(`${served.url}/?page=home`);
  const print = `${browser.version().split('.')[0]} ${await letterPrint(page)}\n`;
  await page.close();
  const recording =
    testInfo.config.updateSnapshots === 'all' || testInfo.config.updateSnapshots === 'changed';
  if (recording) writeFileSync(PRINT, print);
  sameLetters = existsSync(PRINT) && readFileSync(PRINT, 'utf8') === print;
  if (!sameLetters)
    console.log(
      '      This browser draws letters unlike the one that took the pictures: they are not compared.',
    );
});

test.afterAll(async () => {
  await browser.close();
  await served.close();
});

const views = [
  { name: 'light-desktop', colorScheme: 'light', viewport: DESKTOP },
  { name: 'dark-phone', colorScheme: 'dark', viewport: PHONE },
] as const;

for (const [v, view] of views.entries()) {
  for (const [l, look] of looks.entries()) {
    // An ordinary run takes each state in one of the views, in turn.
    if (!LONG && l % views.length !== v) continue;
    test(`${look.name} looks as it did, and each control has a name of its own, ${view.name}`, async () => {
      // One page of one browser: what is not laid out by then never will be.
      test.setTimeout(30_000);
      const context = await browser.newContext({
        colorScheme: view.colorScheme,
        viewport: view.viewport,
        locale: 'en-GB',
        timezoneId: 'UTC',
        reducedMotion: 'reduce',
        bypassCSP: true,
      });
      const page = await context.newPage();
      const errors: string[] = [];
      page.on('pageerror', ({ message }) => errors.push(message));
      await page.goto(`${served.url}/?page=${look.page}&state=${look.state ?? ''}`);
      await page.locator('main h1').waitFor();
      await look.act?.(page);
      await settled(page);
      expect(await widerThanWindow(page)).toEqual([]);
      expect(await axeViolations(page)).toEqual([]);
      expect(errors).toEqual([]);
      if (sameLetters && look.kept !== false)
        await expect(page).toHaveScreenshot(`${look.name}-${view.name}.png`, {
          maxDiffPixelRatio: MAX_CHANGED,
        });
      // In an album and in the settings there would be too many.
      await expectDistinctNames(page, look.state !== 'album' && look.name !== 'settings');
      await context.close();
    });
  }
}

/** No two controls have the same name, and none has none. */
async function expectDistinctNames(page: Page, unfold: boolean): Promise<void> {
  // What the network did, its log and its report with it.
  const more = page.locator('details:not([open]) > summary');
  if (unfold) while ((await more.count()) > 0) await more.first().click();
  const names = await controlNames(page);
  // The shell leads to the same pages from its head and its foot.
  const inside = names.filter((name) => !name.startsWith('link'));
  expect(names.length).toBeGreaterThan(5);
  expect(twice(inside)).toEqual([]);
  expect(names.filter((name) => name.endsWith('""'))).toEqual([]);
}

/** Pictures are decoded, and React and the chunk map have nothing left to draw. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)));
    for (let frame = 0; frame < 20; frame++) await new Promise((next) => requestAnimationFrame(next));
  });
}

/** What sticks out to the side: a page that scrolls sideways on a phone. */
function widerThanWindow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.body.querySelectorAll('*')]
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
      .map((element) => `${element.tagName} ${element.className}`)
      .slice(0, 5);
  });
}
