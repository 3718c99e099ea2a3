/**
 * Many photographs at once: each is shown while it is in view, and released when it is not. `npm run bench --
 * album` measures the memory.
 */
import { expect, test } from './support/app.ts';
import { unlike } from './support/pictures.ts';
import { cross, meet } from './support/rooms.ts';

const PICTURES = 6;

test('an album is accepted at once, shown where one looks, and let go where one does not', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  await link.configure({ delayMs: 5 });
  await meet(rooms, server.url);
  await cross(rooms, pictures.small);
  const { sender, receiver } = rooms;
  await receiver.page.getByTestId('accept-all').check();
  const album = Array.from({ length: PICTURES }, (_, i) => unlike(pictures.photo, `album-${i}.jpg`));
  await sender.pick(...album);
  for (const { name } of album) await receiver.state(name, 'done');

  const [first, last] = [album[0]!.name, album.at(-1)!.name];
  for (const [seen, away] of [
    [last, first],
    [first, last],
  ] as const) {
    await receiver.card(seen).scrollIntoViewIfNeeded();
    await expect(receiver.handle(seen, 'preview')).toHaveAttribute('data-stage', 'full');
    await expect(receiver.handle(away, 'preview')).toHaveAttribute('data-stage', 'preview');
    // Not even a hidden canvas is kept.
    const pixels = await receiver
      .handle(away, 'preview')
      .locator('canvas')
      .evaluateAll((all) =>
        (all as HTMLCanvasElement[]).reduce((sum, one) => sum + one.width * one.height, 0),
      );
    expect(pixels).toBe(0);
  }
  for (const picture of [album[0]!, album.at(-1)!]) await receiver.expectExact(picture);
});
