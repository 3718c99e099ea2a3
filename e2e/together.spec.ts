/** Several people in a room, pictures both ways and remembered devices, all at the same time. */
import type { Page } from '@playwright/test';
import { expect, test } from './support/app.ts';
import { LONG } from './support/long.ts';
import { unlike } from './support/pictures.ts';
import { cross, meet, ReceiverRoom, reload, type Rooms, SenderRoom } from './support/rooms.ts';

const PATIENCE = { timeout: 60_000 };

const personOf = ({ page }: SenderRoom, name: string) => page.getByTestId('person').filter({ hasText: name });

const present = (page: Page) =>
  expect(page.getByTestId('devices')).toHaveAttribute('data-present', 'true', PATIENCE);

/** What this tab opens next has nothing of this page's, its room for one: as in another tab. */
async function leave(page: Page): Promise<void> {
  await page.evaluate(() => sessionStorage.clear());
  await page.goto('about:blank');
}

/** Waits at the door of a page where others are. */
async function rings(room: ReceiverRoom): Promise<void> {
  await present(room.page);
  await room.page.getByTestId('device-connect').click();
  await expect(room.page.getByTestId('connection')).toHaveAttribute('data-at-door', 'true', PATIENCE);
}

test('[P-136, P-138, P-142] a remembered device stands at the door of a room with others, is let in, and pictures go both ways, also after a reload', async ({
  server,
  rooms,
  pair,
  pictures,
}) => {
  test.skip(!LONG, 'minutes: TESSERA_LONG=1');
  const { small, png, webp } = pictures;
  const { sender } = rooms;
  const bens = rooms.receiver.page.context();
  await rooms.receiver.page.goto(`${server.url}/receive/`);
  await rooms.receiver.page.getByTestId('name-input').fill('Ben');
  await meet(rooms, server.url);
  await cross(rooms, small);
  for (const { page } of [sender, rooms.receiver]) await page.getByTestId('remember').click(PATIENCE);
  for (const { page } of [sender, rooms.receiver])
    await expect(page.getByTestId('remembering')).toHaveAttribute('data-by', 'both', PATIENCE);
  await rooms.receiver.page.close();
  await leave(sender.page);

  // The sender is with somebody else when the device rings.
  const anas = await pair.context('receiver');
  const ana = new ReceiverRoom(await anas.newPage());
  const code = await sender.open(server.url);
  await ana.page.goto(`${server.url}/receive/`);
  await ana.page.getByTestId('name-input').fill('Ana');
  await ana.enter(code);
  await ana.connection('connected');
  const ben = new ReceiverRoom(await bens.newPage());
  await ben.page.goto(`${server.url}/receive/`);
  await rings(ben);
  await expect(sender.page.getByTestId('visitor')).toContainText('Ben', PATIENCE);
  await sender.page.getByTestId('not-now').click();
  await expect(ben.problem('device-busy')).toBeVisible(PATIENCE);
  await rings(ben);
  await sender.page.getByTestId('let-in').click(PATIENCE);
  await ben.connection('connected');
  await expect(personOf(sender, 'Ben')).toHaveAttribute('data-state', 'connected', PATIENCE);
  await ana.connection('connected');

  // To both, and from both.
  await sender.pick(png);
  for (const room of [ana, ben]) {
    await room.accept(png.name);
    await room.state(png.name, 'done');
    await room.expectExact(png);
  }
  const back = async (room: ReceiverRoom, name: string) => {
    const picture = unlike(webp, name);
    await new SenderRoom(room.page).pick(picture);
    const returned = new ReceiverRoom(sender.page);
    await returned.accept(name);
    await returned.state(name, 'done');
    await returned.expectExact(picture);
  };
  await back(ana, 'from-ana.webp');
  await back(ben, 'from-ben.webp');

  // Something is still owed: everybody is found again, and each way goes on.
  const more = unlike(small, 'more.jpg');
  await sender.pick(more);
  for (const room of [ana, ben]) await expect(room.card(more.name)).toBeVisible(PATIENCE);
  await reload(sender.page);
  await sender.connection('connected');
  await expect(personOf(sender, 'Ben')).toHaveAttribute('data-state', 'connected', PATIENCE);
  await sender.page.getByTestId('same-files').setInputFiles(more);
  for (const room of [ana, ben]) {
    await room.card(more.name).getByTestId('accept').last().click(PATIENCE);
    await room.state(more.name, 'done');
  }
  await back(ben, 'again-from-ben.webp');

  // Who leaves keeps what has arrived; the next ring is a visitor's again.
  await ben.page.getByTestId('leave').click();
  await ben.connection('closed');
  await expect(personOf(sender, 'Ben')).toHaveAttribute('data-state', 'closed', PATIENCE);
  await ben.expectExact(more);
  await rings(ben);
  await expect(sender.page.getByTestId('visitor')).toContainText('Ben', PATIENCE);
  await ben.page.getByTestId('leave').click();
  // No one is at the door any more.
  await expect(sender.page.getByTestId('visitor')).toHaveCount(0, PATIENCE);

  // A receiving page is with one at a time, and says so.
  const other: Rooms = { sender: new SenderRoom(await anas.newPage()), receiver: ben };
  await ben.enter(await other.sender.open(server.url));
  await ben.connection('connected');
  const again = new SenderRoom(await sender.page.context().newPage());
  await sender.page.close();
  await again.page.goto(`${server.url}/send/`);
  await present(again.page);
  await again.page.getByTestId('device-connect').click();
  await expect(again.problem('device-busy')).toBeVisible(PATIENCE);
  await ben.connection('connected');
  await anas.close();
});

test('[P-144] two tabs of one browser ring in the same moment: both are let in, and neither is taken for a copy', async ({
  server,
  rooms,
  pictures,
}) => {
  test.skip(!LONG, 'minutes: TESSERA_LONG=1');
  const { sender, receiver } = rooms;
  await meet(rooms, server.url);
  await cross(rooms, pictures.small);
  for (const { page } of [sender, receiver]) await page.getByTestId('remember').click(PATIENCE);
  for (const { page } of [sender, receiver])
    await expect(page.getByTestId('remembering')).toHaveAttribute('data-by', 'both', PATIENCE);
  // Another tab knows nothing of the session of this one.
  const context = receiver.page.context();
  await receiver.page.close();
  await leave(sender.page);
  await sender.page.goto(`${server.url}/send/`);
  await present(sender.page);
  const tabs = [new ReceiverRoom(await context.newPage()), new ReceiverRoom(await context.newPage())];
  for (const { page } of tabs) await page.goto(`${server.url}/receive/`);
  for (const { page } of tabs) await present(page);
  await Promise.all(tabs.map(({ page }) => page.getByTestId('device-connect').click()));
  // One is met, the other stands at the door.
  await sender.page.getByTestId('let-in').click(PATIENCE);
  for (const room of [sender, ...tabs]) await room.connection('connected');
  for (const room of [sender, ...tabs]) await expect(room.problem('device-copied')).toHaveCount(0);
  await sender.pick(pictures.png);
  for (const room of tabs) {
    await room.accept(pictures.png.name);
    await room.state(pictures.png.name, 'done');
  }
});
