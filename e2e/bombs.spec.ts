/**
 * Pictures that unfold into gigabytes, through both pages as they are: sent and saved byte for byte, and
 * never decoded. 8,000² in an ordinary run, `TESSERA_LONG=1` up to 65,535².
 */
import { MemoryWatch } from '../testbed/memory-watch.ts';
import { bombs, disguises } from './support/bombs.ts';
import { expect, test } from './support/app.ts';
import { cross, meet } from './support/rooms.ts';
import { LONG } from './support/long.ts';

const SIDES = LONG ? [8_000, 16_383, 20_000, 65_535] : [8_000];
const MAX_MEGABYTES = 150;
/** From this side on the files themselves are megabytes. */
const MEGABYTES_FROM = 65_535;
/** A decoder that was led astray is done, or has eaten its fill, by then. */
const AFTER_MS = 1000;

test('bombs of each format cross unharmed, and neither page grows', async ({
  link,
  pair,
  server,
  rooms,
  pictures,
}) => {
  test.skip(process.platform !== 'linux', 'memory is read from /proc');
  test.setTimeout(300_000);
  await link.configure({ delayMs: 5 });
  await meet(rooms, server.url);
  // What a first picture loads and opens is no bomb's doing.
  await cross(rooms, pictures.small);
  const both = async () => [
    await MemoryWatch.start(pair.senderBrowser),
    await MemoryWatch.start(pair.receiverBrowser),
  ];
  for (const side of SIDES) {
    // In an ordinary run all five together; the largest are megabytes themselves and are judged one by one.
    const together = side < MEGABYTES_FROM ? await both() : [];
    for (const bomb of bombs(side)) {
      const watches = together.length > 0 ? [] : await both();
      await cross(rooms, bomb);
      // No picture was made of it on either side.
      for (const room of [rooms.sender, rooms.receiver])
        await expect(room.handle(bomb.name, 'preview')).not.toHaveAttribute('data-stage');
      if (watches.length > 0) await expectSmall(bomb.name, watches);
    }
    if (together.length > 0) await expectSmall(`those of ${side}`, together);
  }

  const watches = await both();
  for (const disguise of disguises()) {
    await cross(rooms, disguise);
    for (const room of [rooms.sender, rooms.receiver])
      await expect(room.handle(disguise.name, 'preview')).not.toHaveAttribute('data-stage');
  }
  await expectSmall('those in disguise', watches);

  async function expectSmall(what: string, watches: readonly MemoryWatch[]): Promise<void> {
    await rooms.receiver.page.waitForTimeout(AFTER_MS);
    const grown = watches.map((watch) => watch.stop()).map(({ before, peak }) => Math.round(peak - before));
    console.log(`      ${what}: the pages grew by ${grown.join(' and ')} MB`);
    for (const megabytes of grown) expect(megabytes).toBeLessThanOrEqual(MAX_MEGABYTES);
  }
});
