/** A person lets pictures rest, and keeps a part of the network for others. */
import { expect, test } from './support/app.ts';
import { unlike } from './support/pictures.ts';
import { expectVerified, meet, SLOW } from './support/rooms.ts';

test('[P-124] either side lets one picture rest, the other sees who did, and it goes on byte for byte; all at once as well', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  await link.configure({ ...SLOW, seed: 71 });
  await meet(rooms, server.url);
  const first = unlike(pictures.large, 'first.jpg');
  const second = unlike(pictures.large, 'second.jpg');
  await sender.pick(first);
  await receiver.accept(first.name);
  for (const side of ['sender', 'receiver'] as const) {
    const other = side === 'sender' ? receiver : sender;
    await receiver.chunks(first.name, side === 'sender' ? 200 : 800);
    await rooms[side].handle(first.name, 'pause').click();
    await other.state(first.name, 'paused');
    await rooms[side].state(first.name, 'paused');
    await expect(other.card(first.name)).toContainText('Paused by the other side');
    await expect(rooms[side].card(first.name)).toContainText('Paused by you');
    // What was on its way has arrived once two looks show the same.
    let before = -1;
    await expect
      .poll(
        async () => {
          const now = await receiver.number(first.name, 'chunks-received');
          const same = now === before;
          before = now;
          return same;
        },
        { intervals: [700] },
      )
      .toBe(true);
    if (side === 'receiver') break;
    await sender.handle(first.name, 'resume').click();
    await receiver.chunks(first.name, before + 50);
  }
  // The first one rests for the receiver; all rest for the sender, and go on.
  await link.configure({ ...SLOW, rateMbit: 3, seed: 71 });
  await sender.pick(second);
  await receiver.accept(second.name);
  await sender.page.getByTestId('pause-all').click();
  await receiver.state(second.name, 'paused');
  await sender.page.getByTestId('resume-all').click();
  await expect(sender.card(first.name)).toContainText('Paused by the other side');
  await link.configure({ rateMbit: 50, delayMs: 20, seed: 71 });
  await receiver.handle(first.name, 'resume').click();
  for (const picture of [first, second]) await expectVerified(rooms, picture);
});

test('a limit in the settings holds, and is lifted while a picture crosses', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  await link.configure({ rateMbit: 50, delayMs: 20, seed: 72 });
  await meet(rooms, server.url);
  const setLimit = async (megabits: string) => {
    await sender.page.getByTestId('open-settings').click();
    await sender.page.getByTestId('rate-limit').fill(megabits);
    await sender.page.keyboard.press('Escape');
  };
  await setLimit('3');
  const { name } = pictures.large;
  await sender.pick(pictures.large);
  await receiver.accept(name);
  await receiver.chunks(name, 100);
  const from = { at: performance.now(), chunks: await receiver.number(name, 'chunks-received') };
  await receiver.chunks(name, from.chunks + 1200);
  const seconds = (performance.now() - from.at) / 1000;
  const chunks = (await receiver.number(name, 'chunks-received')) - from.chunks;
  const megabits = (chunks * 1024 * 8) / 1e6 / seconds;
  console.log(`      ${megabits.toFixed(2)} Mbit/s with a limit of 3`);
  // The pages show numbers three times a second; a slow machine is below the limit for reasons of its own.
  expect(megabits).toBeLessThan(3.6);
  await setLimit('');
  await expectVerified(rooms, pictures.large);
});
