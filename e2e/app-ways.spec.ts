/**
 * A person's runs, each way in and each way out: with fingers on a phone-sized page, and with nothing but the
 * keyboard.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';
import { expect, test } from './support/app.ts';
import { film } from './support/film.ts';
import { sha256, type Picture, unlike } from './support/pictures.ts';
import { ReceiverRoom, SenderRoom } from './support/rooms.ts';
import { zipEntries } from './support/zip-entries.ts';

const PHONE = { hasTouch: true, isMobile: true, viewport: { width: 360, height: 740 } };

let folder: string;
test.beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'tessera-ways-'))));
test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Two pictures of one name in folders of a folder. */
function trip(picture: Picture): string {
  const path = join(folder, 'Trip');
  for (const day of ['Day 1', 'Day 2']) {
    mkdirSync(join(path, day), { recursive: true });
    writeFileSync(join(path, day, 'a.jpg'), unlike(picture, day).buffer);
  }
  return path;
}

/** No person answers a picker: the folder is one of the page's own, and the sheet keeps what it is given. */
function standIns(): void {
  Reflect.deleteProperty(window, 'showSaveFilePicker');
  Object.assign(window, {
    showDirectoryPicker: async () =>
      (await navigator.storage.getDirectory()).getDirectoryHandle('saved', { create: true }),
    sheet: [],
  });
  Object.assign(navigator, {
    canShare: () => true,
    share: async ({ files }: { files: File[] }) => {
      const { userActivation } = navigator;
      if (!userActivation.isActive) throw new DOMException('no press', 'NotAllowedError');
      Object.assign(window, { sheet: files.map(({ name, type }) => `${name} ${type}`) });
    },
  });
}

/** Paths of the folder that was chosen, with sizes. */
function savedFiles(page: Page): Promise<Record<string, number>> {
  return page.evaluate(async () => {
    const found: Record<string, number> = {};
    const walk = async (inside: FileSystemDirectoryHandle, path: string): Promise<void> => {
      for await (const one of inside.values())
        if (one.kind === 'file') found[path + one.name] = (await one.getFile()).size;
        else await walk(one, `${path}${one.name}/`);
    };
    await walk(await (await navigator.storage.getDirectory()).getDirectoryHandle('saved'), '');
    return found;
  });
}

async function controlled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller)
      await new Promise((taken) => navigator.serviceWorker.addEventListener('controllerchange', taken));
  });
}

interface People {
  sender: SenderRoom;
  receiver: ReceiverRoom;
  contexts: BrowserContext[];
}

test('[P-113] with fingers on a phone: pictures, a film, a folder and a text go in; share, folder, zip and download give them out', async ({
  link,
  server,
  pair,
  pictures,
}) => {
  await link.configure({ rateMbit: 50, delayMs: 5, loss: 0.01, seed: 71 });
  const contexts = [await pair.context('sender', PHONE), await pair.context('receiver', PHONE)];
  const [sending, page] = [await contexts[0]!.newPage(), await contexts[1]!.newPage()];
  await page.addInitScript(standIns);
  const { sender, receiver }: People = {
    sender: new SenderRoom(sending),
    receiver: new ReceiverRoom(page),
    contexts,
  };
  await sending.goto(`${server.url}/send/`);
  const walk = await film(sending, 'walk.webm');
  await sending.getByTestId('open-room').tap();
  const code = await sender.code();
  await page.goto(`${server.url}/receive/`);
  await controlled(page);
  await page.getByTestId('code-input').fill(code);
  await page.getByTestId('join-room').tap();
  await receiver.connection('connected');

  await test.step('in', async () => {
    // The pictures first; files are beside them.
    const gallery = sending.locator('label', { has: sending.getByTestId('gallery-input') });
    await expect(gallery).toBeVisible();
    await sending.getByTestId('gallery-input').setInputFiles([pictures.small, walk]);
    await sending.locator('input[webkitdirectory]').setInputFiles(trip(pictures.small));
    await sending.getByTestId('write-text').tap();
    await sending.getByTestId('text-input').fill('See you at https://example.org/');
    await sending.getByTestId('send-text').tap();
    await expect(page.getByTestId('accept')).toHaveCount(5, { timeout: 40_000 });
    await page.getByTestId('accept-offered').tap();
    for (const name of ['small.jpg', 'walk.webm', 'Trip/Day 1/a.jpg', 'Trip/Day 2/a.jpg', 'text-1.txt'])
      await receiver.state(name, 'done');
  });

  await test.step('out: share one, share all', async () => {
    const sheet = () => page.evaluate(() => (window as unknown as { sheet: string[] }).sheet);
    await receiver.handle('walk.webm', 'share').tap();
    await expect.poll(sheet).toEqual(['walk.webm video/webm']);
    await page.getByTestId('share-all').tap();
    await expect.poll(async () => (await sheet()).length).toBe(5);
  });

  await test.step('out: zip, streamed', async () => {
    const saving = page.waitForEvent('download');
    await page.getByTestId('save-zip').tap();
    const download = await saving;
    expect(new URL(download.url()).pathname).toMatch(/^\/save\//);
    expect(download.suggestedFilename()).toBe('tessera.zip');
    const names = zipEntries(await readFile(await download.path())).map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'small.jpg',
        'walk.webm',
        'Trip/Day 1/a.jpg',
        'Trip/Day 2/a.jpg',
        'text-1.txt',
      ]),
    );
  });

  await test.step('out: download', async () => {
    await receiver.expectExact({ ...pictures.small, name: 'small.jpg' });
  });
  for (const context of contexts) await context.close();
});

test('a chosen folder takes all that is here and all that arrives, in its folders', async ({
  link,
  server,
  pages,
  pictures,
}) => {
  await link.configure({ rateMbit: 50, delayMs: 5, loss: 0, seed: 72 });
  await pages.receiver.addInitScript(standIns);
  const sender = new SenderRoom(pages.sender);
  const receiver = new ReceiverRoom(pages.receiver);
  await receiver.join(server.url, await sender.open(server.url));
  await receiver.connection('connected');
  await receiver.page.getByTestId('accept-all').check();
  await sender.pick(pictures.small);
  await receiver.state('small.jpg', 'done');
  await receiver.page.getByTestId('save-into').click();
  await expect(receiver.page.getByTestId('saved-into')).toContainText('saved');
  await pages.sender.locator('input[webkitdirectory]').setInputFiles(trip(pictures.small));
  await receiver.state('Trip/Day 2/a.jpg', 'done');
  await expect
    .poll(() => savedFiles(receiver.page))
    .toEqual({
      'small.jpg': pictures.small.buffer.length,
      'Trip/Day 1/a.jpg': pictures.small.buffer.length + 5,
      'Trip/Day 2/a.jpg': pictures.small.buffer.length + 5,
    });
});

/** What the page would do beyond itself, kept instead; nobody looks at it, and it has no wake lock. */
function unseen(): void {
  const given: string[] = [];
  Object.assign(window, { given });
  Reflect.deleteProperty(Navigator.prototype, 'wakeLock');
  Object.defineProperty(Document.prototype, 'hidden', { get: () => true });
  Object.assign(navigator, { vibrate: () => given.push('vibrated') });
  const Plain = AudioContext;
  Object.assign(window, {
    AudioContext: function () {
      given.push('sounded');
      return new Plain();
    },
  });
  ServiceWorkerRegistration.prototype.showNotification = async (title, options) =>
    void given.push(`${title}: ${options?.body}`);
  Object.defineProperty(Notification, 'permission', { get: () => 'granted' });
}

test('somebody who looks elsewhere reads it in the title and the icon, gets the signals they chose, and the screen stays on', async ({
  link,
  server,
  pages,
  pictures,
}) => {
  await link.configure({ rateMbit: 3, delayMs: 5, loss: 0, seed: 74 });
  await pages.receiver.addInitScript(unseen);
  const sender = new SenderRoom(pages.sender);
  const receiver = new ReceiverRoom(pages.receiver);
  await receiver.join(server.url, await sender.open(server.url));
  await receiver.connection('connected');
  await controlled(receiver.page);
  const given = () => receiver.page.evaluate(() => (window as unknown as { given: string[] }).given);
  const icon = receiver.page.locator('link[rel="icon"]');

  await sender.pick({ ...pictures.small, name: 'first.jpg' });
  await expect(receiver.page).toHaveTitle(/^1 offered · Receive/);
  // Nothing is given to those who chose nothing.
  expect(await given()).toEqual([]);
  await expect(icon).toHaveAttribute('href', /^data:image\/png/);
  await receiver.page.getByTestId('open-settings').click();
  for (const signal of ['sound', 'vibrate']) await receiver.page.getByTestId(`signal-${signal}`).check();
  await receiver.page.keyboard.press('Escape');
  await receiver.accept('first.jpg');
  await receiver.state('first.jpg', 'done');
  await expect.poll(given).toEqual(['sounded', 'vibrated']);
  await expect(receiver.page).toHaveTitle(/^✓ 1 · Receive/);

  await sender.pick(pictures.photo);
  await receiver.accept('photo.jpg');
  await expect(receiver.page).toHaveTitle(/^\d+ % · Receive/);
  const still = receiver.page.getByTestId('still');
  await expect.poll(() => still.evaluate((film: HTMLVideoElement) => !film.paused && film.loop)).toBe(true);
  await receiver.state('photo.jpg', 'done');
  await expect(still).toHaveCount(0);
  await expect(receiver.page).toHaveTitle(/^✓ 2 · Receive/);
});

test('by keyboard alone: a room, a join, a file, a text, an answer to each, a download of each as it arrives; the focus is never lost', async ({
  link,
  server,
  pages,
  pictures,
}) => {
  await link.configure({ rateMbit: 50, delayMs: 5, loss: 0, seed: 73 });
  const sender = new SenderRoom(pages.sender);
  const receiver = new ReceiverRoom(pages.receiver);
  const focus = (page: Page) =>
    page.evaluate(() => {
      const { activeElement: at } = document;
      return (at as HTMLElement | null)?.dataset['testid'] ?? at?.tagName ?? '';
    });
  const press = async (page: Page, id: string): Promise<void> => {
    for (let tabs = 0; tabs < 60 && (await focus(page)) !== id; tabs++) await page.keyboard.press('Tab');
    expect(await focus(page)).toBe(id);
    await page.keyboard.press(id === 'save-each' ? 'Space' : 'Enter');
  };
  await pages.sender.goto(`${server.url}/send/`);
  await press(pages.sender, 'open-room');
  const code = await sender.code();
  await expect.poll(() => focus(pages.sender)).toBe('room-code');

  await pages.receiver.goto(`${server.url}/receive/`);
  for (let tabs = 0; tabs < 30 && (await focus(pages.receiver)) !== 'code-input'; tabs++)
    await pages.receiver.keyboard.press('Tab');
  await pages.receiver.keyboard.type(code);
  await press(pages.receiver, 'join-room');
  await receiver.connection('connected');
  await expect.poll(() => focus(pages.receiver)).toBe('connection');
  await press(pages.receiver, 'save-each');

  // A dialog is the browser's own; the key opens it.
  const choosing = pages.sender.waitForEvent('filechooser');
  await press(pages.sender, 'file-input');
  await (await choosing).setFiles(pictures.small);
  await press(pages.sender, 'write-text');
  await expect.poll(() => focus(pages.sender)).toBe('text-input');
  await pages.sender.keyboard.type('hello');
  await press(pages.sender, 'send-text');
  await receiver.state('text-1.txt', 'offered');

  const saving = pages.receiver.waitForEvent('download');
  await press(pages.receiver, 'accept');
  await receiver.state('small.jpg', 'done');
  const download = await saving;
  expect(sha256(await readFile(await download.path()))).toBe(sha256(pictures.small.buffer));
  // The card whose button went away.
  await expect.poll(() => focus(pages.receiver)).toBe('transfer');
  await press(pages.receiver, 'decline');
  await receiver.state('text-1.txt', 'declined');
  await expect.poll(() => focus(pages.receiver)).toBe('transfer');
  await sender.state('text-1.txt', 'declined');
});
