/**
 * The two browsers, the link between them, and what serves their pages. One stage at a time: this is two
 * cores' worth.
 */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from '@playwright/test';
import { serveHarness, type Harness } from '../testbed/harness.ts';
import { launchPair, launchProfile, openContext, type Pair } from '../testbed/link/browsers.ts';
import type { Link, Side } from '../testbed/link/relay.ts';
import { Server } from '../testbed/server.ts';

/**
 * Compilers wrap named inner functions in a helper that a page does not have; and what blocks a page's thread
 * for 50 ms and more is noted from the first script on.
 */
const BEFORE_PAGES = `
  globalThis.__name = (f) => f;
  globalThis.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) longTasks.push({ startTime, duration });
  }).observe({ type: 'longtask', buffered: true });
`;

export interface PageOptions {
  /** Past the relay: both browsers on one machine with nothing between them. */
  direct?: boolean;
  /**
   * In a browser of its own with a profile on the disk, as a person's, that goes with the context; else in a
   * private window.
   */
  profile?: boolean;
}

export class Stage {
  readonly pair: Pair;
  readonly server: Server;
  readonly channelPage: Harness;

  private constructor(pair: Pair, server: Server, channelPage: Harness) {
    this.pair = pair;
    this.server = server;
    this.channelPage = channelPage;
  }

  static async open(): Promise<Stage> {
    // One after the other: on a busy machine each of them is slow enough alone.
    const server = await Server.start();
    const channelPage = await serveHarness(new URL('channel/page.ts', import.meta.url));
    const pair = await launchPair();
    return new Stage(pair, server, channelPage);
  }

  get link(): Link {
    return this.pair.link;
  }

  get chromium(): string {
    return this.pair.senderBrowser.version();
  }

  /** A page that shares nothing with those before it; closing its context ends it. */
  async page(side: Side, { direct = false, profile = false }: PageOptions = {}): Promise<Page> {
    const link = direct ? undefined : this.link;
    const context = profile ? await profileContext(link, side) : await this.#privateContext(link, side);
    await context.addInitScript({ content: BEFORE_PAGES });
    return context.newPage();
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.pair.close(), this.server.stop(), this.channelPage.close()]);
  }

  #privateContext(link: Link | undefined, side: Side): Promise<BrowserContext> {
    const { senderBrowser, receiverBrowser } = this.pair;
    return openContext(side === 'sender' ? senderBrowser : receiverBrowser, link, side);
  }
}

async function profileContext(link: Link | undefined, side: Side): Promise<BrowserContext> {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-profile-'));
  const context = await launchProfile(folder, link, side);
  // The browser still writes for a moment.
  context.on(
    'close',
    () => void rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 }),
  );
  return context;
}
