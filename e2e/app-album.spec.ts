/** Many pictures at once: refused, called off, sent again, looked at, and saved in every way there is. */
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession, Page } from '@playwright/test';
import { expect, test } from './support/app.ts';
import { sha256, type Picture, unlike } from './support/pictures.ts';
import { meet, ReceiverRoom, SenderRoom } from './support/rooms.ts';
import { zipEntries } from './support/zip-entries.ts';

/** Of the files on disk: what the zip has to keep. */
const TAKEN = new Date('2019-05-04T10:20:30Z');
const FOUR = ['one.jpg', 'two.jpg', 'three.jpg', 'four.jpg'];

/** Pictures as files with a date of their own, no two alike. */
function onDisk(folder: string, names: readonly string[], picture: Picture): string[] {
  return names.map((name, i) => {
    const path = join(folder, name);
    writeFileSync(path, unlike(picture, name).buffer);
    utimesSync(path, TAKEN, new Date(TAKEN.getTime() + i * 86_400_000));
    return path;
  });
}

let folder: string;
test.beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'tessera-album-'))));
test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('of an album some are refused, some called off on either side, and each of them can be sent again', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  await link.configure({ rateMbit: 4, delayMs: 10, loss: 0.02, seed: 61 });
  const { sender, receiver } = rooms;
  await meet(rooms, server.url);
  const [first, ...others] = onDisk(folder, FOUR, pictures.photo);
  await sender.page.getByTestId('file-input').setInputFiles([first!, ...others]);
  await expect(receiver.page.getByTestId('accept')).toHaveCount(4, { timeout: 40_000 });
  await receiver.handle('one.jpg', 'decline').click();
  await receiver.page.getByTestId('accept-offered').click();
  // One is cancelled by its sender while it moves, another by its receiver before its turn.
  await receiver.chunks('two.jpg', 50);
  // Three that count, none of them here: the refused one is no part of the way that is left.
  await expect(receiver.page.getByTestId('totals')).toContainText('0 of 3');
  await sender.cancel('two.jpg');
  await receiver.cancel('four.jpg');
  for (const room of [sender, receiver]) {
    await room.state('one.jpg', 'declined');
    await room.state('two.jpg', 'cancelled');
    await room.state('four.jpg', 'cancelled');
    await room.state('three.jpg', 'done');
  }
  // Again, one after the other: the receiver is asked each time, and has a second card of that name.
  for (const name of ['one.jpg', 'two.jpg', 'four.jpg']) {
    await sender.handle(name, 'retry').click();
    const again = receiver.card(name).last();
    await again.getByTestId('accept').click();
    await expect(again).toHaveAttribute('data-state', 'done', { timeout: 60_000 });
    await sender.state(name, 'done');
    await expect(again.getByTestId('sha256')).toHaveText(sha256(readFileSync(join(folder, name))));
  }

  // All that is left at once.
  await sender.page
    .getByTestId('file-input')
    .setInputFiles(onDisk(folder, ['five.jpg', 'six.jpg'], pictures.large));
  await expect(receiver.page.getByTestId('accept')).toHaveCount(2, { timeout: 40_000 });
  await receiver.page.getByTestId('accept-offered').click();
  await receiver.chunks('five.jpg', 50);
  await receiver.page.getByTestId('cancel-all').click();
  for (const room of [sender, receiver]) {
    await room.state('five.jpg', 'cancelled');
    await room.state('six.jpg', 'cancelled');
  }
  // What was here before stays.
  await expect(receiver.card('three.jpg').getByTestId('download')).toBeVisible();
});

test('an album is looked at with keys and fingers, and saved one by one, as a zip, into a folder, and shared', async ({
  link,
  server,
  pair,
  pictures,
}) => {
  // Nothing here takes long: a step that hangs says so soon.
  test.setTimeout(60_000);
  await link.configure({ rateMbit: 50, delayMs: 10, loss: 0.02, seed: 62 });
  const contexts = [
    await pair.context('sender'),
    await pair.context('receiver', {
      hasTouch: true,
      isMobile: true,
      viewport: { width: 390, height: 760 },
      timezoneId: 'UTC',
    }),
  ] as const;
  const page = await contexts[1].newPage();
  page.setDefaultTimeout(20_000);
  await page.addInitScript(standInForPickers);
  const rooms = { sender: new SenderRoom(await contexts[0].newPage()), receiver: new ReceiverRoom(page) };
  const { receiver } = rooms;
  await meet(rooms, server.url);
  await rooms.sender.page.getByTestId('file-input').setInputFiles(onDisk(folder, FOUR, pictures.small));
  // It accepts what is there when it is pressed.
  const offered = page.locator('[data-testid=transfer][data-state=offered]');
  await expect(offered).toHaveCount(FOUR.length, { timeout: 40_000 });
  await page.getByTestId('accept-offered').click();
  for (const name of FOUR) await receiver.state(name, 'done');
  const sizes = new Map(FOUR.map((name) => [name, readFileSync(join(folder, name)).length]));

  await test.step('keys', async () => {
    // Whole pictures are shown where one looks.
    await receiver.card('two.jpg').scrollIntoViewIfNeeded();
    await receiver
      .card('two.jpg')
      .getByRole('button', { name: /^View: two\.jpg/ })
      .click();
    const viewer = page.getByTestId('viewer');
    const shows = (name: string): Promise<void> => expect(viewer.locator('bdi')).toHaveText(name);
    const image = viewer.locator('img');
    await shows('two.jpg');
    await page.keyboard.press('ArrowRight');
    await shows('three.jpg');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await shows('one.jpg');
    await page.keyboard.press('ArrowLeft');
    await shows('one.jpg');
    // Its small preview gives way to the picture itself meanwhile.
    const width = async (): Promise<number> => (await image.boundingBox())?.width ?? 0;
    await expect.poll(width).toBeGreaterThan(0);
    const whole = await width();
    await page.keyboard.press('+');
    await expect.poll(width).toBeGreaterThan(whole * 1.4);
    await page.keyboard.press('0');
    await expect.poll(width).toBeCloseTo(whole, 0);
  });

  await test.step('fingers', async () => {
    const viewer = page.getByTestId('viewer');
    const cdp = await contexts[1].newCDPSession(page);
    await swipe(cdp, [300, 380], [80, 390]);
    await expect(viewer.locator('bdi')).toHaveText('two.jpg');
    await swipe(cdp, [80, 380], [300, 390]);
    await expect(viewer.locator('bdi')).toHaveText('one.jpg');
    const before = (await viewer.locator('img').boundingBox())!.width;
    await pinch(cdp);
    await expect
      .poll(async () => (await viewer.locator('img').boundingBox())?.width ?? 0)
      .toBeGreaterThan(before * 1.5);
    await page.keyboard.press('Escape');
    await expect(viewer).toBeHidden();
  });

  await test.step('one', async () => {
    const buffer = readFileSync(join(folder, 'three.jpg'));
    await receiver.expectExact({ name: 'three.jpg', mimeType: 'image/jpeg', buffer });
  });

  await test.step('zip', async () => {
    const saving = page.waitForEvent('download');
    await page.getByTestId('save-zip').click();
    const entries = zipEntries(await readFile(await (await saving).path()));
    expect(entries).toEqual(
      FOUR.map((name, i) => ({ name, modified: `2019-05-0${4 + i} 10:20:30`, bytes: sizes.get(name) })),
    );
  });

  await test.step('folder', async () => {
    await page.getByTestId('save-folder').click();
    await expect.poll(() => savedToFolder(page)).toEqual(Object.fromEntries(sizes));
  });

  await test.step('share', async () => {
    await page.getByRole('button', { name: 'Share all' }).click();
    const expected = FOUR.map((name, i) => ({
      name,
      size: sizes.get(name),
      lastModified: TAKEN.getTime() + i * 86_400_000,
    }));
    await expect.poll(() => page.evaluate(() => window.shared)).toEqual(expected);
  });
  for (const context of contexts) await context.close();
});

declare global {
  interface Window {
    shared: { name: string; size: number; lastModified: number }[];
  }
}

/**
 * There is no person to answer a picker: the zip goes the way of a plain download, the folder is one of the
 * page's own.
 */
function standInForPickers(): void {
  Reflect.deleteProperty(window, 'showSaveFilePicker');
  Object.assign(window, {
    showDirectoryPicker: async () =>
      (await navigator.storage.getDirectory()).getDirectoryHandle('saved', { create: true }),
  });
  window.shared = [];
  Object.assign(navigator, {
    canShare: () => true,
    share: async ({ files }: { files: File[] }) => {
      window.shared = files.map(({ name, size, lastModified }) => ({ name, size, lastModified }));
    },
  });
}

function savedToFolder(page: Page): Promise<Record<string, number>> {
  return page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const saved = await root.getDirectoryHandle('saved');
    const sizes: Record<string, number> = {};
    for await (const handle of saved.values())
      if (handle.kind === 'file') sizes[handle.name] = (await handle.getFile()).size;
    return sizes;
  });
}

type Point = readonly [x: number, y: number];

async function touch(
  cdp: CDPSession,
  type: 'touchStart' | 'touchMove' | 'touchEnd',
  ...points: Point[]
): Promise<void> {
  const touchPoints = points.map(([x, y], id) => ({ x, y, id }));
  await cdp.send('Input.dispatchTouchEvent', { type, touchPoints });
}

async function swipe(cdp: CDPSession, from: Point, to: Point): Promise<void> {
  await touch(cdp, 'touchStart', from);
  for (let step = 1; step <= 5; step++) {
    const at = (axis: 0 | 1): number => from[axis] + ((to[axis] - from[axis]) * step) / 5;
    await touch(cdp, 'touchMove', [at(0), at(1)]);
  }
  await touch(cdp, 'touchEnd');
}

/** Two fingers that move apart. */
async function pinch(cdp: CDPSession): Promise<void> {
  await touch(cdp, 'touchStart', [180, 380], [220, 380]);
  for (let step = 1; step <= 5; step++)
    await touch(cdp, 'touchMove', [180 - step * 10, 380], [220 + step * 10, 380]);
  await touch(cdp, 'touchEnd');
}
