/** The two browsers, the link between them, and what serves their pages. One stage at a time: this is two cores' worth. */
import type { BrowserContext, Page } from '@playwright/test';
import { serveHarness, type Harness } from '../e2e/harness.ts';
import { launchPair, launchProfile, type Pair } from '../e2e/link/browsers.ts';
import type { Link, Side } from '../e2e/link/relay.ts';
import { Server } from '../e2e/server.ts';

/**
 * Compilers wrap named inner functions in a helper that a page does not have; and what blocks a page's thread for
 * 50 ms and more is noted from the first script on.
 */
const BEFORE_PAGES = `
  globalThis.__name = (f) => f;
  globalThis.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) longTasks.push({ startTime, duration });
  }).observe({ type: 'longtask', buffered: true });
`;

export interface PageOptions {
  direct?: boolean;
  folder?: string | undefined;
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
    const channelPage = await serveHarness('../bench/channel/page.ts');
    const pair = await launchPair();
    return new Stage(pair, server, channelPage);
  }

  get link(): Link {
    return this.pair.link;
  }

  get chromium(): string {
    return this.pair.senderBrowser.version();
  }

  /**
   * A page in a profile of its own; closing its context ends it.
   * @param direct past the relay: both browsers on one machine with nothing between them
   * @param folder for a direct page: a profile on the disk, in a browser of its own that ends with the context
   */
  async page(side: Side, { direct = false, folder }: PageOptions = {}): Promise<Page> {
    const context = direct ? await this.#directContext(side, folder) : await this.pair.context(side);
    await context.addInitScript({ content: BEFORE_PAGES });
    return context.newPage();
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.pair.close(), this.server.stop(), this.channelPage.close()]);
  }

  async #directContext(side: Side, folder: string | undefined): Promise<BrowserContext> {
    const { senderBrowser, receiverBrowser } = this.pair;
    const browser = side === 'sender' ? senderBrowser : receiverBrowser;
    const context = folder === undefined ? await browser.newContext() : await launchProfile(folder);
    // Without it Chromium offers no candidate on 127.0.0.1.
    await context.grantPermissions(['microphone', 'camera']);
    return context;
  }
}
