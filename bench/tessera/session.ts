import type { Page } from '@playwright/test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LINGER } from '../../lib/protocol/limits.ts';
import type { Figures } from '../../lib/session/model.ts';
import type { Stage } from '../stage.ts';
import { withTimeout } from '../with-timeout.ts';
import type { TesseraTransfer } from './transfer.ts';
import { type AlbumMark, albumDone, albumMarks } from './album-marks.ts';
import { closingReport, longestTask, marksOf, whenDone } from './read-page.ts';

/** After pairing: a person does not choose the first picture sooner. Lanes are opened meanwhile. */
const PAUSE_MS = 2000;
/** A quick typist's. */
const LETTER_MS = 100;
const CONNECT_TIMEOUT_MS = 40_000;
/** Preparing is digest and preview: 200 MB of them on a slow machine. */
const OFFER_TIMEOUT_MS = 120_000;
/**
 * The receiver's figures are final once its wait for late packets is over; with the round trip and the page's
 * next update. It is also the pause before the next picture.
 */
const FIGURES_MS = LINGER + 700;

export interface SessionOptions {
  /** Past the relay. */
  direct?: boolean;
  /** Where the pages are; default: the stage's server. */
  origin?: string;
  /** Runs in each page before its own scripts. */
  scripts?: { sender?: string; receiver?: string };
}

/** Called, and waited for, right after the picture was accepted and right after it was complete. */
export interface Moments {
  accepted?: () => Promise<void>;
  complete?: () => Promise<void>;
}

/** The real pages, paired, used as two people would. */
export class TesseraSession {
  readonly sender: Page;
  readonly receiver: Page;
  readonly #stage: Stage;
  readonly #direct: boolean;

  private constructor(stage: Stage, sender: Page, receiver: Page, direct: boolean) {
    this.#stage = stage;
    this.sender = sender;
    this.receiver = receiver;
    this.#direct = direct;
  }

  /** Both pages, loaded but not paired, and the code to pair them with. */
  static async prepare(
    stage: Stage,
    options: SessionOptions = {},
  ): Promise<{ session: TesseraSession; code: string }> {
    const { direct = false, origin = stage.server.url, scripts = {} } = options;
    const [sender, receiver] = await Promise.all([
      stage.page('sender', { direct }),
      // What arrives is stored: in a private window that would be another process's memory.
      stage.page('receiver', { direct, profile: true }),
    ]);
    const session = new TesseraSession(stage, sender, receiver, direct);
    if (scripts.sender !== undefined) await sender.addInitScript({ content: scripts.sender });
    if (scripts.receiver !== undefined) await receiver.addInitScript({ content: scripts.receiver });
    await sender.goto(`${origin}/send/`);
    await sender.getByTestId('open-room').click();
    const code = await sender.getByTestId('room-code').textContent({ timeout: CONNECT_TIMEOUT_MS });
    await receiver.goto(`${origin}/receive/`);
    await receiver.getByTestId('code-input').pressSequentially((code ?? '').trim(), { delay: LETTER_MS });
    return { session, code: (code ?? '').trim() };
  }

  static async open(stage: Stage, options: SessionOptions = {}): Promise<TesseraSession> {
    const { session } = await TesseraSession.prepare(stage, options);
    await session.join();
    await sleep(PAUSE_MS);
    return session;
  }

  /** Presses "join" and waits until both are connected. */
  async join(): Promise<void> {
    await this.receiver.getByTestId('join-room').click();
    await this.receiver
      .locator('[data-testid=connection][data-state=connected]')
      .waitFor({ state: 'attached', timeout: CONNECT_TIMEOUT_MS });
  }

  /**
   * One picture from choosing it to verified.
   * @throws Error when it is not done after `maxMs` of moving, with what the page says instead
   */
  async send(
    picture: { name: string; path: string },
    maxMs: number,
    moments: Moments = {},
  ): Promise<TesseraTransfer> {
    const { sender, receiver } = this;
    await sender.getByTestId('file-input').setInputFiles(picture.path);
    const card = receiver.locator(`[data-testid=transfer][data-name="${picture.name}"]`);
    const accept = card.getByTestId('accept');
    await accept.waitFor({ timeout: OFFER_TIMEOUT_MS });
    const done = whenDone(receiver, picture.name);
    done.catch(() => undefined);
    const senderFrom = await sender.evaluate(() => performance.now());
    if (!this.#direct) await this.#stage.link.resetStats();
    await accept.click();
    await moments.accepted?.();
    try {
      if (!(await withTimeout(done, maxMs, 'not done'))) throw new Error('given up');
    } catch (error) {
      const said = await card.innerText({ timeout: 1000 }).catch(() => 'nothing');
      const reason = (error as Error).message.split('\n')[0];
      throw new Error(`${reason}; the page says: ${said.replaceAll(/\s+/g, ' ')}`, { cause: error });
    }
    await moments.complete?.();
    const link = this.#direct ? undefined : await this.#stage.link.stats();
    await sleep(FIGURES_MS);
    const marks = await marksOf(receiver, picture.name);
    if (marks.complete === undefined || marks.accepted === undefined) throw new Error('a mark is missing');
    const { accepted, complete } = marks;
    const [report, senderTask, receiverTask] = await Promise.all([
      closingReport(receiver, card),
      longestTask(sender, senderFrom),
      longestTask(receiver, accepted),
    ]);
    return {
      seconds: (complete - accepted) / 1000,
      firstPictureSeconds:
        marks['first-picture'] === undefined ? undefined : (marks['first-picture'] - accepted) / 1000,
      figures: report,
      link,
      longestTaskMs: { sender: senderTask, receiver: receiverTask },
    };
  }

  /**
   * Many pictures picked at once, and accepted as they are offered; resolves when the last one is verified.
   * @throws Error when one fails, or not all are done after `maxMs`
   */
  async sendAlbum(paths: readonly string[], maxMs: number): Promise<AlbumMark[]> {
    const { sender, receiver } = this;
    await receiver.getByTestId('accept-all').check();
    const before = (await albumMarks(receiver)).length;
    const done = albumDone(receiver, paths.length);
    done.catch(() => undefined);
    await sender.getByTestId('file-input').setInputFiles([...paths]);
    if (!(await withTimeout(done, maxMs, 'not all were done'))) {
      const said = await Promise.all(
        [sender, receiver].map((page) =>
          page
            .locator('[data-testid=transfer][data-state=failed]')
            .first()
            .textContent({ timeout: 1000 })
            .catch(() => 'nothing'),
        ),
      );
      throw new Error(`a picture failed; the pages say: ${said.join(' | ').replaceAll(/\s+/g, ' ')}`);
    }
    return (await albumMarks(receiver)).slice(before);
  }

  /** The receiver's closing report of a picture that is done. */
  report(name: string): Promise<Figures> {
    const { receiver } = this;
    return closingReport(receiver, receiver.locator(`[data-testid=transfer][data-name="${name}"]`));
  }

  async close(): Promise<void> {
    await Promise.all([this.sender.context().close(), this.receiver.context().close()]);
  }
}
