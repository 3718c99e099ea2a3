/** Every photograph of the shared collection, HEIC, damaged and large ones too, crosses byte for byte. */
import { expect, test } from './support/app.ts';
import { sharedPictures } from './support/pictures.ts';
import { cross, meet } from './support/rooms.ts';
import { LONG } from './support/long.ts';

const collection = sharedPictures();

/** One of each kind in an ordinary run; all of them, and over a clean link as well, in the long one. */
const FEW = ['damaged.jpg', 'iphone.heic', 'transparent.png', 'wood.webp'];
const chosen = collection.filter(({ name }) => LONG || FEW.includes(name));

for (const loss of LONG ? [0, 0.1] : [0.1]) {
  test(`shared pictures cross byte for byte at ${loss * 100} % loss and a round trip of 40 ms`, async ({
    link,
    server,
    rooms,
  }) => {
    test.skip(chosen.length === 0, 'the shared pictures are not here');
    // Sixteen of them, 22 MB.
    test.setTimeout(600_000);
    await link.configure({ rateMbit: 50, delayMs: 20, loss, seed: 51 });
    await meet(rooms, server.url);
    for (const picture of chosen) await cross(rooms, picture);
    await expect(rooms.receiver.page.getByTestId('verified')).toHaveCount(chosen.length);
    if (loss > 0) expect((await link.stats()).toReceiver.lost).toBeGreaterThan(0);
  });
}

test('a HEIC that neither browser shows has the sender’s preview on both sides, and is said to be saved exactly', async ({
  link,
  server,
  rooms,
}) => {
  const picture = collection.find(({ name }) => name.endsWith('.heic'));
  test.skip(picture === undefined, 'the shared pictures are not here');
  const { sender, receiver } = rooms;
  const errors: string[] = [];
  for (const { page } of [sender, receiver]) page.on('pageerror', ({ message }) => errors.push(message));
  await link.configure({ rateMbit: 50, delayMs: 20, loss: 0.05, seed: 52 });
  await meet(rooms, server.url);
  await cross(rooms, picture!);
  const { name } = picture!;
  for (const room of [sender, receiver])
    await expect(room.handle(name, 'preview')).toHaveAttribute('data-stage', 'preview');
  const card = receiver.card(name);
  await expect(card).toContainText('does not show HEIC pictures');
  // It is looked at as well as it can be.
  await card.getByRole('button', { name: `View: ${name}` }).click();
  await expect(receiver.page.getByTestId('viewer').locator('img')).toBeVisible();
  expect(errors).toEqual([]);
});
