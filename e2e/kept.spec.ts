/**
 * Received pictures outlive a reload until they are saved or thrown away, and a session outlives a walk
 * through the app.
 */
import { readFile } from 'node:fs/promises';
import { expect, test } from './support/app.ts';
import { controlNames, twice } from './support/control-names.ts';
import { meet, type Rooms, underway } from './support/rooms.ts';
import { stored } from './support/stored.ts';
import { sha256, type Picture, unlike } from './support/pictures.ts';

/** Done on both sides and not saved. */
async function receive({ sender, receiver }: Rooms, picture: Picture): Promise<void> {
  await sender.pick(picture);
  await receiver.accept(picture.name);
  await receiver.state(picture.name, 'done');
  await sender.state(picture.name, 'done');
}

test('a received picture that is not saved: leaving asks, a reload brings it back, saved it does not come again', async ({
  link: _link,
  server,
  rooms,
  pictures,
}) => {
  const { receiver } = rooms;
  const { page } = receiver;
  await meet(rooms, server.url);
  await receive(rooms, pictures.small);
  await receive(rooms, unlike(pictures.small, 'other.jpg'));
  const asked: string[] = [];
  page.on('dialog', (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  await page.reload();
  expect(asked).toEqual(['beforeunload']);
  const kept = page.getByTestId('kept').locator('[data-name="small.jpg"]');
  await expect(kept.getByTestId('verified')).toBeVisible();
  await expect(kept.getByTestId('preview')).toHaveAttribute('data-stage', 'full');
  await receiver.connection('connected');
  const other = page.getByTestId('kept').locator('[data-name="other.jpg"]');
  await expect(other.getByTestId('verified')).toBeVisible();
  expect(twice((await controlNames(page)).filter((name) => !name.startsWith('link')))).toEqual([]);
  await other.getByTestId('throw-away').click();
  await expect(other).toHaveCount(0);
  await expect(page.getByText('Waiting for', { exact: false }).filter({ visible: true })).toHaveCount(0);
  const saving = page.waitForEvent('download');
  await kept.getByTestId('download').click();
  expect(sha256(await readFile(await (await saving).path()))).toBe(sha256(pictures.small.buffer));
  await expect
    .poll(async () => (await stored(page)).filter((name) => name.endsWith('.saved')).length)
    .toBe(1);
  await page.reload();
  await expect.poll(() => stored(page)).toEqual([]);
  await receiver.connection('connected');
  await expect(kept).toHaveCount(0);
  expect(asked).toEqual(['beforeunload']);
});

test('other tabs show no more than a count, and that only once the tab is closed; what was saved goes with the tab, the rest when thrown away', async ({
  link: _link,
  server,
  rooms,
  pictures,
}) => {
  const { receiver } = rooms;
  const context = receiver.page.context();
  await meet(rooms, server.url);
  await receive(rooms, pictures.small);
  await receive(rooms, pictures.photo);
  const second = await context.newPage();
  await second.goto(`${server.url}/receive/`);
  await expect(second.getByTestId('connection')).toBeVisible();
  // Its list is loaded last.
  await second.waitForLoadState('networkidle');
  await expect(second.getByTestId('leftovers')).toHaveCount(0);
  await receiver.expectExact(pictures.small);
  // While its page still shows it, another page's start does not sweep it.
  await second.clock.setFixedTime(Date.now() + 10 * 60_000);
  await second.reload();
  await second.waitForLoadState('networkidle');
  await receiver.expectExact(pictures.small);
  await expect
    .poll(async () => (await stored(second)).filter((name) => name.endsWith('.saved')).length)
    .toBe(1);
  await receiver.page.close();
  await expect.poll(async () => (await stored(second)).filter((name) => !name.includes('.')).length).toBe(1);
  await second.close();

  const later = await context.newPage();
  await later.goto(`${server.url}/receive/`);
  await expect(later.getByTestId('leftovers')).toBeVisible();
  await expect(later.getByTestId('transfer')).toHaveCount(0);
  await later.getByRole('button', { name: 'Show them' }).click();
  await expect(later.locator('[data-name="photo.jpg"]')).toBeVisible();
  await later.getByTestId('throw-away').click();
  await expect(later.getByTestId('kept')).toHaveCount(0);
  await expect.poll(() => stored(later)).toEqual([]);
});

test('a duplicated tab, whose session storage is a copy, takes neither the pictures nor the session of the first', async ({
  link: _link,
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  await meet(rooms, server.url);
  await receive(rooms, pictures.small);
  const entries = await receiver.page.evaluate(() =>
    Object.keys(sessionStorage).map((key): [string, string] => [key, sessionStorage.getItem(key) ?? '']),
  );
  expect(entries.map(([key]) => key)).toEqual(
    expect.arrayContaining(['tessera:tab', 'tessera:rejoin:receiver']),
  );
  const copy = await receiver.page.context().newPage();
  await copy.addInitScript((all) => {
    if (sessionStorage.length === 0) for (const [key, value] of all) sessionStorage.setItem(key, value);
  }, entries);
  await copy.goto(`${server.url}/receive/`);
  await expect(copy.getByTestId('connection')).toBeVisible();
  await copy.waitForLoadState('networkidle');
  await copy.waitForTimeout(3000);
  await expect(copy.getByTestId('kept')).toHaveCount(0);
  await expect(copy.getByTestId('connection')).toHaveAttribute('data-idle', 'true');
  await receiver.connection('connected');
  await sender.connection('connected');
  await receive(rooms, pictures.png);
  // It has a name of its own, which it keeps.
  const name = () => copy.evaluate(() => sessionStorage.getItem('tessera:tab'));
  const own = await name();
  expect(own).not.toBe(new Map(entries).get('tessera:tab'));
  await copy.reload();
  await copy.waitForTimeout(1500);
  expect(await name()).toBe(own);
});

test('a saved picture that a browser left behind goes at the start of any page, once its download must be through', async ({
  server,
  receiver: page,
}) => {
  await page.goto(server.url);
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('received', { create: true });
    for (const name of ['ab', 'ab.state', 'ab.saved']) await folder.getFileHandle(name, { create: true });
  });
  await page.reload();
  await page.waitForLoadState('networkidle');
  expect((await stored(page)).toSorted()).toEqual(['ab', 'ab.saved', 'ab.state']);
  await page.clock.setFixedTime(Date.now() + 10 * 60_000);
  await page.reload();
  await expect.poll(() => stored(page)).toEqual([]);
});

test('a done picture can be thrown away at once: its card and its bytes are gone, and the next one crosses', async ({
  link: _link,
  server,
  rooms,
  pictures,
}) => {
  const { receiver } = rooms;
  await meet(rooms, server.url);
  await receive(rooms, pictures.small);
  await receiver.handle('small.jpg', 'throw-away').click();
  await expect(receiver.card('small.jpg')).toHaveCount(0);
  await expect.poll(() => stored(receiver.page)).toEqual([]);
  await receive(rooms, pictures.photo);
});

for (const side of ['sender', 'receiver'] as const) {
  test(`the ${side} presses the logo while a picture is on its way: it goes on, and is there when they return`, async ({
    link,
    server,
    rooms,
    pictures,
  }) => {
    await link.configure({ rateMbit: 8, delayMs: 20, seed: 61 });
    await underway(rooms, server.url, pictures.large, 200, side);
    const { page } = rooms[side];
    await page.getByRole('link', { name: 'Tessera' }).click();
    const notice = page.getByTestId(side === 'sender' ? 'underway-send' : 'underway-receive');
    await expect(notice).toBeVisible();
    await rooms[side === 'sender' ? 'receiver' : 'sender'].state('large.jpg', 'done');
    await notice.getByRole('link').click();
    await rooms[side].state('large.jpg', 'done');
    await rooms[side].connection('connected');
  });
}
