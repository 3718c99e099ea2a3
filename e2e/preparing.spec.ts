/** Preparing many pictures: as fast for the last of them as for the first. */
import { expect, test } from './support/app.ts';
import { LONG } from './support/long.ts';

const PICTURES = 2000;
/** Compared: this many in front and as many at the end, without the very first, for which code is loaded. */
const PART = 300;

test.skip(!LONG, 'the long run');

test(`of ${PICTURES} small pictures the last ${PART} take no longer to prepare than the first ${PART}`, async ({
  server,
  rooms,
  pictures,
}) => {
  const { page } = rooms.sender;
  test.setTimeout(600_000);
  // What is prepared waits in the room, and is counted there.
  await rooms.sender.open(server.url);
  // Made on the page: two thousand of them would cross to the browser one by one.
  await page.evaluate(
    ([base64, count]) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const transfer = new DataTransfer();
      for (let i = 0; i < count; i++)
        transfer.items.add(new File([bytes], `small-${i}.png`, { type: 'image/png', lastModified: i }));
      const input = document.querySelector<HTMLInputElement>('[data-testid=file-input]')!;
      input.files = transfer.files;
      input.dispatchEvent(new Event('change', { bubbles: true }));
    },
    [pictures.png.buffer.toString('base64'), PICTURES] as const,
  );
  const prepared = () =>
    page.evaluate(() => ({
      at: performance.now(),
      count: Number(document.querySelector<HTMLElement>('[data-testid=totals]')?.dataset['pictures'] ?? 0),
    }));
  const marks: { at: number; count: number }[] = [];
  await expect
    .poll(async () => marks[marks.push(await prepared()) - 1]!.count, {
      timeout: 550_000,
      intervals: [250],
    })
    .toBe(PICTURES);
  /** When this many were prepared, as if at an even pace between two looks. */
  const reached = (count: number): number => {
    const after = marks.findIndex((mark) => mark.count >= count);
    const [a, b] = [marks[after - 1]!, marks[after]!];
    return a.at + ((b.at - a.at) * (count - a.count)) / (b.count - a.count);
  };
  const first = reached(2 * PART) - reached(PART);
  const last = reached(PICTURES) - reached(PICTURES - PART);
  console.log(`      the first ${PART} in ${first.toFixed(0)} ms, the last in ${last.toFixed(0)}`);
  // A machine that does other things is not even.
  expect(last / first).toBeLessThan(1.5);
});
