/**
 * What a full disk looks like to a page: Chromium's quota, set from outside, in a private window and in a
 * profile.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';
import { launchChromium, launchProfile } from '../testbed/link/browsers.ts';
import { serveHarness } from '../testbed/harness.ts';
import { expect, test } from './support/app.ts';
import { cross, meet } from './support/rooms.ts';

const MB = 1024 * 1024;

async function limitStorage(page: Page, bytes: number): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Storage.overrideQuotaForOrigin', {
    origin: new URL(page.url()).origin,
    quotaSize: bytes,
  });
}

for (const window of ['private window', 'profile on the disk']) {
  test(`at the quota of a ${window} no write, record or new file passes for done`, async () => {
    const harness = await serveHarness(new URL('storage-harness.ts', import.meta.url));
    const browser = await launchChromium();
    const folder = await mkdtemp(join(tmpdir(), 'profile-'));
    const context: BrowserContext =
      window === 'private window'
        ? await browser.newContext()
        : await launchProfile(folder, undefined, 'receiver');
    const page = await context.newPage();
    await page.goto(harness.url);
    await page.waitForFunction(() => 'storageCall' in globalThis);
    const call = (...message: unknown[]) =>
      page.evaluate(
        (given) =>
          (globalThis as unknown as { storageCall(...all: unknown[]): Promise<unknown> }).storageCall(
            ...given,
          ),
        message,
      );
    expect(await call('open')).toBe('no error');
    // No file of one that could not be made, or is gone, is left open or made anew.
    expect(await call('makeOverRubbish')).toEqual(['failed', 'no error']);
    expect(await call('openWhileRemoved')).toEqual(['failed', false]);
    await limitStorage(page, 3 * MB);
    const filled = (await call('fill', 10)) as { accepted: number; code: string; readable: number };
    expect(filled.code).toBe('storage-full');
    expect(filled.accepted).toBeLessThanOrEqual(3);
    expect(filled.readable).toBe(filled.accepted);
    // Less than is used already: what fits into the last half megabyte would be a true success.
    await limitStorage(page, 1);
    // A profile's file may have been given room ahead.
    expect(await call('saveState')).toMatch(/^(storage-full|kept)$/);
    expect(await call('createAnother')).toBe('storage-full');
    await context.close();
    await browser.close();
    await harness.close();
    await rm(folder, { recursive: true, force: true });
  });
}

test('a receiver without room says so on both sides, never "verified", and takes the picture once there is room', async ({
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  await meet(rooms, server.url);
  await limitStorage(receiver.page, MB);
  await sender.pick(pictures.large);
  await receiver.accept('large.jpg');
  await receiver.state('large.jpg', 'failed');
  await sender.state('large.jpg', 'failed');
  for (const room of [sender, receiver]) {
    await expect(room.problem('storage-full')).toBeVisible();
    await expect(room.page.getByTestId('verified')).toHaveCount(0);
  }
  await limitStorage(receiver.page, 500 * MB);
  await cross(rooms, pictures.small);
});

test('a service worker that has no room to keep anything still hands over every file', async ({
  server,
  sender: page,
}) => {
  await page.goto(`${server.url}/send/`);
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (!navigator.serviceWorker.controller)
      await new Promise((taken) => navigator.serviceWorker.addEventListener('controllerchange', taken));
    for (const name of await caches.keys()) await caches.delete(name);
  });
  await limitStorage(page, 1);
  const failed: string[] = [];
  // The others are the worker's own, for its cache.
  page.on('requestfailed', (request) => {
    if (new URL(request.url()).pathname.startsWith('/_next/')) failed.push(request.url());
  });
  await page.reload();
  await page.getByTestId('language').selectOption('de');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Bilder senden');
  await page.getByTestId('open-room').click();
  await expect(page.getByTestId('room-code')).toBeVisible();
  expect(failed).toEqual([]);
  expect(await page.evaluate(async () => (await (await caches.open('tessera-shell-1')).keys()).length)).toBe(
    0,
  );
});
