/** Pictures go both ways between two pages that were connected once (P-136, P-137). */
import { expect, test } from './support/app.ts';
import { LONG } from './support/long.ts';
import { unlike } from './support/pictures.ts';
import {
  begin,
  cross,
  expectVerified,
  meet,
  ReceiverRoom,
  type Rooms,
  SenderRoom,
  SLOW,
} from './support/rooms.ts';

/** The other way between the same two pages. */
const back = ({ sender, receiver }: Rooms): Rooms => ({
  sender: new SenderRoom(receiver.page),
  receiver: new ReceiverRoom(sender.page),
});

test('[P-136] the receiver sends two pictures back without a code, each after a click of the other person, and both pages say whose is whose', async ({
  server,
  rooms,
  pictures,
}) => {
  const returning = back(rooms);
  const { page } = rooms.receiver;
  await page.setViewportSize({ width: 360, height: 640 });
  await meet(rooms, server.url);
  await cross(rooms, pictures.small);
  // On a phone it is below what was received, and a press away, also when its first line shows.
  const section = page.getByTestId('way-back');
  const picker = section.getByTestId('write-text');
  await section.evaluate((element) =>
    scrollBy(0, element.getBoundingClientRect().top + 20 - document.documentElement.clientHeight),
  );
  await expect(picker).not.toBeInViewport();
  await page.getByTestId('to-way-back').click();
  await expect(picker).toBeInViewport();
  await expect(page.getByTestId('to-way-back')).toHaveCount(0);
  await returning.sender.pick(pictures.png);
  await returning.receiver.state('drawn.png', 'offered');
  await returning.sender.state('drawn.png', 'offered');
  expect(await returning.receiver.number('drawn.png', 'chunks-received')).toBe(0);
  await returning.receiver.accept('drawn.png');
  await expectVerified(returning, pictures.png);
  await cross(returning, pictures.webp);
  // The first way goes on beside it.
  const more = unlike(pictures.small, 'more.jpg');
  await cross(rooms, more);
  for (const { page } of [rooms.sender, rooms.receiver]) {
    const names = (list: string) =>
      page
        .getByTestId(list)
        .getByTestId('transfer')
        .evaluateAll((cards) => cards.map((card) => card.getAttribute('data-name')));
    expect(await names('way-there')).toEqual(['small.jpg', 'more.jpg']);
    expect(await names('way-back')).toEqual(['drawn.png', 'drawn.webp']);
  }
});

test.describe('in the long run', () => {
  test.skip(!LONG, 'minutes: TESSERA_LONG=1');

  test('[P-137] a path that is cut while pictures cross both ways is found again, and both arrive byte for byte', async ({
    link,
    server,
    rooms,
    pictures,
  }) => {
    const returning = back(rooms);
    const there = unlike(pictures.large, 'there.jpg');
    await link.configure({ ...SLOW, seed: 61 });
    await meet(rooms, server.url);
    await rooms.sender.pick(there);
    await rooms.receiver.accept('there.jpg');
    await returning.sender.pick(pictures.large);
    await returning.receiver.accept('large.jpg');
    await returning.receiver.chunks('large.jpg', 100);
    await rooms.receiver.chunks('there.jpg', 100);
    await link.blackhole(12_000);
    await rooms.sender.connection('reconnecting');
    await rooms.sender.connection('connected');
    await link.change({ rateMbit: 50 });
    await expectVerified(returning, pictures.large);
    await expectVerified(rooms, there);
  });

  test('[P-66, P-137] the sending page is loaded anew while it receives: the picture goes on without a click', async ({
    link,
    server,
    rooms,
    pictures,
  }) => {
    const returning = back(rooms);
    await link.configure({ ...SLOW, seed: 62 });
    await meet(rooms, server.url);
    await begin(returning, pictures.large, 500);
    await rooms.sender.page.reload();
    await link.change({ rateMbit: 50 });
    await expectVerified(returning, pictures.large);
  });

  test('[P-108, P-111] what was permitted or picked for one person holds on the way back for no other', async ({
    server,
    rooms,
    pictures,
    pair,
  }) => {
    const returning = back(rooms);
    await rooms.receiver.page.clock.install();
    await meet(rooms, server.url);
    await returning.sender.pick(pictures.png);
    const everything = rooms.sender.page.getByTestId('accept-all');
    // The box shows what the worker answers, a moment after the press.
    await everything.click();
    await expect(everything).toBeChecked();
    await expectVerified(returning, pictures.png);
    await everything.click();
    await expect(everything).not.toBeChecked();
    // Not answered by the one it was picked for.
    await returning.sender.pick(pictures.webp);
    await returning.receiver.state('drawn.webp', 'offered');
    await rooms.sender.page.close();
    await rooms.receiver.page.clock.runFor(70_000);
    await rooms.receiver.connection('failed', 'closed');

    const context = await pair.context('sender');
    const next: Rooms = { sender: new SenderRoom(await context.newPage()), receiver: rooms.receiver };
    await rooms.receiver.enter(await next.sender.open(server.url));
    await rooms.receiver.connection('connected');
    await returning.sender.state('drawn.webp', 'held');
    await expect(next.sender.page.getByTestId('transfer')).toHaveCount(0);
    await back(next).sender.pick(pictures.small);
    await back(next).receiver.state('small.jpg', 'offered');
    await expect(next.sender.page.getByTestId('accept-all')).not.toBeChecked();
    await back(next).receiver.accept('small.jpg');
    await expectVerified(back(next), pictures.small);
    await expect(next.sender.page.getByTestId('transfer')).toHaveCount(1);
    await returning.sender.handle('drawn.webp', 'offer-held').click();
    await back(next).receiver.accept('drawn.webp');
    await expectVerified(back(next), pictures.webp);
    await context.close();
  });

  test('[P-67, P-137] what one person was sending back is asked about when another one offers it, also after a reload', async ({
    link,
    server,
    rooms,
    pictures,
  }) => {
    const returning = back(rooms);
    const { sender } = rooms;
    await link.configure({ ...SLOW, seed: 63 });
    await sender.page.clock.install();
    await meet(rooms, server.url);
    await begin(returning, pictures.large, 300);
    const context = rooms.receiver.page.context();
    await rooms.receiver.page.close();
    await sender.searchInVain();

    const next = new ReceiverRoom(await context.newPage());
    await next.join(server.url, await sender.code());
    await next.connection('connected');
    await sender.page.reload();
    await sender.connection('connected');
    await next.connection('connected');
    await link.change({ rateMbit: 50 });
    const now = back({ sender, receiver: next });
    await now.sender.pick(pictures.large);
    await now.receiver.state('large.jpg', 'offered');
    await sender.page.waitForTimeout(2000);
    await now.receiver.state('large.jpg', 'offered');
    expect(await now.receiver.number('large.jpg', 'chunks-received')).toBe(0);
    await now.receiver.accept('large.jpg');
    await expectVerified(now, pictures.large);
  });

  test('[P-68, P-137] the receiving page is loaded anew while it sends back: its file is opened again, and goes on without a click', async ({
    link,
    server,
    rooms,
    pictures,
  }) => {
    const returning = back(rooms);
    await link.configure({ ...SLOW, seed: 64 });
    await meet(rooms, server.url);
    await begin(returning, pictures.large, 500);
    await rooms.receiver.page.reload();
    await rooms.receiver.connection('connected');
    await link.change({ rateMbit: 50 });
    await rooms.receiver.page.getByTestId('way-back').getByTestId('same-files').setInputFiles(pictures.large);
    await expectVerified(returning, pictures.large);
  });

  test('[P-136, P-138] each of two people in a room sends something back, and nothing of it reaches the other', async ({
    server,
    rooms,
    pair,
    pictures,
  }) => {
    const { sender, receiver: ana } = rooms;
    await meet(rooms, server.url);
    const ben = new ReceiverRoom(await (await pair.context('receiver')).newPage());
    await sender.page.getByTestId('invite').click();
    await ben.join(server.url, await sender.code());
    await ben.connection('connected');
    await back({ sender, receiver: ana }).sender.pick(pictures.small);
    await back({ sender, receiver: ben }).sender.pick(pictures.png);
    const taker = new ReceiverRoom(sender.page);
    for (const one of [pictures.small, pictures.png]) {
      await taker.accept(one.name);
      await taker.state(one.name, 'done');
      await taker.expectExact(one);
    }
    await expect(sender.page.getByTestId('way-back')).toHaveCount(2);
    await expect(ana.card('drawn.png')).toHaveCount(0);
    await expect(ben.card('small.jpg')).toHaveCount(0);
    await ben.page.context().close();
  });
});
