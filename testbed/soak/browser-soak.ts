/** Browsers whose transfers are cut at random points, seeded: nothing may be lost, mixed or left hanging. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Locator, Page } from '@playwright/test';
import type { Link } from '../link/relay.ts';
import { freeze } from '../processes.ts';
import type { Server } from '../server.ts';
import { seededRandom } from '../../lib/simulation/random.ts';

/** What is done to a session in the middle of a transfer. */
export const BROWSER_CUTS = [
  'blackout',
  'one direction silent',
  'half of the lanes closed',
  'all lanes closed',
  'sender reloaded',
  'receiver reloaded',
  'sender stopped (SIGSTOP)',
  'receiver stopped (SIGSTOP)',
  'server restarted',
] as const;
export type BrowserCut = (typeof BROWSER_CUTS)[number];

/** Bytes of each picture: some seconds at these rates. */
const MIN_BYTES = 500_000;
const MAX_BYTES = 2_500_000;
const MIN_CUTS = 5;
const MAX_CUTS = 12;
/** What lasts, lasts from and to so long (ms). */
const LASTS_MS = [200, 2500] as const;
/** Between two cuts of a round, ms: some fall into the recovery from the one before. */
const MAX_PAUSE_MS = 700;
/** After its last chance a transfer has ended within this, or still moves. */
const REACH_MS = 30_000;
const LIMIT_MS = 90_000;
const LOOK_MS = 100;

/** One transfer and what was done to it. */
export interface BrowserRound {
  readonly seed: number;
  readonly bytes: number;
  readonly cuts: readonly {
    readonly kind: BrowserCut;
    /** Share of the picture that was here. */ readonly at: number;
  }[];
  /** What the receiver's page says of it in the end; `done`: the saved file has the same bytes. */
  readonly end: string;
  /** From the end of the last cut until then. */
  readonly seconds: number;
  readonly faults: readonly string[];
}

/** The two pages and all that can be cut between them. */
export interface CutSession {
  readonly sender: Page;
  readonly receiver: Page;
  readonly link: Link;
  readonly server: Server;
}

/**
 * Runs in each page before its own scripts: its connections can be closed from outside. Closed ones are let
 * go: Chromium counts each until it is collected, and refuses the 501st.
 */
export const KEEP_CONNECTIONS = `
  const made = (globalThis.connections = new Set());
  const Before = RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Before {
    constructor(...all) { super(...all); made.add(this); }
    close() { made.delete(this); super.close(); }
  };
`;

/** Both pages are connected, or on their way back from what the last round did to them. */
export async function browserRound(session: CutSession, seed: number): Promise<BrowserRound> {
  const random = seededRandom(seed);
  const between = (from: number, to: number): number => from + random() * (to - from);
  const { sender, receiver, link } = session;
  const length = Math.round(between(MIN_BYTES, MAX_BYTES));
  const buffer = Buffer.alloc(length);
  for (let at = 0; at < length; at += 4)
    buffer.writeUInt32LE((random() * 2 ** 32) >>> 0, Math.min(at, length - 4));
  const file = { name: `cut-${seed}.bin`, mimeType: 'application/octet-stream', buffer };
  await link.configure({
    rateMbit: between(2, 6),
    delayMs: between(5, 60),
    loss: random() < 0.5 ? 0 : between(0, 0.05),
    seed,
  });
  await pick(sender, file);
  const card = receiver.locator(`[data-testid=transfer][data-name="${file.name}"]`);
  await begun(card);
  const cuts: { kind: BrowserCut; at: number }[] = [];
  const planned = Math.floor(between(MIN_CUTS, MAX_CUTS + 1));
  const faults: string[] = [];
  while (cuts.length < planned) {
    await sleep(between(0, MAX_PAUSE_MS));
    if (await over(card)) break;
    const kind = BROWSER_CUTS[Math.floor(random() * BROWSER_CUTS.length)]!;
    cuts.push({ kind, at: await share(card, length) });
    await cut(session, kind, file, between);
  }
  const last = performance.now();
  let end = '';
  for (;;) {
    end = (await over(card)) ?? '';
    if (end !== '' || performance.now() - last > LIMIT_MS) break;
    await reopen(sender, file);
    await accept(card);
    await sleep(LOOK_MS);
  }
  const seconds = (performance.now() - last) / 1000;
  if (end === '') {
    const state = (await attribute(card, 'data-state')) ?? 'no card';
    const pages = await Promise.all([said(sender), said(receiver)]);
    faults.push(
      `neither whole nor ended ${LIMIT_MS / 1000} s after the last cut: ${state}; sender: ${pages[0]}; receiver: ${pages[1]}`,
    );
  } else if (end === 'done') {
    const saved = await save(receiver, card);
    if (!saved.equals(buffer)) faults.push(`other bytes were saved: ${saved.length} of ${length}`);
    await card.getByTestId('throw-away').click();
  } else {
    if (end === 'failed') faults.push('ended without a name');
    if (seconds * 1000 > REACH_MS) faults.push(`ended ${seconds.toFixed(0)} s after its last chance: ${end}`);
    // What arrived is offered as a part, unless the receiver's own page has nothing of it.
    const part = await card.getByTestId('part').count();
    if (part === 0 && !/cancelled|declined/.test(end)) faults.push(`${end}, and no part is kept`);
  }
  return { seed, bytes: length, cuts, end, seconds, faults };
}

interface File {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

async function pick(sender: Page, file: File): Promise<void> {
  await sender.getByTestId('file-input').setInputFiles(file);
}

/** The sender's page was loaded anew: its person picks the same file when it is asked for. */
async function reopen(sender: Page, file: File): Promise<void> {
  const asks = sender.getByTestId('missing-file');
  if ((await asks.count().catch(() => 0)) === 0) return;
  await sender
    .getByTestId('same-files')
    .setInputFiles(file, { timeout: 2000 })
    .catch(() => undefined);
}

const attribute = (card: Locator, name: string): Promise<string | null> =>
  card
    .first()
    .getAttribute(name, { timeout: 300 })
    .catch(() => null);

/** The state of a page's connection, and the problems that it shows. */
async function said(page: Page): Promise<string> {
  const connection = await page
    .getByTestId('connection')
    .first()
    .getAttribute('data-state', { timeout: 300 })
    .catch(() => null);
  const problems = await page
    .locator('[data-problem]')
    .evaluateAll((all) => all.map((one) => one.getAttribute('data-problem')));
  return [connection ?? 'no connection', ...problems].join(', ');
}

async function share(card: Locator, length: number): Promise<number> {
  const text = await card
    .first()
    .getByTestId('chunks-received')
    .textContent({ timeout: 300 })
    .catch(() => null);
  return Math.min(1, (Number(text ?? 0) * 1024) / length);
}

/** The receiver's page asks its person, as it does after it was loaded anew. */
async function accept(card: Locator): Promise<void> {
  if ((await attribute(card, 'data-state')) !== 'offered') return;
  await card
    .first()
    .getByTestId('accept')
    .click({ timeout: 1000 })
    .catch(() => undefined);
}

/** Bytes of it are here. */
async function begun(card: Locator): Promise<void> {
  const until = performance.now() + REACH_MS;
  while (performance.now() < until) {
    const state = await attribute(card, 'data-state');
    if (state === 'receiving' || state === 'done') return;
    await accept(card);
    await sleep(LOOK_MS / 2);
  }
  throw new Error(`it had not begun after ${REACH_MS / 1000} s`);
}

/** `undefined`: not over; else `done`, or the name of its end. */
async function over(card: Locator): Promise<string | undefined> {
  const state = await attribute(card, 'data-state');
  if (state === 'done' || state === 'cancelled' || state === 'declined') return state;
  if (state !== 'failed') return undefined;
  const problem = await card
    .first()
    .locator('[data-problem]')
    .first()
    .getAttribute('data-problem', { timeout: 500 })
    .catch(() => null);
  return problem ?? 'failed';
}

async function save(receiver: Page, card: Locator): Promise<Buffer> {
  const saving = receiver.waitForEvent('download', { timeout: 20_000 });
  await card.first().getByTestId('download').click();
  return readFile(await (await saving).path());
}

/** Returns once it is over; what follows of it may last. */
async function cut(
  { sender, receiver, link, server }: CutSession,
  kind: BrowserCut,
  file: File,
  between: (from: number, to: number) => number,
): Promise<void> {
  const side = between(0, 1) < 0.5 ? sender : receiver;
  switch (kind) {
    case 'blackout':
    case 'one direction silent': {
      const ms = between(...LASTS_MS);
      const direction = side === sender ? 'toReceiver' : 'toSender';
      await link.blackhole(ms, kind === 'blackout' ? undefined : direction);
      return sleep(ms);
    }
    case 'half of the lanes closed':
    case 'all lanes closed':
      await closeConnections(side, kind === 'all lanes closed' ? 1 : 2);
      return;
    case 'sender reloaded':
      await reload(sender);
      await reopen(sender, file);
      return;
    case 'receiver reloaded':
      return reload(receiver);
    case 'sender stopped (SIGSTOP)':
      return stop(sender.context().browser()!, between(...LASTS_MS));
    case 'receiver stopped (SIGSTOP)':
      return stop(receiver.context().browser()!, between(...LASTS_MS));
    case 'server restarted':
      await server.stop('SIGKILL');
      await server.start();
  }
}

async function closeConnections(page: Page, every: number): Promise<void> {
  await page.evaluate((step) => {
    const { connections } = globalThis as unknown as { connections: Set<RTCPeerConnection> };
    for (const [at, connection] of [...connections].entries()) if (at % step === 0) connection.close();
  }, every);
}

async function reload(page: Page): Promise<void> {
  const accept = (dialog: { accept(): Promise<void> }): void => void dialog.accept().catch(() => undefined);
  page.once('dialog', accept);
  await page.reload({ waitUntil: 'domcontentloaded' });
  page.off('dialog', accept);
}

async function stop(browser: Browser, ms: number): Promise<void> {
  const { wake } = await freeze(browser);
  await sleep(ms).finally(wake);
}
