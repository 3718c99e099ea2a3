/**
 * A transfer that does not simply go through: a person changes their mind, leaves or returns, or the network
 * does.
 */
import { expect, test } from './support/app.ts';
import { unlike } from './support/pictures.ts';
import { cross, expectVerified, meet, ReceiverRoom, reload, SLOW, underway } from './support/rooms.ts';

/** Once what a slow link shows is seen, the rest need not take as long. */
const quick = { rateMbit: 50 };

test('[P-49, P-57] of a declined picture the preview alone is sent, and is not shown; the next picture crosses', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  await link.configure({ rateMbit: 50, delayMs: 20, seed: 41 });
  await meet(rooms, server.url);
  // The first acceptance permits the next one's preview.
  await cross(rooms, pictures.png);
  const before = new Set(Object.keys((await sender.wire()).sent));
  const sent = async () => Object.keys((await sender.wire()).sent).filter((stream) => !before.has(stream));
  await sender.pick(pictures.photo);
  await expect.poll(sent).toHaveLength(1);
  const picture = receiver.handle('photo.jpg', 'preview');
  await expect(picture).toHaveAttribute('data-stage', 'thumb');
  await receiver.handle('photo.jpg', 'decline').click();
  await receiver.state('photo.jpg', 'declined');
  await sender.state('photo.jpg', 'declined');
  await expect(picture).toHaveAttribute('data-stage', 'thumb');
  await expect(picture.locator('img:visible')).toHaveCount(1);
  // Even: the preview's. It waits in the worker and does not reach the page before an acceptance.
  expect((await sent()).map((stream) => Number(stream) % 2)).toEqual([0]);
  const marks = (await receiver.marks()).filter(({ name }) => name === 'tessera:preview');
  expect(marks.map(({ detail }) => detail.name)).not.toContain('photo.jpg');
  await cross(rooms, pictures.small);
});

test('either side cancels mid-way, both see it, it stops, the next one crosses, and it can be offered again', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  await meet(rooms, server.url);
  for (const side of ['sender', 'receiver'] as const) {
    await link.configure({ ...SLOW, seed: 42 });
    const name = `cancelled-by-${side}.jpg`;
    await sender.pick({ ...pictures.large, name });
    await receiver.accept(name);
    await rooms[side].chunks(name, 200);
    await rooms[side].cancel(name);
    await sender.state(name, 'cancelled');
    await receiver.state(name, 'cancelled');
    await expect(receiver.handle(name, 'download')).toHaveCount(0);

    const before = (await sender.wire()).sent;
    await link.configure({ rateMbit: 50, delayMs: 20, seed: 42 });
    await cross(rooms, { ...pictures.small, name: `after-${side}.jpg` });
    const after = (await sender.wire()).sent;
    for (const [stream, { packets }] of Object.entries(before))
      expect(after[Number(stream)]!.packets, 'packets of the cancelled picture').toBe(packets);
  }

  const name = 'cancelled-by-sender.jpg';
  await sender.handle(name, 'retry').click();
  await receiver.page.getByTestId('accept').click({ timeout: 40_000 });
  await sender.state(name, 'done');
  await expect(receiver.page.locator(`[data-name="${name}"][data-state=done]`)).toHaveCount(1);
});

test('[P-20] the receiver closes the tab mid-way: the sender is told, and goes on with a new code', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  await link.configure({ ...SLOW, seed: 44 });
  await sender.page.clock.install();
  await underway(rooms, server.url, pictures.large, 200, 'sender');
  const context = receiver.page.context();
  await receiver.page.close();
  await sender.connection('reconnecting');
  await sender.state('large.jpg', 'paused');

  // A minute is left for a reload; after that the search ends.
  await sender.page.clock.runFor(50_000);
  await sender.state('large.jpg', 'paused');
  await sender.page.clock.runFor(20_000);
  await expect(sender.problem('connection-lost')).toBeVisible();
  await sender.connection('failed');
  await sender.state('large.jpg', 'failed');
  await expect(sender.problem('interrupted')).toBeVisible();
  await expect(sender.handle('large.jpg', 'retry')).toBeVisible();
  await link.change(quick);
  const again = new ReceiverRoom(await context.newPage());
  await again.join(server.url, await sender.newCode());
  // It was for another person, as far as this page knows.
  await sender.handle('large.jpg', 'offer-held').click();
  await again.accept('large.jpg');
  await expectVerified({ sender, receiver: again }, pictures.large);
});

test('[P-68] the sender closes the tab mid-way: the receiver is told', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  await link.configure({ ...SLOW, seed: 48 });
  await underway(rooms, server.url, pictures.large, 200);
  await sender.page.close();
  await receiver.connection('reconnecting', 'closed');
  await receiver.state('large.jpg', 'paused', 'failed');
});

test('[P-66, P-108] the receiver reloads mid-way: the picture goes on without a code, and what is there is not sent again', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  await link.configure({ ...SLOW, seed: 45 });
  const { name, buffer } = pictures.large;
  const chunks = Math.ceil(buffer.length / 1024);
  await underway(rooms, server.url, pictures.large, 0.7 * chunks);
  await reload(receiver.page);
  await receiver.connection('connected');
  await sender.connection('connected');
  await link.change(quick);
  await expectVerified(rooms, pictures.large);
  const received = Object.values((await receiver.wire()).received).reduce(
    (sum, { packets }) => sum + packets,
    0,
  );
  console.log(`      ${received} packets for ${chunks} chunks came after the reload at 70 %`);
  expect(received).toBeGreaterThan(0);
  expect(received).toBeLessThan(0.75 * chunks);
  expect(await receiver.number(name, 'chunks-received')).toBe(chunks);
  await cross(rooms, pictures.small);
});

test('[P-69] a silent network of four seconds mid-way is survived, and a server that stops and starts again', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  await link.configure({ ...SLOW, seed: 46 });
  const quiet = unlike(pictures.large, 'quiet.jpg');
  await underway(rooms, server.url, quiet, 500);
  await link.blackhole(4000);
  const silent = await receiver.number(quiet.name, 'chunks-received');
  await receiver.chunks(quiet.name, silent + 300);
  expect((await link.stats()).toReceiver.droppedByBlackhole).toBeGreaterThan(0);
  await link.change(quick);
  await expectVerified(rooms, quiet);
  await link.change(SLOW);

  await sender.pick(pictures.large);
  await receiver.accept('large.jpg');
  await receiver.chunks('large.jpg', 200);
  await server.stop();
  const there = await receiver.number('large.jpg', 'chunks-received');
  await receiver.chunks('large.jpg', there + 300);
  await receiver.connection('connected');
  await server.start();
  await link.change(quick);
  await expectVerified(rooms, pictures.large);
  await cross(rooms, pictures.small);
});
