/** The app's two pages as a person uses them: what they press, and what they see. */
import { readFile } from 'node:fs/promises';
import { expect, type Locator, type Page } from '@playwright/test';
import type { Figures } from '../../lib/session/model.ts';
import { FINAL_STATES } from '../../lib/session/transfer-state.ts';
import { type Picture, sha256 } from './pictures.ts';
import { wireOf, type Wire } from './wire.ts';

/** A busy machine may take this long over what a quiet one does at once. */
const PATIENCE = { timeout: 60_000 };
/** Megabytes over a bad link. */
const TRANSFER = { timeout: 180_000 };
/** An assertion on a locator looks once a second, and a test waits for ten states. */
const OFTEN = { intervals: [100, 200] };
const FINAL: readonly string[] = FINAL_STATES;

export interface Report {
  role: 'sender' | 'receiver';
  path: string;
  picture: { name: string; bytes: number; sha256: string };
  state: string;
  problem?: string;
  verified: boolean;
  figures: Figures;
}

export interface Mark {
  name: string;
  detail: { transfer: string; name: string; bytes: number };
  startTime: number;
}

export class Room {
  readonly page: Page;
  constructor(page: Page) {
    this.page = page;
  }

  /** Says so when it does not get there: which state and problem it has instead. */
  async connection(...states: string[]): Promise<void> {
    const line = this.page.getByTestId('connection');
    await expect
      .poll(() => line.getAttribute('data-state'), { ...PATIENCE, ...OFTEN })
      .toMatch(new RegExp(`^(${states.join('|')})$`));
  }

  /**
   * The other side is looked for until the page gives up. Its clock has to be installed; a jump of it would
   * count as sleep.
   *
   * @param orElse what the page may say instead: that the other side has left
   */
  async searchInVain(...orElse: string[]): Promise<void> {
    await this.connection('reconnecting', ...orElse);
    await this.page.clock.runFor(70_000);
    await this.connection('failed', ...orElse);
  }

  async code(): Promise<string> {
    const code = this.page.getByTestId('room-code');
    await expect.poll(() => code.textContent(), { ...PATIENCE, ...OFTEN }).toMatch(/^\d+-[a-z]+-[a-z]+$/);
    return (await code.textContent())!;
  }

  async enter(code: string): Promise<void> {
    await this.page.getByTestId('code-input').fill(code);
    await this.page.getByTestId('join-room').click();
  }

  /** Presses for another code, and waits until it is there. */
  async newCode(): Promise<string> {
    const code = this.page.getByTestId('room-code');
    const before = (await code.count()) === 0 ? '' : await code.textContent();
    await this.page.getByTestId('new-code').click();
    await expect.poll(() => this.code(), { ...PATIENCE, ...OFTEN }).not.toBe(before);
    return this.code();
  }

  problem(code: string): Locator {
    return this.page.locator(`[data-problem="${code}"]`);
  }

  /** By its name, or by its path where it was in a folder. */
  card(name: string): Locator {
    return this.page.locator(`[data-testid=transfer]:is([data-name="${name}"], [data-path="${name}"])`);
  }

  /** Waits for one of the states; fails at once, with the reason shown, when the picture ends in another. */
  async state(name: string, ...states: string[]): Promise<void> {
    const card = this.card(name);
    const until = new RegExp(`^(${[...states, ...FINAL].join('|')})$`);
    await expect.poll(() => card.getAttribute('data-state'), { ...TRANSFER, ...OFTEN }).toMatch(until);
    const state = (await card.getAttribute('data-state')) ?? '';
    if (states.includes(state) || !FINAL.includes(state)) return;
    const problem = await card.locator('[data-problem]').getAttribute('data-problem', { timeout: 500 });
    throw new Error(`${name} is ${state} (${problem}), not ${states.join(' or ')}`);
  }

  handle(name: string, id: string): Locator {
    return this.card(name).getByTestId(id);
  }

  /** A number out of a handle. */
  async number(name: string, id: string): Promise<number> {
    return Number(await this.handle(name, id).textContent());
  }

  /** Resolves once this many chunks of the picture are there. */
  async chunks(name: string, atLeast: number): Promise<void> {
    await expect
      .poll(() => this.number(name, 'chunks-received'), { ...TRANSFER, intervals: [20] })
      .toBeGreaterThanOrEqual(atLeast);
  }

  async cancel(name: string): Promise<void> {
    await this.handle(name, 'cancel').click();
  }

  /** The closing report, as a person saves it. */
  async report(name: string): Promise<Report> {
    const report = this.handle(name, 'report');
    const details = report.locator('details');
    if ((await details.getAttribute('open')) === null) await details.locator('summary').click();
    const saving = this.page.waitForEvent('download');
    await report.getByRole('button').click();
    return JSON.parse((await readFile(await (await saving).path())).toString()) as Report;
  }

  wire(): Promise<Wire> {
    return wireOf(this.page);
  }

  marks(): Promise<Mark[]> {
    return this.page.evaluate(() =>
      performance
        .getEntriesByType('mark')
        .filter(({ name }) => name.startsWith('tessera:'))
        .map((mark) => ({
          name: mark.name,
          detail: (mark as PerformanceMark).detail as Mark['detail'],
          startTime: mark.startTime,
        })),
    );
  }
}

export class SenderRoom extends Room {
  async open(url: string): Promise<string> {
    await this.page.goto(`${url}/send/`);
    await this.page.getByTestId('open-room').click();
    return this.code();
  }

  async pick(...pictures: Picture[]): Promise<void> {
    await this.page.getByTestId('file-input').setInputFiles(pictures);
  }
}

export class ReceiverRoom extends Room {
  async join(url: string, code: string): Promise<void> {
    await this.page.goto(`${url}/receive/`);
    await this.enter(code);
  }

  async accept(name: string): Promise<void> {
    await this.handle(name, 'accept').click(PATIENCE);
  }

  /** Saves the picture and holds the saved file against the one that was sent. */
  async expectExact({ name, buffer }: Picture): Promise<void> {
    const saving = this.page.waitForEvent('download');
    await this.handle(name, 'download').click();
    const download = await saving;
    const bytes = await readFile(await download.path());
    expect(bytes.length, `length of ${name}`).toBe(buffer.length);
    expect(sha256(bytes), `digest of ${name}`).toBe(sha256(buffer));
    await expect(this.handle(name, 'sha256')).toHaveText(sha256(buffer));
    expect(download.suggestedFilename()).toBe(name);
  }
}

export interface Rooms {
  sender: SenderRoom;
  receiver: ReceiverRoom;
}

/** Both rooms, from two empty pages to connected. */
export async function meet({ sender, receiver }: Rooms, url: string): Promise<void> {
  await receiver.join(url, await sender.open(url));
  await sender.connection('connected');
  await receiver.connection('connected');
}

/** One picture from picking to "verified" on both sides, saved and compared. */
export async function cross({ sender, receiver }: Rooms, picture: Picture): Promise<void> {
  await sender.pick(picture);
  await receiver.accept(picture.name);
  await expectVerified({ sender, receiver }, picture);
}

export async function expectVerified({ sender, receiver }: Rooms, picture: Picture): Promise<void> {
  for (const room of [receiver, sender]) {
    await room.state(picture.name, 'done');
    await expect(room.handle(picture.name, 'verified')).toBeVisible();
  }
  await receiver.expectExact(picture);
}

/** A link on which a large picture is on its way for some seconds. */
export const SLOW = { rateMbit: 8, delayMs: 20, loss: 0.02 };

/** Both have met, and of this picture so many chunks have arrived, by what this side shows. */
export async function underway(
  rooms: Rooms,
  url: string,
  picture: Picture,
  chunks: number,
  side: keyof Rooms = 'receiver',
): Promise<void> {
  await meet(rooms, url);
  await begin(rooms, picture, chunks, side);
}

/** Of this picture so many chunks have arrived, by what this side shows. */
export async function begin(
  rooms: Rooms,
  picture: Picture,
  chunks: number,
  side: keyof Rooms = 'receiver',
): Promise<void> {
  await rooms.sender.pick(picture);
  await rooms.receiver.accept(picture.name);
  await rooms[side].chunks(picture.name, chunks);
}

/** Loads it anew, whatever it asks of a person who leaves. */
export async function reload(page: Page): Promise<void> {
  page.once('dialog', (dialog) => void dialog.accept());
  await page.reload();
}

/**
 * Lets a click on the file input open its own dialog, as in Firefox and Safari: a test can answer that
 * one, and not the one that gives handles.
 */
export async function useInputDialog(page: Page): Promise<void> {
  const without = (): void => {
    delete (window as { showOpenFilePicker?: unknown }).showOpenFilePicker;
  };
  await page.addInitScript(without);
}
