/** Several receivers in one room: eight beside one through one queue, and seven beside a far one. */
import { cpus } from 'node:os';
import type { BrowserContext, Page } from '@playwright/test';
import { openContext } from '../../testbed/link/browsers.ts';
import type { Bench } from '../bench.ts';
import { percentText, spreadText } from '../report/figures.ts';
import type { Result } from '../result.ts';
import type { Stage } from '../stage.ts';
import { spreadOf } from '../statistics.ts';
import { whenDone } from '../tessera/read-page.ts';
import { withTimeout } from '../with-timeout.ts';

/** What two cores carry with eight receiving pages on them. */
const RATE_MBIT = 10;
const LINK = { rateMbit: RATE_MBIT, queueMs: 100, delayMs: 10 };
const FAR_LINK = { rateMbit: RATE_MBIT, queueMs: 100, delayMs: 100, loss: 0.2 };
const BYTES = 5_000_000;
const QUICK_BYTES = 1_000_000;
const PEOPLE = 8;
const CONNECT_TIMEOUT_MS = 60_000;
const MAX_TRANSFER_MS = 300_000;
/** Eight receive together at least this much of what one does. */
const MIN_TOGETHER = 0.8;
/** A far one makes the others this much slower at most. */
const MAX_SLOWER = 0.1;

interface Times {
  /** Of each receiver from accepted to complete. */
  seconds: number[];
  /** Of all together, from the first accepted to the last complete. */
  mbit: number;
  queueP95Ms: number;
  droppedByQueue: number;
  /** Of the machine's processors, from picked to complete. */
  busy: number;
}

interface Run {
  one: Times;
  eight: Times;
  seven: Times;
  /** The far one is the last. */
  sevenAndFar: Times;
}

export async function people(bench: Bench): Promise<Result> {
  const { args, say } = bench;
  const byteLength = args.quick ? QUICK_BYTES : BYTES;
  const party = await Party.open(bench);
  const runs: Pick<Run, 'one' | 'eight'>[] = [];
  const farRuns: Pick<Run, 'seven' | 'sevenAndFar'>[] = [];
  try {
    for (let at = 0; at < args.runs; at++) {
      const one = await party.send(byteLength, 1);
      const eight = await party.send(byteLength, PEOPLE);
      runs.push({ one, eight });
      say(`${at + 1}/${args.runs}: one ${one.mbit.toFixed(2)}, eight ${eight.mbit.toFixed(2)} Mbit/s`);
    }
    await party.replaceLast();
    for (let at = 0; at < args.runs; at++) {
      const seven = await party.send(byteLength, PEOPLE - 1);
      const sevenAndFar = await party.send(byteLength, PEOPLE);
      farRuns.push({ seven, sevenAndFar });
      say(
        `${at + 1}/${args.runs}: seven ${middleOf(seven.seconds).toFixed(1)} s, beside a far one ${middleOf(near(sevenAndFar)).toFixed(1)} s`,
      );
    }
  } finally {
    await party.close();
  }
  const together = middleOf(runs.map(({ one, eight }) => eight.mbit / one.mbit));
  const slower = middleOf(
    farRuns.map(({ seven, sevenAndFar }) => middleOf(near(sevenAndFar)) / middleOf(seven.seconds) - 1),
  );
  const fairest = runs.map(({ eight }) => Math.min(...eight.seconds) / Math.max(...eight.seconds));
  const row = (name: string, times: readonly Times[]): string[] => [
    name,
    spreadText(spreadOf(times.map(({ mbit }) => mbit)), 2),
    spreadText(spreadOf(times.flatMap(({ seconds }) => seconds)), 1),
    spreadText(spreadOf(times.map(({ queueP95Ms }) => queueP95Ms)), 0),
    spreadText(spreadOf(times.map(({ droppedByQueue }) => droppedByQueue)), 0),
    spreadText(spreadOf(times.map(({ busy }) => 100 * busy)), 0),
  ];
  return {
    name: 'people',
    title: 'Several receivers in one room',
    notes: [
      `One picture of ${byteLength / 1e6} MB for each receiver at the same time, over one bottleneck of ${RATE_MBIT} Mbit/s with a drop-tail queue of 100 ms, a round trip of 20 ms, no loss. All pages are on this machine. The far one has a path of its own: ${RATE_MBIT} Mbit/s, a round trip of 200 ms, 20 % loss.`,
      `Eight together receive ${percentText(together)} of what one does (at least ${percentText(MIN_TOGETHER)}: ${together >= MIN_TOGETHER ? '✓' : '**missed**'}). The first of the eight was done after ${percentText(middleOf(fairest))} of the last one's time.`,
      `Beside a far one the other seven took ${percentText(slower)} longer (at most ${percentText(MAX_SLOWER)}: ${slower <= MAX_SLOWER ? '✓' : '**missed**'}).`,
    ],
    tables: [
      {
        caption: `${args.runs} runs, medians [smallest–largest]`,
        header: [
          '',
          'all together, Mbit/s',
          'each, s',
          'queue delay, 95 %, ms',
          'dropped by the queue',
          'processors busy, %',
        ],
        rows: [
          row(
            'one',
            runs.map(({ one }) => one),
          ),
          row(
            'eight',
            runs.map(({ eight }) => eight),
          ),
          row(
            'seven',
            farRuns.map(({ seven }) => seven),
          ),
          row(
            'seven beside a far one',
            farRuns.map(({ sevenAndFar }) => ({ ...sevenAndFar, seconds: near(sevenAndFar) })),
          ),
          row(
            'the far one',
            farRuns.map(({ sevenAndFar }) => ({ ...sevenAndFar, seconds: sevenAndFar.seconds.slice(-1) })),
          ),
        ],
      },
    ],
    charts: [],
    data: { runs, farRuns },
  };
}

const middleOf = (values: readonly number[]): number => spreadOf(values)?.median ?? 0;
const near = ({ seconds }: Times): number[] => seconds.slice(0, -1);

/** A sender's page, and those of the people in its room. */
class Party {
  readonly #bench: Bench;
  readonly #stage: Stage;
  readonly #sender: Page;
  readonly #receivers: Page[] = [];
  readonly #contexts: BrowserContext[] = [];
  readonly #link: string;

  private constructor(bench: Bench, stage: Stage, sender: Page, link: string) {
    this.#bench = bench;
    this.#stage = stage;
    this.#sender = sender;
    this.#link = link;
  }

  static async open(bench: Bench): Promise<Party> {
    const stage = await bench.stage();
    await bench.pictures();
    await stage.link.configure(LINK);
    await stage.link.far.configure(FAR_LINK);
    const sender = await stage.page('sender');
    await sender.goto(`${stage.server.url}/send/`);
    await sender.getByTestId('open-room').click();
    const link = await sender.getByTestId('room-link').getAttribute('href', { timeout: CONNECT_TIMEOUT_MS });
    const party = new Party(bench, stage, sender, link ?? '');
    const first = await stage.page('receiver', { profile: true });
    party.#contexts.push(sender.context(), first.context());
    await party.#join(first);
    for (let at = 1; at < PEOPLE; at++) await party.#join(await first.context().newPage());
    return party;
  }

  /** The last one goes, and a far one takes the place. */
  async replaceLast(): Promise<void> {
    const { pair, link } = this.#stage;
    await this.#receivers.pop()?.close();
    await this.#sender.getByTestId('send-away').last().click();
    const context = await openContext(pair.receiverBrowser, link.far, 'receiver');
    this.#contexts.push(context);
    await this.#join(await context.newPage());
  }

  /** One picture to the first so many of them, at the same time. */
  async send(byteLength: number, count: number): Promise<Times> {
    const pictures = await this.#bench.pictures();
    const picture = await pictures.next(byteLength);
    const boxes = this.#sender.getByTestId('gets');
    for (let at = 0; at < PEOPLE; at++) await boxes.nth(at).setChecked(at < count);
    const receivers = this.#receivers.slice(0, count);
    const done = receivers.map((page) => whenDone(page, picture.name));
    await this.#stage.link.resetStats();
    const before = processorTimes();
    await this.#sender.getByTestId('file-input').setInputFiles(picture.path);
    const all = await withTimeout(Promise.all(done), MAX_TRANSFER_MS, 'not all are done');
    const failed = receivers.find((_, at) => all[at] === false);
    if (failed !== undefined) {
      const card = failed.locator(`[data-testid=transfer][data-name="${picture.name}"]`);
      const said = await card.innerText({ timeout: 1000 }).catch(() => 'nothing');
      throw new Error(`one of ${count} was given up; its page says: ${said.replaceAll(/\s+/g, ' ')}`);
    }
    const after = processorTimes();
    const { toReceiver } = await this.#stage.link.stats();
    const times = await Promise.all(receivers.map((page) => timesOf(page, picture.name)));
    pictures.drop(picture);
    const from = Math.min(...times.map(({ accepted }) => accepted));
    const until = Math.max(...times.map(({ complete }) => complete));
    return {
      seconds: times.map(({ accepted, complete }) => (complete - accepted) / 1000),
      mbit: (count * byteLength * 8) / ((until - from) / 1000) / 1e6,
      queueP95Ms: toReceiver.queueP95Ms,
      droppedByQueue: toReceiver.droppedByQueue,
      busy: 1 - (after.idle - before.idle) / (after.all - before.all),
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.#contexts.map((context) => context.close()));
  }

  async #join(page: Page): Promise<void> {
    await page.goto(this.#link);
    await page.getByTestId('join-room').click();
    if (this.#receivers.length >= 1) await this.#sender.getByTestId('let-everyone-in').check();
    await page
      .locator('[data-testid=connection][data-state=connected]')
      .waitFor({ state: 'attached', timeout: CONNECT_TIMEOUT_MS });
    await page.getByTestId('accept-all').check();
    this.#receivers.push(page);
  }
}

/** Milliseconds of all processors since the machine was started. */
function processorTimes(): { idle: number; all: number } {
  const times = cpus().map(({ times }) => times);
  const idle = times.reduce((sum, one) => sum + one.idle, 0);
  const all = times.reduce((sum, one) => sum + one.user + one.nice + one.sys + one.irq + one.idle, 0);
  return { idle, all };
}

/** Unix milliseconds: the pages' clocks begin at different times. */
async function timesOf(page: Page, name: string): Promise<{ accepted: number; complete: number }> {
  const marks = await page.evaluate(
    (name) =>
      (performance.getEntriesByType('mark') as PerformanceMark[])
        .filter((mark) => (mark.detail as { name?: string } | null)?.name === name)
        .map((mark) => ({ what: mark.name, at: performance.timeOrigin + mark.startTime })),
    name,
  );
  const at = (what: string): number => marks.find((mark) => mark.what === what)?.at ?? NaN;
  return { accepted: at('tessera:accepted'), complete: at('tessera:complete') };
}
