/** The sender's page is loaded anew: its room, its receiver and its queue are there again. */
import { LONG } from './support/long.ts';
import { expect, test } from './support/app.ts';
import { unlike } from './support/pictures.ts';
import { cross, expectVerified, meet, reload, type Rooms, SLOW, underway } from './support/rooms.ts';

const CHUNK = 1024;

/** Chunks of a block; what has a higher number is repair. */
const BLOCK = 64;

/** Chunks of the first original that reached this page, each once; and how many packets had one. */
async function arrived({ receiver }: Rooms): Promise<{ chunks: Set<number>; times: number }> {
  const { received } = await receiver.wire();
  const { symbols = [], packets = 0 } = received[3] ?? {};
  const chunks = new Set(symbols.filter((symbol) => symbol % 256 < BLOCK));
  // Repair has other numbers each time.
  return { chunks, times: packets - (symbols.length - chunks.size) };
}

function expectFew(sentAgain: number, chunks: number): void {
  const share = sentAgain / chunks;
  console.log(`      ${sentAgain} of ${chunks} chunks crossed twice: ${(100 * share).toFixed(1)} %`);
  expect(share).toBeLessThan(0.05);
}

test('[P-67, P-68] the sender reloads mid-way: asked for the same file, it goes on, and at most 5 % of it crosses twice', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  await link.configure({ ...SLOW, seed: 61 });
  const { name, buffer } = pictures.large;
  const chunks = Math.ceil(buffer.length / CHUNK);
  await underway(rooms, server.url, pictures.large, 0.5 * chunks);
  // It may be back before a look that begins after it.
  await Promise.all([receiver.connection('reconnecting'), reload(sender.page)]);
  await receiver.state(name, 'paused');
  await sender.connection('connected');
  await receiver.connection('connected');
  await expect(receiver.card(name).locator('[data-problem=sender-returned]')).toBeVisible();

  await expect(sender.page.getByTestId('missing-file')).toContainText(name);
  await sender.page.getByTestId('same-files').setInputFiles([pictures.large]);
  await expectVerified(rooms, pictures.large);
  await expect(sender.page.getByTestId('missing-files')).toHaveCount(0);
  const all = await arrived(rooms);
  expectFew(all.times - all.chunks.size, chunks);
  expect(await receiver.number(name, 'chunks-received')).toBe(chunks);
  await cross(rooms, pictures.small);
});

test('[P-66] the receiver reloads mid-way: at most 5 % of the file crosses twice', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  test.skip(!LONG, 'the long run');
  const { receiver } = rooms;
  await link.configure({ ...SLOW, seed: 64 });
  const { buffer } = pictures.large;
  const chunks = Math.ceil(buffer.length / CHUNK);
  await underway(rooms, server.url, pictures.large, 0.5 * chunks);
  const before = await arrived(rooms);
  await reload(receiver.page);
  await receiver.connection('connected');
  await expectVerified(rooms, pictures.large);
  const after = await arrived(rooms);
  const twice = [...after.chunks].filter((chunk) => before.chunks.has(chunk)).length;
  expectFew(twice + after.times - after.chunks.size, chunks);
});

/**
 * The browser's dialog cannot be pressed by a program: files of the page's own storage take the place of
 * those of the disk. Their handles are as real, and are kept and opened by the same code.
 */
test('a file that was picked with a handle is opened again by itself after a reload', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  await link.configure({ ...SLOW, seed: 65 });
  await meet(rooms, server.url);
  const { name, buffer } = pictures.large;
  await sender.page.evaluate(
    async ({ name, text }) => {
      const root = await navigator.storage.getDirectory();
      const handle = await root.getFileHandle(name, { create: true });
      const writing = await handle.createWritable();
      await writing.write(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)));
      await writing.close();
      Object.assign(window, { showOpenFilePicker: async () => [handle] });
    },
    { name, text: buffer.toString('base64') },
  );
  await sender.page.getByTestId('file-input').evaluate((input: HTMLInputElement) => input.click());
  await receiver.accept(name);
  await receiver.chunks(name, 300);
  await reload(sender.page);
  await expectVerified(rooms, pictures.large);
  await expect(sender.page.getByTestId('missing-files')).toHaveCount(0);
});

test('[P-135] a sender that reloads when everything is delivered looks for nobody, and its room is open at once', async ({
  link: _link,
  server,
  rooms,
  pictures,
}) => {
  test.skip(!LONG, 'the long run');
  const { sender } = rooms;
  const code = await sender.open(server.url);
  const address = await sender.page.getByTestId('room-link').getAttribute('href');
  await rooms.receiver.join(server.url, code);
  await sender.connection('connected');
  await cross(rooms, pictures.small);
  await reload(sender.page);
  expect(await sender.code()).not.toBe(code);
  await expect(sender.page.getByTestId('room-link')).toHaveAttribute('href', address!);
  await expect(sender.page.getByTestId('search-until')).toHaveCount(0);
});

test('what was only in the page’s memory comes back by itself after a reload, and is delivered', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  test.skip(!LONG, 'the long run');
  const { sender, receiver } = rooms;
  await link.configure({ ...SLOW, seed: 62 });
  await meet(rooms, server.url);
  const { name, buffer } = pictures.large;
  await sender.page.evaluate(
    async ({ name, text }) => {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      const clipboardData = new DataTransfer();
      clipboardData.items.add(new File([bytes], name, { type: 'image/jpeg' }));
      window.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    },
    { name, text: buffer.toString('base64') },
  );
  await receiver.accept(name);
  await receiver.chunks(name, 300);
  await reload(sender.page);
  await sender.connection('connected');
  await expectVerified(rooms, pictures.large);
  await expect(sender.page.getByTestId('missing-files')).toHaveCount(0);
});

test('[P-58, P-68] another file of the same name is recognised: both sides say that it changed, and nothing is saved', async ({
  link,
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  await link.configure({ ...SLOW, seed: 63 });
  const { name } = pictures.large;
  await underway(rooms, server.url, pictures.large, 300);
  await reload(sender.page);
  await sender.connection('connected');
  // As long as before, and one byte is another one.
  const buffer = Buffer.from(pictures.large.buffer);
  buffer[buffer.length - 1000] = (buffer[buffer.length - 1000]! + 1) % 256;
  await sender.page.getByTestId('same-files').setInputFiles([{ ...pictures.large, buffer }]);
  for (const room of [sender, receiver]) {
    await room.state(name, 'failed');
    await expect(room.card(name).locator('[data-problem=source-changed]')).toBeVisible();
  }
  await expect(receiver.handle(name, 'download')).toHaveCount(0);
  // Sent as it is now it is another picture, and is asked for.
  await sender.handle(name, 'retry').click();
  await receiver.page.getByTestId('accept').click();
  await sender.state(name, 'done');
  await cross(rooms, unlike(pictures.small, 'after.jpg'));
});
