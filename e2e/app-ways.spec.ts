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
import { ReceiverRoom, SenderRoom, useInputDialog } from './support/rooms.ts';
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
    try {
      await walk(await (await navigator.storage.getDirectory()).getDirectoryHandle('saved'), '');
    } catch (error) {
      // Not made yet, or renamed meanwhile: it is looked at again.
      if (!(error instanceof DOMException && error.name === 'NotFoundError')) throw error;
    }
    return found;
  });
}

/** What a chosen folder holds after the walks below: paths with sizes. */
function crossed(small: Picture, walk: Picture, text?: string): Record<string, number> {
  return {
    'small.jpg': small.buffer.length,
    'walk.webm': walk.buffer.length,
    'Trip/Day 1/a.jpg': unlike(small, 'Day 1').buffer.length,
    'Trip/Day 2/a.jpg': unlike(small, 'Day 2').buffer.length,
    ...(text === undefined ? {} : { 'text-1.txt': text.length }),
  };
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
  await useInputDialog(sending);
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
    // A dialog is the browser's own; the finger opens it.
    const choose = async (id: string, files: string | Picture[]): Promise<void> => {
      const choosing = sending.waitForEvent('filechooser');
      await sending.locator('label', { has: sending.getByTestId(id) }).tap();
      await (await choosing).setFiles(files);
    };
    await choose('gallery-input', [walk]);
    await choose('file-input', [pictures.small]);
    await choose('folder-input', trip(pictures.small));
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

  await test.step('out: folder', async () => {
    await page.getByTestId('save-folder').tap();
    await expect
      .poll(() => savedFiles(page))
      .toEqual(crossed(pictures.small, walk, 'See you at https://example.org/'));
  });

  await test.step('out: download', async () => {
    const saving = page.waitForEvent('download');
    await receiver.handle('small.jpg', 'download').tap();
    expect(sha256(await readFile(await (await saving).path()))).toBe(sha256(pictures.small.buffer));
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
  const [given, badges] = [[] as string[], [] as (number | undefined)[]];
  Object.assign(window, { given, badges });
  Reflect.deleteProperty(Navigator.prototype, 'wakeLock');
  Object.defineProperty(Document.prototype, 'hidden', { get: () => true });
  Object.assign(navigator, {
    vibrate: () => given.push('vibrated'),
    setAppBadge: async (count: number) => void badges.push(count),
    clearAppBadge: async () => void badges.push(undefined),
  });
  const Plain = AudioContext;
  Object.assign(window, {
    AudioContext: function () {
      given.push('sounded');
      return new Plain();
    },
  });
}

/** The browser's own notes that are on the screen now. */
function notes(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    return (await registration.getNotifications()).map(({ title, body }) => `${title}: ${body}`);
  });
}

test('somebody who looks elsewhere reads it in the title and the icon, gets the signals they chose and no other, and the screen stays on', async ({
  link,
  server,
  pages,
  pictures,
}) => {
  await link.configure({ rateMbit: 3, delayMs: 5, loss: 0, seed: 74 });
  await pages.receiver.addInitScript(unseen);
  const sender = new SenderRoom(pages.sender);
  const receiver = new ReceiverRoom(pages.receiver);
  const { page } = receiver;
  await page.context().grantPermissions(['notifications']);
  await receiver.join(server.url, await sender.open(server.url));
  await receiver.connection('connected');
  await controlled(page);
  const kept = () =>
    page.evaluate(() => {
      const { given, badges } = window as unknown as { given: string[]; badges: unknown[] };
      return { given, badges };
    });
  const choose = async (...signals: string[]): Promise<void> => {
    await page.getByTestId('open-settings').click();
    for (const signal of ['notify', 'sound', 'vibrate']) {
      const box = page.getByTestId(`signal-${signal}`);
      const chosen = signals.includes(signal);
      if ((await box.isChecked()) !== chosen) await box.click();
      // The browser is asked for its permission first.
      await expect(box).toBeChecked({ checked: chosen });
    }
    await page.keyboard.press('Escape');
  };
  const icon = page.locator('link[rel="icon"]');

  await sender.pick({ ...pictures.small, name: 'first.jpg' });
  await expect(page).toHaveTitle(/^1 offered · Receive/);
  await expect(icon).toHaveAttribute('href', /^data:image\/png/);
  // The installed app's icon counts; nothing is given to those who chose nothing.
  await expect.poll(kept).toEqual({ given: [], badges: [1] });
  expect(await notes(page)).toEqual([]);
  await page.getByTestId('open-settings').click();
  for (const signal of ['notify', 'sound', 'vibrate'])
    await expect(page.getByTestId(`signal-${signal}`)).not.toBeChecked();
  await page.keyboard.press('Escape');

  await choose('notify', 'sound', 'vibrate');
  await receiver.accept('first.jpg');
  await receiver.state('first.jpg', 'done');
  await expect.poll(kept).toEqual({ given: ['sounded', 'vibrated'], badges: [1, undefined] });
  await expect.poll(() => notes(page)).toEqual(['Tessera: Everything is here.']);
  await expect(page).toHaveTitle(/^✓ 1 · Receive/);

  await choose('notify');
  await sender.pick(pictures.photo);
  await expect.poll(() => notes(page)).toEqual(['Tessera: 1 offered']);
  await receiver.accept('photo.jpg');
  await expect(page).toHaveTitle(/^\d+ % · Receive/);
  const still = page.getByTestId('still');
  await expect.poll(() => still.evaluate((film: HTMLVideoElement) => !film.paused && film.loop)).toBe(true);
  await receiver.state('photo.jpg', 'done');
  await expect(still).toHaveCount(0);
  await expect(page).toHaveTitle(/^✓ 2 · Receive/);
  await expect.poll(() => notes(page)).toEqual(['Tessera: Everything is here.']);
  expect((await kept()).given).toEqual(['sounded', 'vibrated']);

  // Where the browser allows none, it says so, and the choice stays off.
  await pages.sender.getByTestId('open-settings').click();
  const notify = pages.sender.getByTestId('signal-notify');
  await notify.click();
  await expect(pages.sender.getByTestId('settings').getByRole('alert')).toBeVisible();
  await expect(notify).not.toBeChecked();
});

/** What has the focus: its handle, and whose card it is on. */
function focus(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { activeElement: at } = document;
    const handle = (at as HTMLElement | null)?.dataset['testid'] ?? at?.tagName ?? '';
    const card = at?.closest<HTMLElement>('[data-testid=transfer]')?.dataset['path'];
    return card === undefined ? handle : `${handle} of ${card}`;
  });
}

/** Goes on by the tab key until it is there, and presses the key; `what` begins as `focus` says it. */
async function press(page: Page, what: string, key = 'Enter'): Promise<void> {
  const there = async () => (await focus(page)).startsWith(what);
  for (let tabs = 0; tabs < 120 && !(await there()); tabs++) await page.keyboard.press('Tab');
  expect(await focus(page)).toContain(what);
  await page.keyboard.press(key);
}

test('by keyboard alone: a file, a film, a folder and a text go in and are answered; downloads, share, zip and folder give them out; the focus is never lost', async ({
  link,
  server,
  pair,
  pages: { sender: sending },
  pictures,
}) => {
  await link.configure({ rateMbit: 50, delayMs: 5, loss: 0, seed: 73 });
  // A tablet with a keyboard: a desktop's pages offer no share sheet.
  const context = await pair.context('receiver', { hasTouch: true, isMobile: true });
  const page = await context.newPage();
  await page.addInitScript(standIns);
  const sender = new SenderRoom(sending);
  const receiver = new ReceiverRoom(page);
  const choose = async (id: string, files: string | Picture[]): Promise<void> => {
    // A dialog is the browser's own; the key opens it.
    const choosing = sending.waitForEvent('filechooser');
    await press(sending, id);
    await (await choosing).setFiles(files);
  };
  /** What a press of a key saves. */
  const saved = async (pressing: () => Promise<void>) => {
    const saving = page.waitForEvent('download');
    await pressing();
    const download = await saving;
    return { download, bytes: await readFile(await download.path()) };
  };

  await useInputDialog(sending);
  await sending.goto(`${server.url}/send/`);
  const walk = await film(sending, 'walk.webm');
  await test.step('a room and a join', async () => {
    await press(sending, 'open-room');
    const code = await sender.code();
    await expect.poll(() => focus(sending)).toBe('room-code');
    await page.goto(`${server.url}/receive/`);
    await controlled(page);
    for (let tabs = 0; tabs < 30 && (await focus(page)) !== 'code-input'; tabs++)
      await page.keyboard.press('Tab');
    await page.keyboard.type(code);
    await press(page, 'join-room');
    await receiver.connection('connected');
    await expect.poll(() => focus(page)).toBe('connection');
  });

  await test.step('a file, which is downloaded as it arrives, and a text, which is declined', async () => {
    await press(page, 'save-each', 'Space');
    await choose('file-input', [pictures.small]);
    await press(sending, 'write-text');
    await expect.poll(() => focus(sending)).toBe('text-input');
    await sending.keyboard.type('hello');
    await press(sending, 'send-text');
    await receiver.state('text-1.txt', 'offered');
    const { bytes } = await saved(() => press(page, 'accept of small.jpg'));
    expect(sha256(bytes)).toBe(sha256(pictures.small.buffer));
    await receiver.state('small.jpg', 'done');
    // The card whose button went away.
    await expect.poll(() => focus(page)).toBe('transfer of small.jpg');
    await press(page, 'decline of text-1.txt');
    await receiver.state('text-1.txt', 'declined');
    await expect.poll(() => focus(page)).toBe('transfer of text-1.txt');
    await sender.state('text-1.txt', 'declined');
    await press(page, 'save-each', 'Space');
  });

  await test.step('a film and a folder', async () => {
    await choose('file-input', [walk]);
    await choose('folder-input', trip(pictures.small));
    await expect(page.getByTestId('accept')).toHaveCount(3, { timeout: 40_000 });
    await press(page, 'accept-offered');
    for (const path of ['walk.webm', 'Trip/Day 1/a.jpg', 'Trip/Day 2/a.jpg'])
      await receiver.state(path, 'done');
    expect(await focus(page)).not.toBe('BODY');
  });

  await test.step('out: share, zip, folder, download', async () => {
    const sheet = () => page.evaluate(() => (window as unknown as { sheet: string[] }).sheet);
    await press(page, 'share of walk.webm');
    await expect.poll(sheet).toEqual(['walk.webm video/webm']);
    await press(page, 'share-all');
    await expect.poll(async () => (await sheet()).length).toBe(4);
    const zip = await saved(() => press(page, 'save-zip'));
    expect(new URL(zip.download.url()).pathname).toMatch(/^\/save\//);
    const inFolders = crossed(pictures.small, walk);
    expect(zipEntries(zip.bytes).map(({ name }) => name)).toEqual(
      expect.arrayContaining(Object.keys(inFolders)),
    );
    await press(page, 'save-folder');
    await expect.poll(() => savedFiles(page)).toEqual(inFolders);
    const { bytes } = await saved(() => press(page, 'download of Trip/Day 2/a.jpg'));
    expect(sha256(bytes)).toBe(sha256(unlike(pictures.small, 'Day 2').buffer));
    expect(await focus(page)).not.toBe('BODY');
  });
  await context.close();
});
