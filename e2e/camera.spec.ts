/** The QR picture on the other side's screen, before a real camera as far as this side's browser knows. */
import { writeFile } from 'node:fs/promises';
import type { Browser, Locator } from '@playwright/test';
import { launchChromium, openContext, type Pair } from '../testbed/link/browsers.ts';
import { expect, test } from './support/app.ts';
import {
  cross,
  expectVerified,
  ReceiverRoom,
  type Room,
  SenderRoom,
  useInputDialog,
} from './support/rooms.ts';

const WIDTH = 640;
const HEIGHT = 480;

/** Two frames of a film in grey (YUV4MPEG2, 4:2:0) that shows a picture in the middle of a white wall. */
async function filmOf(browser: Browser, png: Buffer): Promise<Buffer> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const luma = await page.evaluate(
    async ({ url, width, height }) => {
      const shown = await createImageBitmap(await (await fetch(url)).blob());
      const canvas = new OffscreenCanvas(width, height);
      const pen = canvas.getContext('2d')!;
      pen.fillStyle = 'white';
      pen.fillRect(0, 0, width, height);
      const scale = Math.min((0.8 * width) / shown.width, (0.8 * height) / shown.height);
      const [w, h] = [shown.width * scale, shown.height * scale];
      pen.drawImage(shown, (width - w) / 2, (height - h) / 2, w, h);
      const { data } = pen.getImageData(0, 0, width, height);
      // Video range: black is 16 and white is 235.
      return Array.from({ length: width * height }, (_, i) => 16 + Math.round((data[4 * i]! * 219) / 255));
    },
    { url: `data:image/png;base64,${png.toString('base64')}`, width: WIDTH, height: HEIGHT },
  );
  await context.close();
  const colour = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const frame = [Buffer.from('FRAME\n'), Buffer.from(luma), colour];
  return Buffer.concat([
    Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420\n`),
    ...frame,
    ...frame,
  ]);
}

/** A browser whose camera sees the code on another page's screen. */
async function browserThatSees(room: Room, code: string, pair: Pair, film: string): Promise<Browser> {
  const qr = room.page.getByRole('img', { name: code });
  await expect(qr).toBeVisible();
  await writeFile(film, await filmOf(pair.senderBrowser, await qr.screenshot()));
  return launchChromium(['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${film}`]);
}

test('a receiver points the camera at the code, and is connected', async ({
  server,
  rooms,
  pair,
  pictures,
}, testInfo) => {
  const { sender } = rooms;
  const code = await sender.open(server.url);
  const browser = await browserThatSees(sender, code, pair, testInfo.outputPath('code.y4m'));
  try {
    const context = await openContext(browser, pair.link, 'receiver');
    const receiver = new ReceiverRoom(await context.newPage());
    await receiver.page.goto(`${server.url}/receive/`);
    await receiver.page.getByTestId('scan').click();
    await receiver.connection('connected');
    await sender.connection('connected');
    // The camera is let go as soon as the code is read.
    await expect(receiver.page.locator('video')).toHaveCount(0);
    await cross({ sender, receiver }, pictures.small);
  } finally {
    await browser.close();
  }
});

test('[P-123] phone to laptop: the laptop shows the code, the phone films it and sends a picture in four presses', async ({
  server,
  rooms,
  pair,
  pictures,
}, testInfo) => {
  const { receiver } = rooms;
  await receiver.page.goto(server.url);
  await receiver.page.getByRole('link', { name: /from my phone/ }).click();
  await receiver.page.getByTestId('open-room').click();
  const code = await receiver.code();
  const browser = await browserThatSees(receiver, code, pair, testInfo.outputPath('code.y4m'));
  try {
    const context = await openContext(browser, pair.link, 'sender');
    const sender = new SenderRoom(await context.newPage());
    await useInputDialog(sender.page);
    await sender.page.goto(`${server.url}/send/`);
    let presses = 0;
    const press = async (what: Locator): Promise<void> => {
      presses += 1;
      await what.click();
    };
    await press(sender.page.getByTestId('enter-code'));
    await press(sender.page.getByTestId('scan'));
    await sender.connection('connected');
    await receiver.connection('connected');
    const chooser = sender.page.waitForEvent('filechooser');
    await press(sender.page.locator('label', { has: sender.page.getByTestId('file-input') }));
    // The picture itself is the last one.
    presses += 1;
    await (await chooser).setFiles(pictures.small);
    await receiver.accept(pictures.small.name);
    await expectVerified({ sender, receiver }, pictures.small);
    expect(presses).toBeLessThanOrEqual(4);
  } finally {
    await browser.close();
  }
});
