/**
 * A sender who paired honestly and then sends whatever it can, before anyone has pressed anything: what it
 * costs the receiver's page is bounded, the page answers, and the next sender's picture crosses.
 */
import { readFileSync } from 'node:fs';
import type { Browser } from '@playwright/test';
import { encodeControl, CancelReason } from '../lib/protocol/wire/control-message.ts';
import { encodeData } from '../lib/protocol/wire/lane-packet.ts';
import { encodeFeedback } from '../lib/protocol/wire/feedback-packet.ts';
import { PREVIEW, ORIGINAL, streamOf } from '../lib/protocol/wire/stream-id.ts';
import { expect, test } from './support/app.ts';
import { attack, keepChannels, type Attack, type Templates } from './support/hostile-page.ts';
import { LONG } from './support/long.ts';
import { traceTasks } from './support/task-times.ts';
import { cross, ReceiverRoom, SenderRoom } from './support/rooms.ts';

/** Of each flood: for its memory, and for its tasks, whose trace takes memory itself. */
const SECONDS = LONG ? 60 : 1.5;
const TRACED_SECONDS = LONG ? 5 : 1.5;
/** Of the renderer's own memory, page and worker. */
const MAX_GROWTH_MB = 50;
const MAX_WAIT_MS = 200;
/** How often the page's memory is looked at, and a key pressed. */
const SAMPLE_MS = 200;

/** An ordinary run has seconds for it. */
const MAX_LOOKS = LONG ? 10 : 2;

const NO_TASK = { wall: 0, processor: 0, parts: 'no long task' };

const ATTACKS: readonly Attack[] = [
  'offers',
  'offers taken back',
  'hellos',
  'reports',
  'unknown data',
  'previews',
  'lane signals',
  'noise',
];

/** In an ordinary run one on the control channel, which draws the most, and one on the lanes. */
const FLOODS: readonly (readonly Attack[])[] = LONG
  ? ATTACKS.map((kind) => [kind])
  : [['offers taken back', 'unknown data']];

const header = (bytes: number, previewBytes: number) => ({
  name: `${'n'.repeat(245)}.jpg`,
  type: 'image/jpeg',
  byteLength: bytes,
  modified: 0,
  width: 1_000_000,
  height: 1_000_000,
  digest: new Uint8Array(32).fill(7),
  previewBytes,
  thumb: new Uint8Array(1024).fill(3),
});
const runs = (count: number) => Array.from({ length: count }, (_, i) => ({ first: i * 100, count: 64 }));
const data = (stream: number, length: number): number[] => [
  ...encodeData({ symbol: 0, stream, block: 0, number: 0, sentAt: 0 }, new Uint8Array(length)),
];
const control = (message: Parameters<typeof encodeControl>[0]): number[] => [...encodeControl(message)];

const TEMPLATES: Templates = {
  hello: control({ type: 'hello', instance: new Uint8Array(8), name: 'x'.repeat(120) }),
  // 8 GB each.
  offer: control({ type: 'offer', transfer: 1, header: header(8 * 1024 ** 3, 0) }),
  small: control({ type: 'offer', transfer: 1, header: header(8 * 1024 ** 3, 65_536) }),
  cancel: control({ type: 'cancel', transfer: 1, reason: CancelReason.person }),
  sent: control({ type: 'sent', transfer: 1, packets: 1e9, retransmitted: 1e9, roundTrip: 1 }),
  sending: control({ type: 'sending', transfer: 1, roundTrip: 1, again: runs(1500) }),
  progress: control({
    type: 'progress',
    transfer: 1,
    final: false,
    packets: 1e9,
    duplicates: 1e9,
    chunks: 1e9,
    repaired: 1e9,
    runs: runs(1500),
    twice: runs(400),
    holes: runs(400),
  }),
  original: data(streamOf(1, ORIGINAL), 1024),
  preview: data(streamOf(1, PREVIEW), 1024),
  feedback: [
    ...encodeFeedback({
      number: 1,
      clock: 0,
      newestSentAt: 0,
      ackDelay: 0,
      delay: 0,
      packets: 1e9,
      byteLength: 1e9,
      lanes: [],
      streams: [],
    }),
  ],
};

/** Private bytes of the browser's renderers, MB: what a page takes from its machine. */
async function privateMegabytes(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  let kilobytes = 0;
  for (const { id, type } of processInfo) {
    if (type !== 'renderer') continue;
    try {
      const rollup = readFileSync(`/proc/${id}/smaps_rollup`, 'utf8');
      for (const [, count] of rollup.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB/gm))
        kilobytes += Number(count);
    } catch {
      // It ended meanwhile.
    }
  }
  return kilobytes / 1024;
}

/** Looked at until what happened before has settled. */
async function settled(measure: () => Promise<number>): Promise<number> {
  let [last, now] = [Infinity, await measure()];
  for (let looks = 0; looks < MAX_LOOKS && Math.abs(now - last) > 1; looks++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    [last, now] = [now, await measure()];
  }
  return now;
}

const worstOf = (values: readonly number[]): number => Math.max(0, ...values);
const middleOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

test.describe('before any click', () => {
  for (const kinds of FLOODS) {
    test(`[P-102] a sender’s ${kinds.join(', ')}: the page grows by at most ${MAX_GROWTH_MB} MB, it answers, and honest work goes on`, async ({
      server,
      rooms,
      pictures,
      pair,
    }) => {
      test.skip(!LONG, 'the long run');
      const { sender, receiver } = rooms;
      const { page } = receiver;
      test.setTimeout(300_000 + 4000 * SECONDS * kinds.length);
      await sender.page.addInitScript(keepChannels);
      await page.addInitScript(watchAnswers);
      await receiver.join(server.url, await sender.open(server.url));
      await sender.connection('connected');
      await receiver.connection('connected');
      const cdp = await page.context().newCDPSession(page);
      const collected = async (): Promise<number> => {
        await cdp.send('HeapProfiler.collectGarbage');
        return privateMegabytes(pair.receiverBrowser);
      };
      const answers = (): Promise<number[]> => page.evaluate(() => window.answers.splice(0));

      for (const kind of kinds) {
        const flood = (seconds: number) =>
          sender.page.evaluate(attack, [kind, TEMPLATES, seconds * 1000] as const);
        /** Until the flood is over, and what it has left is done. */
        const beside = async <T>(flooding: Promise<T>, look: () => Promise<unknown>): Promise<T> => {
          const pause = () => page.waitForTimeout(SAMPLE_MS).then(() => undefined);
          for (let done: T | undefined; done === undefined; done = await Promise.race([flooding, pause()]))
            await look();
          for (let after = 0; after < 3; after++) await Promise.all([look(), pause()]);
          return flooding;
        };
        // The lanes open, and what the page does at first is done.
        const before = await settled(collected);
        let most = before;
        await answers();
        const sent = await beside(flood(SECONDS), async () => {
          await page.keyboard.press('Shift');
          most = Math.max(most, await privateMegabytes(pair.receiverBrowser));
        });
        const waits = await answers();
        const left = (await settled(collected)) - before;

        const stopTrace = await traceTasks(pair.receiverBrowser, page);
        await beside(flood(TRACED_SECONDS), async () => undefined);
        const tasks = await stopTrace();
        const task = tasks.reduce((most, one) => (one.processor > most.processor ? one : most), NO_TASK);
        const growth = most - before;
        console.log(
          `      ${kind}: ${sent.messages} messages, ${(sent.bytes / 1e6).toFixed(1)} MB; the page grew by ${growth.toFixed(0)} MB, ` +
            `kept ${left.toFixed(0)}, answered after ${middleOf(waits).toFixed(0)} ms, ${worstOf(waits).toFixed(0)} at most (${waits.length} keys), ` +
            `worked ${task.processor.toFixed(0)} ms at a time (${task.parts}), is ${await receiver.page.getByTestId('connection').getAttribute('data-state')}`,
        );
        expect.soft(waits.length, 'answers').toBeGreaterThan(3);
        expect.soft(growth, 'MB').toBeLessThanOrEqual(MAX_GROWTH_MB);
        expect.soft(left, 'MB').toBeLessThanOrEqual(MAX_GROWTH_MB);
        // A machine that others are using keeps a page waiting by itself: then what is its own counts.
        expect.soft(LONG ? worstOf(waits) : middleOf(waits), 'ms').toBeLessThanOrEqual(MAX_WAIT_MS);
        expect.soft(task.processor, 'ms of the processor').toBeLessThanOrEqual(MAX_WAIT_MS);
      }

      await sender.page.close();
      const next = new SenderRoom(await (await pair.context('sender')).newPage());
      const code = await next.open(server.url);
      if (await page.getByTestId('code-input').isVisible()) await receiver.enter(code);
      else await receiver.join(server.url, code);
      await cross({ sender: next, receiver: new ReceiverRoom(page) }, pictures.png);
      await next.page.context().close();
    });
  }
});

declare global {
  interface Window {
    /** How long each key waited for the page, ms. */
    answers: number[];
  }
}

function watchAnswers(): void {
  window.answers = [];
  addEventListener('keydown', ({ timeStamp }) => window.answers.push(performance.now() - timeStamp));
}
