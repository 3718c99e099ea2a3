/**
 * A sender who paired honestly and then sends whatever it can, before anyone has pressed anything: what it
 * costs the receiver's page is bounded, the page answers, and the next sender's picture crosses.
 */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from '@playwright/test';
import { encodeControl, CancelReason } from '../lib/protocol/wire/control-message.ts';
import { encodeData } from '../lib/protocol/wire/lane-packet.ts';
import { encodeFeedback } from '../lib/protocol/wire/feedback-packet.ts';
import { PREVIEW, ORIGINAL, streamOf } from '../lib/protocol/wire/stream-id.ts';
import { expect, test } from './support/app.ts';
import { attack, keepChannels, leave, type Attack, type Templates } from './support/hostile-page.ts';
import { LONG } from './support/long.ts';
import { giveWay, processesOf } from '../testbed/processes.ts';
import { traceTasks } from './support/task-times.ts';
import { plainBytes } from './support/pictures.ts';
import { cross, SenderRoom } from './support/rooms.ts';

/** Of each flood: for its memory, and for its tasks, whose trace takes memory itself. */
const SECONDS = LONG ? 60 : 1.5;
const TRACED_SECONDS = LONG ? 5 : 1.5;
/**
 * Of the renderer's own memory, page and worker, once their garbage is collected. While it is not, the
 * browser lets a page and its worker have some 30 MB of it each, whoever sends: a flood may take a third
 * more than an honest sender's megabytes do in the same room.
 */
const MAX_GROWTH_MB = 50;
const MAX_GARBAGE = 4 / 3;
const HONEST_BYTES = 30_000_000;
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
  let kilobytes = 0;
  for (const { pid, renderer } of await processesOf(browser)) {
    if (!renderer) continue;
    try {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      for (const [, count] of rollup.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB/gm))
        kilobytes += Number(count);
    } catch {
      // It ended meanwhile.
    }
  }
  return kilobytes / 1024;
}

/** Collects the garbage of a page and of its workers: one of them gets all bytes of the lanes. */
async function garbageCollector(page: Page): Promise<() => Promise<void>> {
  const cdp = await page.context().newCDPSession(page);
  const workers = new Set<string>();
  const answers = new Map<number, () => void>();
  cdp.on('Target.attachedToTarget', ({ sessionId }) => workers.add(sessionId));
  cdp.on('Target.detachedFromTarget', ({ sessionId }) => workers.delete(sessionId));
  cdp.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id } = JSON.parse(message) as { id?: number };
    if (id !== undefined) answers.get(id)?.();
  });
  await cdp.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  let last = 0;
  const collectIn = async (sessionId: string): Promise<void> => {
    const id = (last += 1);
    const answered = new Promise<void>((resolve) => answers.set(id, resolve));
    const message = JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' });
    await cdp.send('Target.sendMessageToTarget', { sessionId, message });
    await answered;
  };
  return async () => {
    await Promise.all([cdp.send('HeapProfiler.collectGarbage'), ...[...workers].map(collectIn)]);
  };
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
      const { receiver } = rooms;
      const { page } = receiver;
      test.setTimeout(400_000 + 4000 * SECONDS * kinds.length);
      await page.addInitScript(watchAnswers);
      await page.goto(`${server.url}/receive/`);
      // A sender floods from a machine of its own.
      await giveWay(pair.senderBrowser);
      const collect = await garbageCollector(page);
      const collected = async (): Promise<number> => {
        await collect();
        return privateMegabytes(pair.receiverBrowser);
      };
      const answers = (): Promise<number[]> => page.evaluate(() => window.answers.splice(0));
      /** Another sender's page, which pairs as any does. */
      const sender = async (init?: () => void): Promise<SenderRoom> => {
        const room = new SenderRoom(await (await pair.context('sender')).newPage());
        if (init) await room.page.addInitScript(init);
        await receiver.enter(await room.open(server.url));
        await room.connection('connected');
        await receiver.connection('connected');
        return room;
      };
      /** Until the flood is over, and what it has left is done. */
      const beside = async <T>(flooding: Promise<T>, look: () => Promise<unknown>): Promise<T> => {
        const pause = () => page.waitForTimeout(SAMPLE_MS).then(() => undefined);
        for (let done: T | undefined; done === undefined; done = await Promise.race([flooding, pause()]))
          await look();
        for (let after = 0; after < 3; after++) await Promise.all([look(), pause()]);
        return flooding;
      };
      const over = async (hostile: SenderRoom): Promise<void> => {
        await hostile.page.evaluate(leave);
        await hostile.page.context().close();
        await expect(page.getByTestId('code-input')).toBeVisible({ timeout: 90_000 });
      };

      /** The most that the page took beyond what it had before. */
      const growthOf = async (before: number, work: Promise<unknown>): Promise<number> => {
        let most = before;
        await beside(
          work.then(() => true),
          async () => {
            most = Math.max(most, await privateMegabytes(pair.receiverBrowser));
          },
        );
        return most - before;
      };

      const honest = await sender();
      const honestGrowth = await growthOf(
        await settled(collected),
        cross({ sender: honest, receiver }, plainBytes('honest.jpg', HONEST_BYTES)),
      );
      await honest.page.context().close();
      await expect(page.getByTestId('code-input')).toBeVisible({ timeout: 90_000 });

      for (const kind of kinds) {
        const first = await sender(keepChannels);
        // The lanes open, and what the page does at first is done.
        const before = await settled(collected);
        let most = before;
        await answers();
        const sent = await beside(
          first.page.evaluate(attack, [kind, TEMPLATES, SECONDS * 1000] as const),
          async () => {
            await page.keyboard.press('Shift');
            most = Math.max(most, await privateMegabytes(pair.receiverBrowser));
          },
        );
        const waits = await answers();
        const left = (await settled(collected)) - before;
        const state = await page.getByTestId('connection').getAttribute('data-state');
        await over(first);

        // By a sender of its own, since many a flood ends its session.
        const second = await sender(keepChannels);
        const stopTrace = await traceTasks(pair.receiverBrowser, page);
        await beside(
          second.page.evaluate(attack, [kind, TEMPLATES, TRACED_SECONDS * 1000] as const),
          async () => undefined,
        );
        const tasks = await stopTrace();
        const task = tasks.reduce((most, one) => (one.processor > most.processor ? one : most), NO_TASK);
        await over(second);
        const growth = most - before;
        console.log(
          `      ${kind}: ${sent.messages} messages, ${(sent.bytes / 1e6).toFixed(1)} MB; the page grew by ${growth.toFixed(0)} MB, ` +
            `kept ${left.toFixed(0)}, answered after ${middleOf(waits).toFixed(0)} ms, ${worstOf(waits).toFixed(0)} at most (${waits.length} keys), ` +
            `worked ${task.processor.toFixed(0)} ms at a time (${task.parts}), is ${state}; an honest ${HONEST_BYTES / 1e6} MB: ${honestGrowth.toFixed(0)} MB`,
        );
        expect.soft(waits.length, 'answers').toBeGreaterThan(3);
        expect.soft(growth, 'MB').toBeLessThanOrEqual(Math.max(MAX_GROWTH_MB, MAX_GARBAGE * honestGrowth));
        expect.soft(left, 'MB').toBeLessThanOrEqual(MAX_GROWTH_MB);
        // A machine that others are using keeps a page waiting by itself: then what is its own counts.
        expect.soft(LONG ? worstOf(waits) : middleOf(waits), 'ms').toBeLessThanOrEqual(MAX_WAIT_MS);
        expect.soft(task.processor, 'ms of the processor').toBeLessThanOrEqual(MAX_WAIT_MS);
      }

      const next = await sender();
      await cross({ sender: next, receiver }, pictures.png);
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
