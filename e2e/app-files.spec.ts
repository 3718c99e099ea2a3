/** What is no picture crosses as well, and is called and drawn as what it is. */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, test } from './support/app.ts';
import { type Picture, plainBytes } from './support/pictures.ts';
import { meet } from './support/rooms.ts';

/** Half a second of a red disc on blue, recorded by the browser itself. */
async function film(page: Page, name: string): Promise<Picture> {
  const base64 = await page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    canvas.width = 320;
    canvas.height = 180;
    const context = canvas.getContext('2d')!;
    const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: 'video/webm' });
    const parts: Blob[] = [];
    recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
    const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve));
    recorder.start();
    for (let frame = 0; frame < 15; frame++) {
      context.fillStyle = '#123a8c';
      context.fillRect(0, 0, 320, 180);
      context.fillStyle = '#d03020';
      context.beginPath();
      context.arc(60 + frame * 10, 90, 40, 0, 7);
      context.fill();
      await new Promise((next) => setTimeout(next, 33));
    }
    recorder.stop();
    await stopped;
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  });
  return { name, mimeType: 'video/webm', buffer: Buffer.from(base64, 'base64') };
}

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
    .evaluate((image: HTMLImageElement) => {
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
