/**
 * What tests of the whole app start from: the fixtures, both rooms, and pictures drawn once for all tests.
 */
import { test as base } from '../fixtures.ts';
import { draw, type Picture } from './pictures.ts';
import { ReceiverRoom, type Rooms, SenderRoom } from './rooms.ts';
import { watchWire } from './wire.ts';

interface Pictures {
  /** About 100 KB: a few blocks. */
  small: Picture;
  /** About 1 MB. */
  photo: Picture;
  /** Several MB: long enough on the wire to do something to it on its way. */
  large: Picture;
  png: Picture;
  webp: Picture;
}

/**
 * Two browsers, a relay and a server on a machine that may be doing other things: states are waited for, not
 * times.
 */
const PATIENCE_MS = 240_000;

export const test = base.extend<{ rooms: Rooms; patience: void }, { pictures: Pictures }>({
  patience: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads a fixture's needs from this pattern
    async ({}, use, testInfo) => {
      testInfo.setTimeout(PATIENCE_MS);
      await use();
    },
    { auto: true },
  ],
  pictures: [
    async ({ pair }, use) => {
      const context = await pair.senderBrowser.newContext();
      const page = await context.newPage();
      const jpeg = (name: string, width: number, grain: number, seed: number) =>
        draw(page, { name, mimeType: 'image/jpeg', width, height: (width * 3) / 4, grain, seed });
      const pictures = {
        small: await jpeg('small.jpg', 640, 0.2, 1),
        photo: await jpeg('photo.jpg', 1600, 0.5, 2),
        large: await jpeg('large.jpg', 3200, 0.6, 3),
        png: await draw(page, {
          name: 'drawn.png',
          mimeType: 'image/png',
          width: 320,
          height: 320,
          grain: 0.1,
          seed: 4,
        }),
        webp: await draw(page, {
          name: 'drawn.webp',
          mimeType: 'image/webp',
          width: 800,
          height: 600,
          grain: 0.3,
          seed: 5,
        }),
      };
      await context.close();
      await use(pictures);
    },
    { scope: 'worker' },
  ],
  rooms: async ({ sender, receiver }, use) => {
    for (const page of [sender, receiver]) await watchWire(page);
    await use({ sender: new SenderRoom(sender), receiver: new ReceiverRoom(receiver) });
  },
});

export { expect } from '@playwright/test';
