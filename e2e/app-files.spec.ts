/** What is no picture crosses as well, and is called and drawn as what it is. */
import { readFile } from 'node:fs/promises';
import { expect, test } from './support/app.ts';
import { film } from './support/film.ts';
import { type Picture, plainBytes } from './support/pictures.ts';
import { meet } from './support/rooms.ts';

test('a document, a note, a film and a program cross, each under its kind, and the film has a frame of itself as preview', async ({
  link,
  server,
  rooms,
}) => {
  await link.configure({ rateMbit: 20, delayMs: 5, loss: 0.02, seed: 63 });
  const { sender, receiver } = rooms;
  await meet(rooms, server.url);
  const page = sender.page;
  const given: readonly (Picture & { kind?: string; label: string; savedAs?: string })[] = [
    { ...plainBytes('report.pdf', 90_000), mimeType: 'application/pdf', kind: 'document', label: 'PDF' },
    { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('hello'), kind: 'text', label: 'TXT' },
    { ...(await film(page, 'walk.webm')), label: 'WEBM' },
    {
      ...plainBytes('setup.exe', 3000),
      mimeType: 'application/x-msdownload',
      kind: 'other',
      label: 'EXE',
      savedAs: 'setup_exe.bin',
    },
  ];
  // The dialog's first choice refuses nothing.
  await expect(page.getByTestId('file-input')).not.toHaveAttribute('accept');
  await sender.pick(...given.map(({ name, mimeType, buffer }) => ({ name, mimeType, buffer })));
  await expect(receiver.page.getByTestId('accept')).toHaveCount(given.length, { timeout: 40_000 });
  await receiver.page.getByTestId('accept-offered').click();
  for (const { name, kind, label, buffer, savedAs } of given) {
    for (const room of [sender, receiver]) {
      await room.state(name, 'done');
      const card = room.card(name);
      await expect(card).toContainText(`${label} · `);
      // Either an icon of its kind or a picture: never an empty box.
      if (kind !== undefined) {
        await expect(card.getByTestId('file-icon')).toHaveAttribute('data-kind', kind);
        await expect(card.getByTestId('preview')).toHaveCount(0);
      } else {
        await expect(card.getByTestId('preview')).toHaveAttribute('data-stage', 'preview');
        await expect(card.getByTestId('file-icon')).toHaveCount(0);
      }
    }
    const saving = receiver.page.waitForEvent('download');
    await receiver.handle(name, 'download').click();
    const download = await saving;
    expect(download.suggestedFilename()).toBe(savedAs ?? name);
    expect(buffer.equals(await readFile(await download.path()))).toBe(true);
  }
  // The preview is the film's own frame: blue, with a red disc in it.
  const colours = await receiver
    .card('walk.webm')
    .locator('img')
    .evaluate(async (image: HTMLImageElement) => {
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = 64;
      canvas.height = 36;
      const context = canvas.getContext('2d')!;
      context.drawImage(image, 0, 0, 64, 36);
      const { data } = context.getImageData(0, 0, 64, 36);
      let [red, blue] = [0, 0];
      for (let at = 0; at < data.length; at += 4) {
        if (data[at]! > 150 && data[at + 2]! < 100) red++;
        if (data[at + 2]! > 100 && data[at]! < 80) blue++;
      }
      return { red, blue };
    });
  expect(colours.red).toBeGreaterThan(100);
  expect(colours.blue).toBeGreaterThan(1000);
  for (const { page: one } of [sender, receiver]) {
    await expect(one.locator('main')).not.toContainText('OCTET-STREAM');
    await expect(one.locator('main')).not.toContainText(/\b0 Mbit\/s/);
  }
  await expect(receiver.page.getByTestId('totals')).toContainText('4 of 4 files');
});

test('[P-112] a pasted text goes when the button is pressed, is accepted like a picture, drawn as text, and copied with one press', async ({
  server,
  rooms,
}) => {
  const { sender, receiver } = rooms;
  await receiver.page.context().grantPermissions(['clipboard-write']);
  await meet(rooms, server.url);
  const text =
    'See https://example.org/caf\u00e9?a=1&b=2.\n<img src=x onerror="window.harmed=1"><b>bold</b> javascript:alert(1)\nhttps://ex\u0430mple.org/';
  await sender.page.evaluate((pasted) => {
    const data = new DataTransfer();
    data.setData('text/plain', pasted);
    document.body.dispatchEvent(
      new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData: data }),
    );
  }, text);
  const field = sender.page.getByTestId('text-input');
  await expect(field).toHaveValue(text);
  await expect(field).toBeFocused();
  await expect(sender.page.getByTestId('transfer')).toHaveCount(0);
  await sender.page.getByTestId('send-text').click();
  await expect(field).toHaveCount(0);

  const name = 'text-1.txt';
  await receiver.state(name, 'offered');
  await expect(receiver.card(name)).not.toContainText('example');
  await receiver.accept(name);
  await receiver.state(name, 'done');
  const shown = receiver.handle(name, 'message-text');
  // As text, but for the addresses, which say what they open.
  const expected = text.replace('caf\u00e9', 'caf%C3%A9').replace('ex\u0430mple.org', 'xn--exmple-4nf.org');
  await expect.poll(() => shown.evaluate((element) => element.textContent)).toBe(expected);
  expect(
    await shown.evaluate((element) => [...element.querySelectorAll('*')].map(({ tagName }) => tagName)),
  ).toEqual(['A', 'A']);
  for (const link of await shown.locator('a').all()) {
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
    expect(await link.getAttribute('href')).toBe(await link.textContent());
  }
  await receiver.handle(name, 'copy-text').click();
  await expect(receiver.card(name)).toContainText('Copied');
  // The pages may not read the clipboard; a person pastes.
  await receiver.page.evaluate(() => {
    const field = document.createElement('textarea');
    document.body.append(field);
    field.focus();
  });
  await receiver.page.keyboard.press('Control+v');
  await expect(receiver.page.locator('body > textarea')).toHaveValue(text);
  expect(await receiver.page.evaluate(() => 'harmed' in window)).toBe(false);

  // By keyboard, typed.
  await sender.page.getByTestId('write-text').press('Enter');
  await sender.page.keyboard.type('short');
  await sender.page.keyboard.press('Control+Enter');
  await receiver.state('text-2.txt', 'offered');
});
