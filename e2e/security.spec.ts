/**
 * The pages against injection and against a hostile sender, in a real browser, with the policy and without
 * it.
 */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { cleanFileName } from '../lib/image/file-name.ts';
import { hostileFiles } from './support/hostile-files.ts';
import { expect, test } from './support/app.ts';
import { cross, meet, ReceiverRoom, SenderRoom } from './support/rooms.ts';
import { zipNames } from './support/zip-entries.ts';
import { LONG } from './support/long.ts';

declare global {
  interface Window {
    violations: string[];
    /** Set by what must never run. */
    ran?: string;
  }
}

/** Runs in each page before its own scripts. */
function watchViolations(): void {
  window.violations = [];
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) => {
    window.violations.push(`${violatedDirective} ${blockedURI} ${sample}`);
  });
}

const violations = (page: Page) => page.evaluate(() => window.violations);

/** Every way in which text of a stranger becomes a script when a page is careless. */
async function inject(page: Page): Promise<void> {
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = "window.ran = 'inline script'";
    document.body.append(script);
    const box = document.createElement('div');
    box.innerHTML = `<img src="data:," onerror="window.ran = 'handler'"><a id="trap" href="javascript:void (window.ran = 'link')">x</a>`;
    document.body.append(box);
    document.querySelector<HTMLAnchorElement>('#trap')?.click();
  });
  await page.waitForTimeout(500);
}

test('nothing that the pages do offends their policy, during a whole transfer and on every page', async ({
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  for (const { page } of [sender, receiver]) await page.addInitScript(watchViolations);
  await meet(rooms, server.url);
  await cross(rooms, pictures.small);
  for (const { page } of [sender, receiver]) expect(await violations(page)).toEqual([]);
  for (const path of ['/', '/lab/', '/send/', '/receive/', '/no-such-page']) {
    const answer = await sender.page.goto(`${server.url}${path}`);
    const policy = answer?.headers()['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|\*/);
    await expect(sender.page.locator('h1').first()).toBeVisible();
    expect(await violations(sender.page), path).toEqual([]);
  }
});

test('an injected script does not run on any page; without the policy it would', async ({ server, pair }) => {
  const context = await pair.senderBrowser.newContext();
  const page = await context.newPage();
  await page.addInitScript(watchViolations);
  for (const path of ['/', '/send/', '/receive/']) {
    await page.goto(`${server.url}${path}`);
    await inject(page);
    expect(await page.evaluate(() => window.ran)).toBeUndefined();
    expect((await violations(page)).join('\n')).toContain('script-src');
  }
  await context.close();

  const bare = await pair.senderBrowser.newContext({ bypassCSP: true });
  const careless = await bare.newPage();
  await careless.goto(`${server.url}/receive/`);
  await inject(careless);
  expect(await careless.evaluate(() => window.ran)).toBeDefined();
  await bare.close();
});

// What holds without the policy holds with it: both in the long run.
for (const policy of LONG ? (['with', 'without'] as const) : (['without'] as const)) {
  test(`[P-107] hundreds of hostile names and files run nothing ${policy} the policy, and are saved under safe names`, async ({
    server,
    pair,
  }) => {
    const contexts = await Promise.all([
      pair.context('sender', { bypassCSP: policy === 'without' }),
      pair.context('receiver', { bypassCSP: policy === 'without' }),
    ]);
    const asked: string[] = [];
    const pages: Page[] = [];
    for (const context of contexts) {
      // A dialog of the browser's own that no test can answer; without it files are downloaded.
      await context.addInitScript(() => Reflect.deleteProperty(window, 'showSaveFilePicker'));
      context.on('request', (request) => void asked.push(request.url()));
      const page = await context.newPage();
      page.on('dialog', (dialog) => {
        asked.push(`dialog ${dialog.message()}`);
        void dialog.dismiss();
      });
      pages.push(page);
    }
    const sender = new SenderRoom(pages[0]!);
    const receiver = new ReceiverRoom(pages[1]!);
    await meet({ sender, receiver }, server.url);
    await receiver.page.getByTestId('accept-all').check();

    const files = hostileFiles();
    expect(files.length).toBeGreaterThanOrEqual(300);
    await sender.pick(...files);
    // Of so many only the cards near the window are drawn.
    await expect(receiver.page.getByTestId('totals')).toHaveAttribute('data-done', String(files.length), {
      timeout: 200_000,
    });

    const saving = receiver.page.waitForEvent('download');
    await receiver.page.getByTestId('save-zip').click();
    const names = zipNames(await readFile(await (await saving).path()));
    expect(names.length).toBe(files.length);
    for (const name of names) {
      // A path is folders and a name (P-113), each of them safe.
      for (const part of name.split('/')) expect(part).not.toMatch(/[/\\:*?"<>|\p{Cc}\p{Cf}]|^\.|^$|\.$/u);
      expect(name).not.toMatch(/\.(?:exe|scr|html?|xhtml|svg|js|hta|lnk|bat|xml|desktop)(?:\.|$)/i);
      // What cleaning makes, it leaves alone, but for the number that distinguishes namesakes.
      const own = name.slice(name.lastIndexOf('/') + 1);
      const plain = own.replace(/ \(\d+\)(?=(?:\.[^.]*)?$)/, '');
      expect(cleanFileName(plain, '')).toBe(plain);
    }
    for (const page of pages) expect(await page.evaluate(() => window.ran)).toBeUndefined();
    expect(asked.filter((url) => /ran|dialog/.test(url))).toEqual([]);
    for (const context of contexts) await context.close();
  });
}
