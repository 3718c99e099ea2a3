/**
 * What browser tests start from: two Chromiums with a seeded lossy link between them, and the real server.
 *
 *     import { test, expect } from './fixtures.ts';
 *     test('…', async ({ link, server, sender, receiver }) => {
 *       await link.configure({ rateMbit: 50, delayMs: 50, loss: 0.05 });
 *       await sender.goto(`${server.url}/send/`);
 */
import { test as base, type Page } from '@playwright/test';
import { launchPair, type Pair } from '../testbed/link/browsers.ts';
import type { Link, Side } from '../testbed/link/relay.ts';
import { Server } from '../testbed/server.ts';

interface WorkerFixtures {
  pair: Pair;
}

interface TestFixtures {
  /** The path between the two pages; clean and unlimited when a test begins. */
  link: Link;
  /** A fresh one, so that no test meets another's rooms and limits; a test may stop it and start it again. */
  server: Server;
  /** Both at once: on two cores that is faster than one after the other. */
  pages: Record<Side, Page>;
  /** A page in a browser, and a profile, of its own. */
  sender: Page;
  receiver: Page;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  pair: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads a fixture's needs from this pattern
    async ({}, use) => {
      const pair = await launchPair();
      await use(pair);
      await pair.close();
    },
    { scope: 'worker' },
  ],
  // oxlint-disable-next-line no-empty-pattern -- as above
  server: async ({}, use) => {
    const server = await Server.start();
    await use(server);
    await server.stop();
  },
  link: async ({ pair }, use) => {
    await pair.link.configure({});
    await pair.link.blackhole(0);
    await pair.link.resetStats();
    await use(pair.link);
  },
  pages: async ({ pair, link: _link }, use) => {
    const contexts = await Promise.all([pair.context('sender'), pair.context('receiver')]);
    const [sender, receiver] = await Promise.all([contexts[0].newPage(), contexts[1].newPage()]);
    await use({ sender, receiver });
    await Promise.all(contexts.map((context) => context.close()));
  },
  sender: ({ pages }, use) => use(pages.sender),
  receiver: ({ pages }, use) => use(pages.receiver),
});

export { expect } from '@playwright/test';
