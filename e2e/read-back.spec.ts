/** False success is impossible: a byte of the stored file is changed on the disk, under the browser. */
import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { launchProfile } from '../testbed/link/browsers.ts';
import { expect, test } from './support/app.ts';
import { expectVerified, ReceiverRoom, SenderRoom, underway } from './support/rooms.ts';

/** Written by then, since files are written in pieces of half a megabyte. */
const CHANGED_AT = 100_000;

/** Notes what the page's worker says of states: between "failed" and "sent again" are milliseconds. */
async function noteStates(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const noted: string[] = [];
    Object.assign(globalThis, { noted });
    const Plain = Worker;
    globalThis.Worker = class extends Plain {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        this.addEventListener('message', ({ data }: MessageEvent) => {
          const { state, problem } = data?.update ?? {};
          if (data?.type === 'update' && state) noted.push([state, problem?.code].filter(Boolean).join(' '));
        });
      }
    };
  });
}

const noted = (page: Page): Promise<string[]> =>
  page.evaluate(() => (globalThis as unknown as { noted: string[] }).noted);

/** The browser's file that begins as the picture does. */
async function storedFile(folder: string, picture: Buffer): Promise<string | undefined> {
  const head = Buffer.alloc(4096);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const file = await open(path, 'r').catch(() => undefined);
    const { bytesRead = 0 } = (await file?.read(head, 0, head.length, 0)) ?? {};
    await file?.close();
    if (bytesRead === head.length && head.equals(picture.subarray(0, head.length))) return path;
  }
  return undefined;
}

test('[P-48, P-110] a byte that changes on the disk before the picture is verified: both sides see it as failed, and it is sent again without a press', async ({
  link,
  server,
  sender: senderPage,
  pictures,
}) => {
  await link.configure({ rateMbit: 8, delayMs: 20, seed: 81 });
  const folder = await mkdtemp(join(tmpdir(), 'profile-'));
  const context = await launchProfile(folder, link, 'receiver');
  try {
    const rooms = {
      sender: new SenderRoom(senderPage),
      receiver: new ReceiverRoom(await context.newPage()),
    };
    const { sender, receiver } = rooms;
    for (const { page } of [sender, receiver]) await noteStates(page);
    await underway(rooms, server.url, pictures.large, 1200);
    const { buffer } = pictures.large;
    const path = await storedFile(folder, buffer);
    expect(path, 'the file on the disk').toBeDefined();
    const file = await open(path!, 'r+');
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, CHANGED_AT);
    expect(byte[0]).toBe(buffer[CHANGED_AT]);
    await file.write(Buffer.from([byte[0]! ^ 4]), 0, 1, CHANGED_AT);
    await file.close();
    await link.change({ rateMbit: 50 });

    for (const { page } of [sender, receiver]) {
      await expect.poll(() => noted(page), { timeout: 60_000 }).toContain('failed storage-failed');
      await expect.poll(async () => (await noted(page)).at(-1), { timeout: 60_000 }).toBe('done');
      const states = await noted(page);
      expect(states.indexOf('done')).toBeGreaterThan(states.indexOf('failed storage-failed'));
    }
    await expectVerified(rooms, pictures.large);
  } finally {
    await context.close();
    await rm(folder, { recursive: true, force: true, maxRetries: 20 });
  }
});
