/** Two real Chromiums with a link between them. Needs no test runner, so the bench uses it too. */
import { existsSync } from 'node:fs';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type LaunchOptions,
} from '@playwright/test';
import { rootOf } from '../processes.ts';
import { rewriteRemoteCandidates } from './page-script.ts';
import { Link, type LinkOptions, type Path, type Side } from './relay.ts';

export const SYSTEM_CHROMIUM = '/usr/bin/chromium';

/** Debian's Chromium where there is one, else the one Playwright has downloaded. */
export async function launchChromium(
  extraArgs: readonly string[] = [],
  /** Of Playwright's own arguments. */
  without: string[] = [],
): Promise<Browser> {
  const browser = await chromium.launch({ ...launchOptions(extraArgs), ignoreDefaultArgs: without });
  await rootOf(browser);
  return browser;
}

/**
 * A browser of its own with a profile on the disk, as a person's: what a page stores goes there. (A plain
 * context is a private window, whose files are memory of another process: each write waits for it, some
 * hundred milliseconds a megabyte.)
 */
export async function launchProfile(
  folder: string,
  link: Path | undefined,
  side: Side,
): Promise<BrowserContext> {
  return prepared(await chromium.launchPersistentContext(folder, launchOptions()), link, side);
}

function launchOptions(extraArgs: readonly string[] = []): LaunchOptions {
  return {
    ...(existsSync(SYSTEM_CHROMIUM) ? { executablePath: SYSTEM_CHROMIUM } : {}),
    args: [
      // Without these two (and the media permissions below) Chromium offers no candidate on 127.0.0.1.
      '--allow-loopback-in-peer-connection',
      '--disable-features=WebRtcHideLocalIpsWithMdns,OptimizationHints,MediaRouter,Translate',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // Both pages must run at full speed although at most one can have the focus.
      '--disable-background-timer-throttling',
      '--disable-backgrounding-occluded-windows',
      '--disable-renderer-backgrounding',
      // Chromium refuses its sandbox to root.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...extraArgs,
    ],
  };
}

/** A fresh profile on one side of the link. */
export async function openContext(
  browser: Browser,
  link: Path | undefined,
  side: Side,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  return prepared(await browser.newContext({ acceptDownloads: true, ...options }), link, side);
}

async function prepared(
  context: BrowserContext,
  link: Path | undefined,
  side: Side,
): Promise<BrowserContext> {
  await context.grantPermissions(['microphone', 'camera']);
  if (link) {
    const other: Side = side === 'sender' ? 'receiver' : 'sender';
    await context.exposeBinding('standInsOf', (_source, ports: number[]) => link.standIns(other, ports));
    // Some compilers (tsx) wrap inner functions in a helper of this name, which the page does not have.
    const content = `(() => { const __name = (f) => f; (${rewriteRemoteCandidates.toString()})(); })();`;
    await context.addInitScript({ content });
  }
  return context;
}

export interface Pair {
  link: Link;
  senderBrowser: Browser;
  receiverBrowser: Browser;
  /** A context on one side; pages opened in it go through the link. */
  context(side: Side, options?: BrowserContextOptions): Promise<BrowserContext>;
  close(): Promise<void>;
}

/** Two browsers and the relay between them; each context is a new profile on the same link. */
export async function launchPair(
  options: { link?: Partial<LinkOptions>; args?: readonly string[] } = {},
): Promise<Pair> {
  const [link, senderBrowser, receiverBrowser] = await Promise.all([
    Link.start(options.link),
    launchChromium(options.args),
    launchChromium(options.args),
  ]);
  return {
    link,
    senderBrowser,
    receiverBrowser,
    context: (side, contextOptions) =>
      openContext(side === 'sender' ? senderBrowser : receiverBrowser, link, side, contextOptions),
    close: async () => {
      await Promise.all([senderBrowser.close(), receiverBrowser.close()]);
      await link.close();
    },
  };
}
