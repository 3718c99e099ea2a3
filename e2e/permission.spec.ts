/** What one person permits holds for the one they permitted it to: with another code both sides ask anew. */
import { expect, test } from './support/app.ts';
import { unlike } from './support/pictures.ts';
import { cross, expectVerified, meet, ReceiverRoom, SenderRoom } from './support/rooms.ts';

test('[P-108] "accept everything" ends with its sender: the next one’s pictures wait for a click', async ({
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  await receiver.page.clock.install();
  await meet(rooms, server.url);
  const everything = receiver.page.getByTestId('accept-all');
  // The box shows what the worker answers, a moment after the press.
  await everything.click();
  await expect(everything).toBeChecked();
  await sender.pick(pictures.small);
  await expectVerified(rooms, pictures.small);
  const context = sender.page.context();
  await sender.page.close();
  await receiver.searchInVain('closed');

  const next = new SenderRoom(await context.newPage());
  await receiver.enter(await next.open(server.url));
  await receiver.connection('connected');
  await next.pick(pictures.png);
  await receiver.state('drawn.png', 'offered');
  await expect(everything).not.toBeChecked();
  await receiver.page.waitForTimeout(2000);
  await receiver.state('drawn.png', 'offered');
  await next.state('drawn.png', 'offered');
  await receiver.accept('drawn.png');
  await expectVerified({ sender: next, receiver }, pictures.png);
});

test('[P-111] before a first acceptance no preview leaves; after another code nothing is offered that waited for the last', async ({
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  await sender.page.clock.install();
  await meet(rooms, server.url);
  const [waiting, unwanted] = [pictures.photo, unlike(pictures.small, 'unwanted.jpg')];
  await sender.pick(waiting, unwanted);
  const streams = async (): Promise<string[]> => Object.keys((await sender.wire()).sent);
  for (const { name } of [waiting, unwanted]) await receiver.state(name, 'offered');
  await sender.page.waitForTimeout(1500);
  expect(await streams()).toEqual([]);

  // The first acceptance permits the others' previews.
  await cross(rooms, pictures.small);
  await expect.poll(async () => (await streams()).length).toBe(4);

  const context = receiver.page.context();
  await receiver.page.close();
  await sender.searchInVain('closed');
  const next = new ReceiverRoom(await context.newPage());
  // A fresh one by itself.
  await next.join(server.url, await sender.code());
  await next.connection('connected');
  for (const { name } of [waiting, unwanted]) await sender.state(name, 'held');
  await sender.pick(pictures.png);
  await next.state('drawn.png', 'offered');
  await next.page.waitForTimeout(1500);
  await expect(next.page.getByTestId('transfer')).toHaveCount(1);
  expect(await streams()).toHaveLength(4);

  await sender.handle(unwanted.name, 'remove-held').click();
  await expect(sender.card(unwanted.name)).toHaveCount(0);
  await sender.handle(waiting.name, 'offer-held').click();
  await next.accept(waiting.name);
  await expectVerified({ sender, receiver: next }, waiting);
  await expect(next.page.getByTestId('transfer')).toHaveCount(2);
});
