/** A picture crosses, whatever the link does to its packets. */
import type { Link, LinkOptions } from '../testbed/link/relay.ts';
import { expect, test } from './support/app.ts';
import { type Picture, plainBytes, unlike } from './support/pictures.ts';
import { cross, expectVerified, meet, type Rooms } from './support/rooms.ts';
import { LONG } from './support/long.ts';

const links: Record<string, Partial<LinkOptions>> = {
  'a clean link': { rateMbit: 50, delayMs: 10, seed: 11 },
  'a link that loses 5 %': { rateMbit: 50, delayMs: 20, loss: 0.05, seed: 12 },
  'a link that loses 20 %': { rateMbit: 50, delayMs: 20, loss: 0.2, seed: 13 },
  'a link that loses 5 % in bursts of 5': { rateMbit: 50, delayMs: 50, loss: 0.05, burst: 5, seed: 14 },
  'a link with a round trip of 200 ms': { rateMbit: 50, delayMs: 100, loss: 0.01, seed: 15 },
  'a link that reorders and duplicates': {
    rateMbit: 50,
    delayMs: 20,
    jitterMs: 4,
    reorder: 0.1,
    reorderMs: 15,
    duplicate: 0.05,
    loss: 0.02,
    seed: 16,
  },
};

async function crossOver(
  name: string,
  { link, rooms, photo }: { link: Link; rooms: Rooms; photo: Picture },
): Promise<void> {
  const options = links[name]!;
  await link.configure(options);
  await link.resetStats();
  const picture = unlike(photo, `${name}.jpg`);
  await cross(rooms, picture);
  const { toReceiver } = await link.stats();
  if (options.loss) expect(toReceiver.lost).toBeGreaterThan(0);
  if (options.reorder) expect(toReceiver.reordered).toBeGreaterThan(0);
  if (options.duplicate) expect(toReceiver.duplicated).toBeGreaterThan(0);
  expect(await rooms.receiver.number(picture.name, 'success-percent')).toBe(100);
  for (const room of [rooms.sender, rooms.receiver])
    expect(await room.number(picture.name, 'chunks-total')).toBe(Math.ceil(picture.buffer.length / 1024));
}

test('pictures cross byte for byte, whatever the link becomes from one to the next', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  await meet(rooms, server.url);
  for (const name of Object.keys(links))
    await test.step(name, () => crossOver(name, { link, rooms, photo: pictures.photo }));
});

for (const [name, options] of LONG ? Object.entries(links) : []) {
  test(`a picture crosses byte for byte over ${name}`, async ({ link, server, rooms, pictures }) => {
    await link.configure(options);
    await meet(rooms, server.url);
    await crossOver(name, { link, rooms, photo: pictures.photo });
  });
}

// Both sides do the same: one of them in an ordinary run.
for (const side of LONG ? (['sender', 'receiver'] as const) : (['receiver'] as const)) {
  test(`a ${side} whose browser cannot move channels into a worker uses them on the page`, async ({
    link,
    server,
    rooms,
    pictures,
  }) => {
    await rooms[side].page.addInitScript(() => {
      // oxlint-disable-next-line typescript/unbound-method -- called with the worker below
      const post = Worker.prototype.postMessage as (this: Worker, message: unknown, moved?: unknown) => void;
      // As Firefox does.
      Worker.prototype.postMessage = function (this: Worker, message: unknown, moved?: unknown) {
        if (Array.isArray(moved) && moved.some((one) => one instanceof RTCDataChannel))
          throw new DOMException('RTCDataChannel could not be cloned', 'DataCloneError');
        Reflect.apply(post, this, [message, moved]);
      };
    });
    await link.configure({ rateMbit: 50, delayMs: 20, loss: 0.05, seed: 17 });
    await meet(rooms, server.url);
    await cross(rooms, pictures.photo);
    const onPage = await rooms[side].page.evaluate(() => globalThis.wire?.messagesReceived ?? 0);
    expect(onPage, 'messages that came out of channels of the page').toBeGreaterThan(0);
  });
}

test('several pictures of several types, and files of no bytes, one, and around one chunk, cross one after the other', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  await link.configure({ rateMbit: 50, delayMs: 20, loss: 0.02, seed: 21 });
  await meet(rooms, server.url);
  const chosen = [pictures.small, pictures.png, pictures.webp, pictures.photo];
  for (const picture of chosen) await cross(rooms, picture);
  const marks = await rooms.receiver.marks();
  for (const { name, buffer } of chosen) {
    const mine = marks.filter(({ detail }) => detail.name === name);
    const at = (mark: string) => {
      const found = mine.filter((one) => one.name === mark);
      expect(found, `${mark} of ${name}`).toHaveLength(1);
      expect(found[0]!.detail).toMatchObject({ name, bytes: buffer.length });
      expect(found[0]!.detail.transfer).not.toBe('');
      return found[0]!.startTime;
    };
    expect(at('tessera:complete')).toBeGreaterThan(at('tessera:accepted'));
    expect(at('tessera:first-picture')).toBeGreaterThan(at('tessera:accepted'));
  }
  const transfers = marks.map(({ detail }) => detail.transfer);
  expect(new Set(transfers).size).toBe(chosen.length);

  // No picture is in them: they are saved under a name that promises none.
  await link.configure({ rateMbit: 50, delayMs: 10, loss: 0.1, seed: 25 });
  for (const length of [0, 1, 1023, 1024, 1025]) {
    await cross(rooms, plainBytes(`bytes-${length}.bin`, length));
    const total = await rooms.receiver.number(`bytes-${length}.bin`, 'chunks-total');
    expect(total, `chunks of ${length} bytes`).toBe(Math.ceil(length / 1024));
  }
});

test('a second picture is picked and accepted while the first is on its way, and one twice at a time', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  // Slow, until the second one is accepted as well.
  await link.configure({ rateMbit: 2, delayMs: 20, loss: 0.02, seed: 22 });
  await meet(rooms, server.url);
  await sender.pick(pictures.photo);
  await receiver.accept('photo.jpg');
  await receiver.state('photo.jpg', 'receiving');
  await sender.pick(pictures.small);
  await receiver.accept('small.jpg');
  await link.change({ rateMbit: 10 });
  await expectVerified(rooms, pictures.photo);
  await expectVerified(rooms, pictures.small);

  await link.configure({ rateMbit: 20, delayMs: 20, seed: 24 });
  const twin = { ...pictures.png, name: 'twin.png' };
  await sender.pick(pictures.png, twin);
  await expect(receiver.page.getByTestId('accept')).toHaveCount(2, { timeout: 40_000 });
  await receiver.page.getByTestId('accept-offered').click();
  await expectVerified(rooms, pictures.png);
  await expectVerified(rooms, twin);
});

test('eight pictures picked at once are accepted with one press', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  test.skip(!LONG, 'the albums’ tests accept more at once');
  await link.configure({ rateMbit: 50, delayMs: 20, loss: 0.05, seed: 23 });
  await meet(rooms, server.url);
  const kinds = [pictures.small, pictures.png, pictures.webp, pictures.photo];
  const eight = Array.from({ length: 8 }, (_, i) => {
    const kind = kinds[i % kinds.length]!;
    // No two alike, as no two photographs are.
    return unlike(kind, `${i}-${kind.name}`);
  });
  await rooms.sender.pick(...eight);
  await expect(rooms.receiver.page.getByTestId('accept')).toHaveCount(8, { timeout: 40_000 });
  await rooms.receiver.page.getByTestId('accept-offered').click();
  for (const picture of eight) await expectVerified(rooms, picture);
});
