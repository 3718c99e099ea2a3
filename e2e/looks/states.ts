/** What is photographed: each state of the pages without motion, by name. */
import type { Page } from '@playwright/test';
import { deflateSync } from 'node:zlib';
import { leaveParts } from '../support/leave-parts.ts';
import { box, bytesOf, png, pngChunk, u16, u32 } from '../../lib/image/test-images.ts';

export interface Look {
  name: string;
  page: 'home' | 'send' | 'receive';
  /** `false`: looked at, but no picture of it is kept, since another shows the same. */
  kept?: boolean;
  /** Of `app/states/scripted-states.ts`. */
  state?: string;
  /** From the empty page to the state. */
  act?: (page: Page) => Promise<void>;
}

export const DESKTOP = { width: 1024, height: 640 };
export const PHONE = { width: 360, height: 740 };

const open = (page: Page): Promise<void> => page.getByTestId('open-room').click();

async function join(page: Page): Promise<void> {
  await page.getByTestId('code-input').fill('42-acorn-tulip');
  await page.getByTestId('join-room').click();
}

async function pick(page: Page, ...names: string[]): Promise<void> {
  await page
    .getByTestId('file-input')
    .setInputFiles(names.map((name) => ({ name, mimeType: 'image/png', buffer: picture() })));
}

async function send(page: Page): Promise<void> {
  await open(page);
  await pick(page, 'evening-at-the-harbour.png');
  await page.getByTestId('transfer').waitFor();
}

/** One more person is let in, and another waits. */
async function people(page: Page): Promise<void> {
  await send(page);
  await page.getByTestId('let-in').first().click();
  await page.getByTestId('person').nth(1).waitFor();
  await page.getByTestId('person-transfers').locator('summary').first().click();
  await page.getByTestId('people').evaluate((card) => card.scrollIntoView({ behavior: 'instant' }));
}

/** A document, a film that says where it was taken, a picture and a text. */
async function sendFiles(page: Page): Promise<void> {
  await open(page);
  await page.getByTestId('file-input').setInputFiles([
    { name: 'tickets.pdf', mimeType: 'application/pdf', buffer: Buffer.alloc(183_204) },
    { name: 'walk-by-the-sea.mp4', mimeType: 'video/mp4', buffer: Buffer.from(FILM) },
    { name: 'evening-at-the-harbour.png', mimeType: 'image/png', buffer: picture() },
  ]);
  await page.getByTestId('place').waitFor();
  await page.getByTestId('write-text').click();
  await page.getByTestId('text-input').fill('We meet at nine at the harbour. https://example.org/timetable');
  await page.getByTestId('send-text').click();
  await page.getByTestId('message-text').waitFor();
  await toList(page);
}

/** The list at the top of the window: all cards of a phone do not fit below a room. */
function toList(page: Page): Promise<void> {
  return page
    .getByTestId('transfer')
    .first()
    .evaluate((card) => card.scrollIntoView({ behavior: 'instant' }));
}

async function files(page: Page): Promise<void> {
  await list(page);
  await page.getByTestId('message-text').waitFor();
  await toList(page);
}

/** A film that no player plays: its head and its place are all that matters here. */
const FILM = bytesOf(
  box('ftyp', 'isom', u32(0), 'isom'),
  box('mdat', 'film'),
  box('moov', box('udta', box('\xa9xyz', u16(18), u16(0), '+57.7210+010.5830/'))),
);

/** A second room takes three pictures, one for each of the ways to fail. */
async function sendThree(page: Page): Promise<void> {
  await open(page);
  await pick(page, 'one.png', 'two.png', 'three.png');
  await page.getByTestId('transfer').nth(2).waitFor();
}

async function settings(page: Page): Promise<void> {
  await page.getByTestId('open-settings').click();
  await page.getByTestId('settings').waitFor();
}

/** Two that this browser remembers. */
async function withDevices(page: Page): Promise<void> {
  await page.evaluate(() => {
    const bond = { party: 'host', current: 'A'.repeat(43) };
    const devices = ['Ada’s phone', 'Chrome · Windows'].map((name, at) => ({
      id: `${at}`.repeat(16),
      name,
      acceptAll: at === 0,
      bond,
    }));
    localStorage.setItem('tessera.devices', JSON.stringify(devices));
  });
  await page.reload();
}

/** One of them is at the door. */
async function deviceAtDoor(page: Page): Promise<void> {
  await withDevices(page);
  await open(page);
  await page.getByTestId('visitor').first().waitFor();
  await page.getByTestId('people').evaluate((card) => card.scrollIntoView({ behavior: 'instant' }));
}

/** And what can be done with the first. */
async function remembered(page: Page): Promise<void> {
  await withDevices(page);
  await page.getByTestId('device').first().locator('summary').click();
  await page.getByTestId('device-connect').last().click();
  await page.locator('[data-problem="device-away"]').waitFor();
}

const list = async (page: Page): Promise<void> => {
  await join(page);
  await page.getByTestId('transfer').first().waitFor();
};

/** Two unfinished pictures of an earlier tab, shown. */
async function leftovers(page: Page): Promise<void> {
  await page.evaluate(leaveParts, 2);
  await page.reload();
  await page.getByTestId('show-leftovers').click();
  await page.getByTestId('part').first().waitFor();
}

/** The receiver has sent a picture back, of its own. */
async function sendBack(page: Page): Promise<void> {
  await list(page);
  await pick(page, 'from-here.png');
  await page.getByTestId('way-back').getByTestId('transfer').waitFor();
}

async function takeBack(page: Page): Promise<void> {
  await open(page);
  await pick(page, 'evening-at-the-harbour.png');
  await page.getByTestId('way-there').getByTestId('transfer').waitFor();
  await page.getByTestId('way-back').getByTestId('transfer').first().waitFor();
}

export const looks: readonly Look[] = [
  { name: 'home', page: 'home' },
  { name: 'send-empty', page: 'send' },
  { name: 'send-room', page: 'send', state: 'waiting', act: open },
  { name: 'send-guessed', kept: false, page: 'send', state: 'guessed', act: open },
  { name: 'send-moving', page: 'send', state: 'moving', act: send },
  { name: 'send-people', page: 'send', state: 'several', act: people },
  { name: 'send-device-at-door', kept: false, page: 'send', state: 'several', act: deviceAtDoor },
  { name: 'send-files', page: 'send', state: 'offered', act: sendFiles },
  { name: 'send-held', kept: false, page: 'send', state: 'held', act: sendThree },
  { name: 'send-failed', kept: false, page: 'send', state: 'failed', act: sendThree },
  { name: 'receive-empty', page: 'receive' },
  {
    name: 'receive-room',
    kept: false,
    page: 'receive',
    state: 'waiting',
    act: (page) => page.getByTestId('show-code').click(),
  },
  { name: 'receive-connecting', kept: false, page: 'receive', state: 'connecting', act: join },
  { name: 'receive-at-door', kept: false, page: 'receive', state: 'at-door', act: join },
  { name: 'receive-connected', kept: false, page: 'receive', state: 'connected', act: join },
  { name: 'receive-offered', page: 'receive', state: 'offered', act: list },
  { name: 'receive-moving', page: 'receive', state: 'moving', act: list },
  { name: 'receive-done', page: 'receive', state: 'done', act: list },
  { name: 'receive-reconnecting', kept: false, page: 'receive', state: 'reconnecting', act: list },
  { name: 'receive-failed', kept: false, page: 'receive', state: 'failed', act: list },
  { name: 'receive-parts', kept: false, page: 'receive', state: 'parts', act: list },
  { name: 'receive-leftovers', kept: false, page: 'receive', act: leftovers },
  { name: 'receive-files', page: 'receive', state: 'files', act: files },
  { name: 'receive-names', page: 'receive', state: 'names', act: list },
  { name: 'receive-album', page: 'receive', state: 'album', act: list },
  { name: 'receive-both', kept: false, page: 'receive', state: 'both', act: sendBack },
  { name: 'send-both', kept: false, page: 'send', state: 'both', act: takeBack },
  { name: 'receive-remember', kept: false, page: 'receive', state: 'remember', act: list },
  { name: 'receive-devices', kept: false, page: 'receive', act: remembered },
  { name: 'settings', page: 'send', act: settings },
];

/** A PNG with a gradient, the same each time; it keeps the pictures of the pages small. */
export function picture(): Buffer {
  const [width, height] = [64, 48];
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * (1 + width * 3) + 1 + x * 3;
      rows[at] = x * 4;
      rows[at + 1] = y * 5;
      rows[at + 2] = 140;
    }
  }
  return Buffer.from(png(width, height, [pngChunk('IDAT', deflateSync(rows))]));
}
