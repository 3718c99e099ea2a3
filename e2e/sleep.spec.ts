/**
 * A browser that does nothing for a while: stopped with all its processes, as a laptop's lid does it, or a
 * page that is away and back.
 */
import type { Browser } from '@playwright/test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freeze } from '../testbed/processes.ts';
import { launchChromium, openContext } from '../testbed/link/browsers.ts';
import { expect, test } from './support/app.ts';
import { LONG } from './support/long.ts';
import { unlike } from './support/pictures.ts';
import { expectVerified, meet, ReceiverRoom, SenderRoom } from './support/rooms.ts';

/** Longer than any silence that the protocol or the browser's ICE bears (30 s). */
const NAP_MS = 35_000;
/** Longer than a page must be silent to be taken for asleep. */
const DOZE_MS = 8000;

/** Stops every process of the browser, and returns what wakes them. */
async function stop(browser: Browser): Promise<() => void> {
  const { processes, wake } = await freeze(browser);
  expect(processes).toBeGreaterThan(2);
  return wake;
}

for (const side of ['sender', 'receiver'] as const) {
  for (const ms of [DOZE_MS, NAP_MS]) {
    test(`the ${side}'s browser sleeps for ${ms / 1000} s mid-way: the picture is completed and verified, and nobody cancelled it`, async ({
      pair,
      link,
      server,
      rooms,
      pictures,
    }) => {
      test.skip(!LONG && (side === 'receiver' || ms > DOZE_MS), 'the long run');
      await link.configure({ rateMbit: 16, delayMs: 20, seed: 71 });
      await meet(rooms, server.url);
      const picture = unlike(pictures.large, `asleep-${side}.jpg`);
      await rooms.sender.pick(picture);
      await rooms.receiver.accept(picture.name);
      await rooms[side].chunks(picture.name, 400);
      const wake = await stop(side === 'sender' ? pair.senderBrowser : pair.receiverBrowser);
      await sleep(ms).finally(wake);
      // Fails at once when either side shows an end other than done.
      await expectVerified(rooms, picture);
      for (const room of [rooms.sender, rooms.receiver]) {
        await expect(room.page.locator('[data-problem]')).toHaveCount(0);
        await room.connection('connected');
      }
    });
  }
}

test("a receiver joins while the sender's browser sleeps over its open room: they meet when it wakes", async ({
  pair,
  link: _link,
  server,
  rooms,
}) => {
  const { sender, receiver } = rooms;
  const code = await sender.open(server.url);
  await receiver.page.goto(`${server.url}/receive/`);
  const wake = await stop(pair.senderBrowser);
  try {
    await sleep(DOZE_MS);
    await receiver.enter(code);
    await sleep(3000);
  } finally {
    wake();
  }
  await receiver.connection('connected');
  await sender.connection('connected');
});

for (const joins of ['meanwhile', 'afterwards'] as const) {
  test(`[P-135] a page with an open room goes away and comes back, and a receiver who joins ${joins} waits for nothing in vain`, async ({
    pair,
    link,
    server,
  }) => {
    test.skip(!LONG && joins === 'afterwards', 'the long run');
    const browser = await launchChromium([], ['--disable-back-forward-cache']);
    const sender = new SenderRoom(await (await openContext(browser, link, 'sender')).newPage());
    const receiver = new ReceiverRoom(await (await pair.context('receiver')).newPage());
    const code = await sender.open(server.url);
    const address = (await sender.page.getByTestId('room-link').getAttribute('href'))!;
    const follow = async () => {
      await receiver.page.goto('about:blank');
      await receiver.page.goto(address);
      await receiver.page.getByTestId('join-room').click();
    };
    await sender.page.evaluate(() => Object.assign(globalThis, { sameDocument: true }));
    // Another origin.
    await sender.page.goto(`http://127.0.0.1:${server.port}/healthz`);
    if (joins === 'meanwhile') await follow();
    await sleep(2000);
    await sender.page.evaluate(() => history.back());
    await sleep(1000);
    const same = await sender.page.evaluate(() => 'sameDocument' in globalThis);
    console.log(`      the page was ${same ? 'restored from the cache' : 'loaded anew'}`);
    if (joins === 'afterwards') await receiver.join(server.url, code);
    await receiver.connection('connected', 'failed');
    if (!same && joins === 'afterwards') {
      await expect(receiver.problem('code-unknown').or(receiver.problem('peer-left'))).toBeVisible();
      expect(await sender.code()).not.toBe(code);
      await expect(sender.page.getByTestId('room-link')).toHaveAttribute('href', address);
      await follow();
    }
    // A page that knew that it was going for good has closed its door until it was back.
    if (await receiver.problem('code-unknown').isVisible()) await follow();
    await sender.connection('connected');
    await receiver.connection('connected');
    await browser.close();
  });
}
