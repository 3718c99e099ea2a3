/**
 * What is left of a picture that did not become whole: a part to save, to throw away or to go on with, on its
 * card and, for a later page, among the leftovers. And what is said before it is accepted where there is no
 * room for it.
 */
import { readFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './support/app.ts';
import { leaveParts } from './support/leave-parts.ts';
import { LONG } from './support/long.ts';
import { expectVerified, meet, ReceiverRoom, SLOW, underway } from './support/rooms.ts';
import { stored } from './support/stored.ts';
import { beforeWorkers, watchWire } from './support/wire.ts';

const quick = { rateMbit: 50 };

/** Saves the part and holds it against the picture. @returns its length */
async function expectBeginning(page: Page, place: Locator, whole: Buffer): Promise<number> {
  const part = place.getByTestId('part');
  const prefix = Number(await part.getAttribute('data-prefix'));
  expect(prefix).toBeGreaterThan(500_000);
  expect(prefix).toBeLessThan(whole.length);
  const saving = page.waitForEvent('download');
  await place.getByTestId('keep-part').click();
  const download = await saving;
  expect(download.suggestedFilename()).toBe('part of large.jpg');
  expect((await readFile(await download.path())).equals(whole.subarray(0, prefix))).toBe(true);
  await expect(place.getByTestId('verified')).toHaveCount(0);
  return prefix;
}

test('[P-61, P-70] a connection that does not come back leaves the receiver the part that is here: saved as a part, never verified, and discarded its room is given back', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  await link.configure({ ...SLOW, seed: 71 });
  await receiver.page.clock.install();
  await underway(rooms, server.url, pictures.large, 1500);
  await expect(receiver.handle('large.jpg', 'part')).toHaveCount(0);
  await sender.page.close();
  await receiver.searchInVain();
  await expect(receiver.page.getByTestId('continue')).toBeVisible();
  await receiver.state('large.jpg', 'failed');
  await expect(receiver.problem('interrupted')).toBeVisible();
  await expectBeginning(receiver.page, receiver.card('large.jpg'), pictures.large.buffer);
  expect(await stored(receiver.page)).not.toEqual([]);
  await receiver.handle('large.jpg', 'discard-part').click();
  await expect(receiver.card('large.jpg')).toHaveCount(0);
  await expect.poll(() => stored(receiver.page)).toEqual([]);
});

test('[P-61] after a minute in vain both press Continue: the picture goes on by itself, with what is missing', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  test.skip(!LONG, 'the long run');
  const { sender, receiver } = rooms;
  await link.configure({ ...SLOW, seed: 73 });
  for (const { page } of [sender, receiver]) await page.clock.install();
  await underway(rooms, server.url, pictures.large, 1500);
  await server.stop();
  await link.blackhole(600_000);
  for (const room of [sender, receiver]) {
    await room.connection('reconnecting');
    await room.state('large.jpg', 'paused');
    await room.page.clock.runFor(70_000);
    await room.connection('failed');
    await room.state('large.jpg', 'failed');
  }
  const here = Number(await receiver.handle('large.jpg', 'part').getAttribute('data-here'));
  expect(here).toBeGreaterThan(500_000);
  const before = (await receiver.wire()).received[3]!.bytes;
  await link.blackhole(0);
  await link.change(quick);
  await server.start();
  for (const { page } of [sender, receiver]) await page.getByTestId('continue').click();
  // What has failed is shown until it goes on.
  for (const room of [sender, receiver])
    await expect(room.card('large.jpg')).not.toHaveAttribute('data-state', 'failed', { timeout: 60_000 });
  await expectVerified(rooms, pictures.large);
  const { received } = await receiver.wire();
  const crossed = Object.entries(received)
    .filter(([stream]) => Number(stream) % 2 === 1)
    .reduce((sum, [, { bytes }]) => sum + bytes, -before);
  expect(crossed).toBeLessThan((pictures.large.buffer.length - here) * 1.15 + 100_000);
});

test('[P-70] a closed tab leaves its unfinished pictures to a later one, listed with size and age: saved in part, gone on with by the same sender, or thrown away', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  test.skip(!LONG, 'the long run');
  const { sender, receiver } = rooms;
  const { buffer } = pictures.large;
  await link.configure({ ...SLOW, seed: 72 });
  await sender.page.clock.install();
  await underway(rooms, server.url, pictures.large, 2500);
  const context = receiver.page.context();
  await receiver.page.close();
  await sender.searchInVain();

  const page = await context.newPage();
  await watchWire(page);
  const again = new ReceiverRoom(page);
  await page.goto(`${server.url}/receive/`);
  await expect(page.getByTestId('leftovers')).toBeVisible();
  await expect(page.getByTestId('unfinished')).toHaveCount(0);
  await page.getByTestId('show-leftovers').click();
  const listed = page.locator('[data-testid=unfinished-file][data-name="large.jpg"]');
  await expect(listed).toContainText('Last change this minute');
  const here = Number(await listed.getByTestId('part').getAttribute('data-here'));
  expect(here).toBeGreaterThan(1_000_000);
  await expectBeginning(page, listed, buffer);

  await link.change(quick);
  await again.enter(await sender.newCode());
  await sender.handle('large.jpg', 'offer-held').click();
  await again.accept('large.jpg');
  await expect(listed).toHaveCount(0);
  await expectVerified({ sender, receiver: again }, pictures.large);
  const { received } = await again.wire();
  const original = Object.entries(received).filter(([stream]) => Number(stream) % 2 === 1);
  const crossed = original.reduce((sum, [, { bytes }]) => sum + bytes, 0);
  // Repair is in it, and what comes late.
  expect(crossed).toBeLessThan((buffer.length - here) * 1.15 + 100_000);
});

test('leftovers beyond twenty are counted, and all of them are thrown away at one press', async ({
  server,
  receiver: page,
}) => {
  await page.goto(`${server.url}/404.html`);
  await page.evaluate(leaveParts, 23);
  await page.goto(`${server.url}/receive/`);
  await page.getByTestId('show-leftovers').click();
  await expect(page.getByTestId('unfinished-file')).toHaveCount(20);
  await expect(page.getByTestId('more-unfinished')).toHaveText('and 3 more');
  await page.getByTestId('unfinished-file').first().getByTestId('discard-part').click();
  await expect(page.getByTestId('more-unfinished')).toHaveText('and 2 more');
  await page.getByTestId('throw-parts-away').click();
  await expect(page.getByTestId('kept')).toHaveCount(0);
  await expect.poll(() => stored(page)).toEqual([]);
});

test('a picture for which the receiver has no room is known to be that before it is accepted', async ({
  link: _link,
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  // A quota of 2 MB that was set from outside gave no warning in Chromium 156.
  await beforeWorkers(
    receiver.page,
    `navigator.storage.estimate = async () => ({ quota: 3e6, usage: 1e6 });`,
  );
  await meet(rooms, server.url);
  await sender.pick(pictures.large, pictures.small);
  await expect(receiver.handle('large.jpg', 'no-space')).toContainText('2 MB');
  await expect(receiver.handle('large.jpg', 'accept')).toBeVisible();
  await expect(receiver.handle('small.jpg', 'accept')).toBeVisible();
  await expect(receiver.handle('small.jpg', 'no-space')).toHaveCount(0);
  // What arrives goes to the disk.
  await expect(receiver.page.getByTestId('memory-only')).toHaveCount(0);
});

test('where the browser stores nothing on disk, the limit of its memory is said with the offer, and the picture crosses', async ({
  link: _link,
  server,
  rooms,
  pictures,
}) => {
  test.skip(!LONG, 'the long run');
  const { sender, receiver } = rooms;
  await beforeWorkers(
    receiver.page,
    `navigator.storage.getDirectory = () => Promise.reject(new Error('none'));`,
  );
  await meet(rooms, server.url);
  await sender.pick(pictures.small);
  await expect(receiver.handle('small.jpg', 'accept')).toBeVisible();
  await expect(receiver.page.getByTestId('memory-only')).toContainText('537 MB');
  await receiver.accept('small.jpg');
  await expectVerified(rooms, pictures.small);
});
