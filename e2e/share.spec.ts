/**
 * Saving in an app on an iPhone's home screen, by what is documented of it (docs/BROWSERS.md): the page is
 * made to look like one, and its share sheet writes down what it is given.
 */
import type { Page } from '@playwright/test';
import { expect, test } from './support/app.ts';
import { sha256, unlike } from './support/pictures.ts';
import { meet } from './support/rooms.ts';

interface Sheet {
  /** What each call of `navigator.share` was given. */
  shared: { name: string; sha256: string }[][];
  /** How the next calls end, first one first; then as a person who shares. */
  refuse: string[];
}

async function onAHomeScreen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const sheet: Sheet = { shared: [], refuse: [] };
    Object.assign(globalThis, { sheet });
    const hex = async (file: File) =>
      [...new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()))]
        .map((byte) => byte.toString(16).padStart(2, '0'))
        .join('');
    Object.defineProperties(navigator, {
      standalone: { value: true },
      canShare: { value: () => true },
      share: {
        value: async ({ files = [] }: ShareData) => {
          const name = sheet.refuse.shift();
          if (name !== undefined) throw new DOMException('', name);
          sheet.shared.push(
            await Promise.all(files.map(async (file) => ({ name: file.name, sha256: await hex(file) }))),
          );
        },
      },
    });
    // No picker, as in Safari; and a touch screen.
    Object.assign(globalThis, { showSaveFilePicker: undefined, showDirectoryPicker: undefined });
    const match = globalThis.matchMedia.bind(globalThis);
    globalThis.matchMedia = (query) => match(query === '(pointer: coarse)' ? 'all' : query);
  });
}

test('on a home screen pictures are saved by the share sheet, also when a press is over before they are made', async ({
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  const { page } = receiver;
  await onAHomeScreen(page);
  const downloads: string[] = [];
  page.on('download', (download) => downloads.push(download.suggestedFilename()));
  await meet(rooms, server.url);
  const both = [unlike(pictures.photo, 'one.jpg'), unlike(pictures.photo, 'two.jpg')];
  for (const picture of both) {
    await sender.pick(picture);
    await receiver.accept(picture.name);
    await receiver.state(picture.name, 'done');
  }
  const expected = both.map(({ name, buffer }) => ({ name, sha256: sha256(buffer) }));
  const sheet = () => page.evaluate(() => (globalThis as unknown as { sheet: Sheet }).sheet.shared);
  const refuse = (...names: string[]) =>
    page.evaluate((all) => (globalThis as unknown as { sheet: Sheet }).sheet.refuse.push(...all), names);

  await refuse('AbortError');
  await receiver.handle('one.jpg', 'download').click();
  await expect.poll(() => refuse()).toBe(0);
  await receiver.handle('one.jpg', 'download').click();
  await expect.poll(sheet).toEqual([[expected[0]]]);

  await refuse('NotAllowedError');
  await page.getByTestId('share-all').click();
  await page.getByTestId('share-now').click();
  await expect.poll(sheet).toEqual([[expected[0]], expected]);
  await expect(page.getByTestId('share-now')).toHaveCount(0);

  await page.getByTestId('save-zip').click();
  await expect.poll(async () => (await sheet()).at(-1)?.map(({ name }) => name)).toEqual(['tessera.zip']);
  expect(downloads).toEqual([]);
});
