/** Every way of getting pictures in, and the page without a network. No second browser is needed for any of it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './support/app.ts';

async function names(page: Page): Promise<string[]> {
  const found = await page
    .getByTestId('transfer')
    .evaluateAll((cards) => cards.map((card) => String(card.getAttribute('data-name'))));
  return found.toSorted((a, b) => a.localeCompare(b));
}

test('pictures come in by dialog, folder, drop and paste', async ({ server, sender: page, pictures }) => {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-input-'));
  try {
    mkdirSync(join(folder, 'deeper'));
    writeFileSync(join(folder, 'in-folder.jpg'), pictures.small.buffer);
    writeFileSync(join(folder, 'notes.txt'), 'no picture');
    writeFileSync(join(folder, 'deeper', 'below.jpg'), pictures.small.buffer);
    await page.goto(`${server.url}/send/`);
    await page.getByTestId('file-input').setInputFiles({ ...pictures.small, name: 'picked.jpg' });
    await page.locator('input[webkitdirectory]').setInputFiles(folder);
    const bytes = pictures.small.buffer.toString('base64');
    await page.evaluate((base64) => {
      const given = (name: string): DataTransfer => {
        const data = new DataTransfer();
        const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        data.items.add(new File([content], name, { type: 'image/jpeg' }));
        return data;
      };
      const dropped = given('dropped.jpg');
      document.body.dispatchEvent(new DragEvent('dragover', { bubbles: true, dataTransfer: dropped }));
      document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, dataTransfer: dropped }));
      document.body.dispatchEvent(
        new ClipboardEvent('paste', { bubbles: true, clipboardData: given('pasted.jpg') }),
      );
    }, bytes);
    await expect
      .poll(() => names(page))
      .toEqual(['below.jpg', 'dropped.jpg', 'in-folder.jpg', 'pasted.jpg', 'picked.jpg']);
    // Looked at and drawn small, not only listed.
    await expect(page.locator('[data-testid=preview][data-stage=preview]')).toHaveCount(5);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a gallery shares pictures to the installed page, which also opens without a network', async ({
  server,
  pair,
  pictures,
}) => {
  // A share sheet is no form of the page's: its policy has no say.
  const context = await pair.senderBrowser.newContext({ bypassCSP: true });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(`${server.url}/send/`);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller)
      await new Promise((taken) => navigator.serviceWorker.addEventListener('controllerchange', taken));
  });
  // As the share sheet does it: a form that is posted to the manifest's address.
  await page.setContent(
    '<form method="post" enctype="multipart/form-data" action="/send/share"><input type="file" name="pictures" multiple><button>go</button></form>',
  );
  await page.locator('input').setInputFiles([
    { ...pictures.small, name: 'shared-1.jpg' },
    { ...pictures.png, name: 'shared-2.png' },
  ]);
  await page.locator('button').click();
  await expect.poll(() => names(page)).toEqual(['shared-1.jpg', 'shared-2.png']);
  expect(new URL(page.url()).search).toBe('');

  await context.setOffline(true);
  for (const path of ['/', '/send/', '/receive/']) {
    await page.goto(server.url + path);
    await expect(page.locator('main h1')).toBeVisible();
  }
  await page.getByTestId('code-input').fill('42-acorn-tulip');
  await context.close();
});

test('on a phone the camera is one of the ways', async ({ server, pair }) => {
  const context = await pair.senderBrowser.newContext({
    isMobile: true,
    hasTouch: true,
    viewport: { width: 360, height: 740 },
  });
  const page = await context.newPage();
  await page.goto(`${server.url}/send/`);
  await expect(page.locator('label', { has: page.locator('input[capture=environment]') })).toBeVisible();
  await context.close();
});
