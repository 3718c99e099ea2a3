/**
 * Photographs through each choice of the sender's page: what is promised of the pixels and of the place is
 * held against the file that the receiver saves. Three of the shared collection in an ordinary run,
 * `TESSERA_LONG=1` all of them.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { en } from '../app/text/pages-text.ts';
import { inspectImage } from '../lib/image/inspect/inspect.ts';
import { expect, test } from './support/app.ts';
import { type Picture, sharedPictures } from './support/pictures.ts';
import { meet, type Rooms } from './support/rooms.ts';
import { LONG } from './support/long.ts';

const FEW = new Set(['gps-1.jpg', 'transparent.png', 'damaged.jpg']);
const collection = sharedPictures().filter(({ name }) => LONG || FEW.has(name));
const CHOSEN_SIDE = 2048;

type Choice = 'original' | 'without-location' | 'smaller';

async function choose({ sender }: Rooms, choice: Choice): Promise<void> {
  // The first one is for pictures picked from now on.
  const details = sender.page.locator('details', { has: sender.page.getByTestId('choice') }).first();
  if ((await details.getAttribute('open')) === null) await details.getByTestId('choice').click();
  await details.locator(`input[value=${choice}]`).check();
}

/** The saved file; `undefined`: the page says that the choice cannot be met, and sends nothing. */
async function sent({ sender, receiver }: Rooms, picture: Picture): Promise<Buffer | undefined> {
  await sender.pick(picture);
  const stem = picture.name.slice(0, picture.name.lastIndexOf('.'));
  const card = receiver.page.locator(`[data-testid=transfer][data-name^="${stem}."]`);
  const held = sender
    .card(picture.name)
    .getByText(new RegExp(`${en.choice.cannotRemove['cannot-be-sure']}|${en.choice.cannotShrink}`));
  const accept = card.getByTestId('accept');
  await expect
    .poll(async () => (await accept.isVisible()) || (await held.isVisible()), { timeout: 60_000 })
    .toBe(true);
  if (await held.isVisible()) {
    expect(await card.count()).toBe(0);
    return undefined;
  }
  await accept.click();
  await expect(card).toHaveAttribute('data-state', 'done', { timeout: 120_000 });
  const saving = receiver.page.waitForEvent('download');
  await card.getByTestId('download').click();
  return readFile(await (await saving).path());
}

/** Size and digest of the decoded pixels; `undefined`: this browser refuses the file. */
async function pixels(page: Page, bytes: Buffer): Promise<string | undefined> {
  return page.evaluate(async (base64) => {
    const file = new Blob([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))]);
    const bitmap = await createImageBitmap(file).catch(() => undefined);
    if (bitmap === undefined) return undefined;
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d')!;
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
    return `${canvas.width} x ${canvas.height} ${[...digest].join(' ')}`;
  }, bytes.toString('base64'));
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const facts = (bytes: Buffer) => inspectImage(new Blob([new Uint8Array(bytes)]));

test('each choice keeps its promise for the photographs, damaged ones too', async ({
  link,
  server,
  rooms,
}) => {
  test.skip(collection.length === 0, 'the shared pictures are not here');
  test.setTimeout(900_000);
  await link.configure({ delayMs: 5 });
  await meet(rooms, server.url);
  const outcomes: string[] = [];
  // That originals cross as they are, other tests show.
  for (const choice of [...(LONG ? (['original'] as const) : []), 'without-location', 'smaller'] as const) {
    await choose(rooms, choice);
    for (const { name, mimeType, buffer } of collection) {
      const before = await facts(buffer);
      const saved = await sent(rooms, { name: `${choice}-${name}`, mimeType, buffer });
      const after = saved && (await facts(saved));
      const what = `${choice}, ${name}`;
      outcomes.push(
        `${what}: ${saved ? (saved.equals(buffer) ? 'same bytes' : `${buffer.length} → ${saved.length}`) : 'held'}`,
      );
      if (choice === 'original') {
        expect(sha256(saved!), what).toBe(sha256(buffer));
      } else if (choice === 'without-location' && saved) {
        expect(after?.place, what).toBeUndefined();
        expect(after?.namesPlace, what).toBe('none');
        if (before.namesPlace === 'none') expect(sha256(saved), what).toBe(sha256(buffer));
        else
          expect(await pixels(rooms.sender.page, saved), what).toBe(await pixels(rooms.sender.page, buffer));
      } else if (choice === 'without-location') {
        expect(saved, what).toBeDefined();
      } else if (saved && !saved.equals(buffer)) {
        expect(after?.place, what).toBeUndefined();
        expect(saved.length, what).toBeLessThan(buffer.length);
        expect(Math.max(after?.width ?? Infinity, after?.height ?? 0), what).toBeLessThanOrEqual(CHOSEN_SIDE);
        expect(await pixels(rooms.sender.page, saved), what).toBeDefined();
      } else if (!saved) {
        // Only what this browser cannot decode cannot be made smaller.
        expect(await pixels(rooms.sender.page, buffer), what).toBeUndefined();
      }
    }
  }
  test.info().annotations.push({ type: 'outcomes', description: outcomes.join('\n') });
});
