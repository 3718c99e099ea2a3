/**
 * The server has a newer version while pages are open: the scripts that they have not loaded yet are gone.
 */
import type { BrowserContext, Page } from '@playwright/test';
import { expect, test } from './support/app.ts';
import { cross, meet, ReceiverRoom, SenderRoom, type Rooms } from './support/rooms.ts';

/** A service worker would have kept some of them. */
async function openRooms(pair: {
  context(side: 'sender' | 'receiver', options: { serviceWorkers: 'block' }): Promise<BrowserContext>;
}): Promise<Rooms & { close(): Promise<unknown> }> {
  const contexts = await Promise.all([
    pair.context('sender', { serviceWorkers: 'block' }),
    pair.context('receiver', { serviceWorkers: 'block' }),
  ]);
  const [sender, receiver] = await Promise.all([contexts[0].newPage(), contexts[1].newPage()]);
  return {
    sender: new SenderRoom(sender),
    receiver: new ReceiverRoom(receiver),
    close: () => Promise.all(contexts.map((context) => context.close())),
  };
}

const updateServer = (page: Page, gone = /_next\/static\//) =>
  page.route(gone, (route) => route.fulfill({ status: 404, body: 'Not found' }));

test('after an update a received picture stays and can be saved, and each part that is gone says so in its place', async ({
  link: _link,
  server,
  pair,
  pictures,
}) => {
  const rooms = await openRooms(pair);
  const { receiver } = rooms;
  await meet(rooms, server.url);
  await cross(rooms, pictures.small);

  await updateServer(receiver.page);
  await receiver.handle('small.jpg', 'preview').getByRole('button').click();
  await receiver.card('small.jpg').locator('summary', { hasText: 'What the network did' }).click();
  // The viewer, and the plots with the log.
  await expect(receiver.problem('page-outdated')).toHaveCount(2);
  await receiver.expectExact(pictures.small);
  await rooms.close();
});

test('a sender that cannot load what looks at a picture names the update, not the file', async ({
  link: _link,
  server,
  pair,
  pictures,
}) => {
  const rooms = await openRooms(pair);
  const { sender } = rooms;
  await sender.open(server.url);
  await updateServer(sender.page);
  await sender.pick(pictures.small);
  await expect(sender.card('small.jpg').locator('[data-problem="page-outdated"]')).toBeVisible();
  await rooms.close();
});

for (const late of ['sender', 'receiver'] as const) {
  test(`a ${late} whose worker is gone says so within seconds, and nobody waits for it`, async ({
    link: _link,
    server,
    pair,
  }) => {
    const rooms = await openRooms(pair);
    const { sender, receiver } = rooms;
    await updateServer(rooms[late].page, /turbopack-worker/);
    const began = Date.now();
    if (late === 'sender') {
      await sender.page.goto(`${server.url}/send/`);
      await sender.page.getByTestId('open-room').click();
    } else {
      await receiver.join(server.url, await sender.open(server.url));
      await sender.connection('failed', 'closed');
    }
    await expect(rooms[late].problem('page-outdated')).toBeVisible();
    await rooms[late].connection('failed');
    expect(Date.now() - began).toBeLessThan(25_000);
    await rooms.close();
  });
}
