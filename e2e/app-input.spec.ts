/**
 * Every way of getting pictures in, and the page without a network. No second browser is needed for any of
 * it.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './support/app.ts';
import type { Picture } from './support/pictures.ts';

async function names(page: Page): Promise<string[]> {
  const found = await page
    .getByTestId('transfer')
    .evaluateAll((cards) => cards.map((card) => String(card.getAttribute('data-name'))));
  return found.toSorted((a, b) => a.localeCompare(b));
}

test('where the browser forbids the dialog that gives handles, the input’s own opens, and the next press goes straight there', async ({
  server,
  sender: page,
  pictures,
}) => {
  await page.addInitScript(() => {
    const asked: number[] = [];
    const showOpenFilePicker = (): Promise<never> => {
      asked.push(1);
      return Promise.reject(new DOMException('not in this frame', 'SecurityError'));
    };
    Object.assign(window, { showOpenFilePicker, asked });
  });
  await page.goto(`${server.url}/send/`);
  for (const name of ['first.jpg', 'second.jpg']) {
    const choosing = page.waitForEvent('filechooser');
    await page.getByTestId('file-input').locator('..').click();
    await (await choosing).setFiles({ ...pictures.small, name });
  }
  await expect.poll(() => names(page)).toEqual(['first.jpg', 'second.jpg']);
  expect(await page.evaluate(() => (window as unknown as { asked: number[] }).asked.length)).toBe(1);
});

test('pictures come in by dialog, folder, drop and paste', async ({ server, sender: page, pictures }) => {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-input-'));
  try {
    mkdirSync(join(folder, 'deeper'));
    writeFileSync(join(folder, 'in-folder.jpg'), pictures.small.buffer);
    writeFileSync(join(folder, 'notes.txt'), 'no picture');
    writeFileSync(join(folder, 'film.mov'), 'no picture');
    writeFileSync(join(folder, '.DS_Store'), 'of the system');
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
      .toEqual([
        'below.jpg',
        'dropped.jpg',
        'film.mov',
        'in-folder.jpg',
        'notes.txt',
        'pasted.jpg',
        'picked.jpg',
      ]);
    // Looked at and drawn small, not only listed.
    await expect(page.locator('[data-testid=preview][data-stage=preview]')).toHaveCount(5);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('text that is pasted into a field stays text, with a picture beside it too', async ({
  server,
  sender: page,
  pictures,
}) => {
  await page.goto(`${server.url}/send/`);
  const taken = await page.evaluate((base64) => {
    const data = new DataTransfer();
    const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    data.items.add(new File([content], 'passage.jpg', { type: 'image/jpeg' }));
    data.setData('text/plain', 'Ada');
    const event = new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: data });
    document.querySelector('form input')!.dispatchEvent(event);
    return event.defaultPrevented;
  }, pictures.small.buffer.toString('base64'));
  expect(taken).toBe(false);
  await expect(page.getByTestId('transfer')).toHaveCount(0);
});

/**
 * Posts pictures to the manifest's address from a page at `from`; the share sheet's own request has no page
 * behind it.
 */
async function share(page: Page, from: string, server: string, files: readonly Picture[]): Promise<void> {
  await page.goto(from);
  await page.setContent(
    `<form method="post" enctype="multipart/form-data" action="${server}/send/share"><input type="file" name="pictures" multiple><button>go</button></form>`,
  );
  await page.locator('input').setInputFiles([...files]);
  await page.locator('button').click();
}

test('a gallery shares pictures to the installed page, which asks, adds to an open room, and opens without a network', async ({
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
  const shared = (name: string) => ({ ...pictures.small, name });

  // Another site's form, and one of our own pages that was led astray, name themselves: nothing is taken.
  await share(page, server.url.replace('localhost', '127.0.0.1'), server.url, [shared('planted.jpg')]);
  await expect(page.getByTestId('file-input')).toBeAttached();
  await expect(page.getByTestId('shared')).toHaveCount(0);

  // As the share sheet does it, with an opaque origin and no referrer.
  const sheet = 'data:text/html,shared';
  await share(page, sheet, server.url, [shared('shared-1.jpg'), { ...pictures.png, name: 'shared-2.png' }]);
  await expect(page.getByTestId('shared')).toContainText('2');
  expect(await names(page)).toEqual([]);
  await page.getByTestId('add-shared').click();
  await expect.poll(() => names(page)).toEqual(['shared-1.jpg', 'shared-2.png']);
  expect(new URL(page.url()).search).toBe('');

  // With a room open the pictures join it, two shares together, and the room stays.
  await page.getByTestId('open-room').click();
  const code = await page.getByTestId('room-code').textContent();
  const other = await context.newPage();
  await share(other, sheet, server.url, [shared('shared-3.jpg')]);
  await expect(page.getByTestId('shared')).toContainText('1');
  await share(other, sheet, server.url, [shared('shared-4.jpg')]);
  await expect(page.getByTestId('shared')).toContainText('2');
  await page.getByTestId('add-shared').click();
  await expect
    .poll(() => names(page))
    .toEqual(['shared-1.jpg', 'shared-2.png', 'shared-3.jpg', 'shared-4.jpg']);
  await expect(page.getByTestId('room-code')).toHaveText(code!);
  await other.close();

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
