import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { serveHarness, type Harness } from '../testbed/harness.ts';

let harness: Harness;
test.beforeAll(async () => {
  harness = await serveHarness(new URL('link-harness.ts', import.meta.url));
});
test.afterAll(() => harness.close());

async function connect(sender: Page, receiver: Page): Promise<void> {
  await sender.goto(harness.url);
  await receiver.goto(harness.url);
  await receiver.evaluate(() => window.linkHarness.setUp(false));
  const offer = await sender.evaluate(() => {
    window.linkHarness.setUp(true);
    return window.linkHarness.offer();
  });
  const answer = await receiver.evaluate((description) => window.linkHarness.accept(description), offer);
  await sender.evaluate((description) => window.linkHarness.accept(description!), answer);
  await sender.evaluate(() => window.linkHarness.opened());
}

test('two browsers are connected through the relay and see its delay', async ({ link, sender, receiver }) => {
  await link.configure({ delayMs: 50 });
  await connect(sender, receiver);
  await link.resetStats();
  const times = await sender.evaluate(() => window.linkHarness.ping(50, 20));
  expect(times).toHaveLength(50);
  const sorted = times.sort((a, b) => a - b);
  expect(sorted[0]).toBeGreaterThanOrEqual(99);
  expect(sorted[25]).toBeLessThan(125);
  const stats = await link.stats();
  expect(stats.toReceiver.datagrams).toBeGreaterThanOrEqual(50);
  expect(stats.toSender.datagrams).toBeGreaterThanOrEqual(50);
});

test('a page sees the loss of the link, and all of it when nothing passes', async ({
  link,
  sender,
  receiver,
}) => {
  await connect(sender, receiver);
  await link.change({ loss: 0.2 });
  // Lost either way there and back: 1 - 0.8² = 36 %.
  const times = await sender.evaluate(() => window.linkHarness.ping(200, 10));
  expect(times.length).toBeGreaterThan(100);
  expect(times.length).toBeLessThan(156);
  await link.blackhole(20_000);
  const { delivered } = (await link.stats()).toReceiver;
  await sender.evaluate(() => window.linkHarness.ping(5, 10));
  const after = (await link.stats()).toReceiver;
  expect(after.delivered).toBe(delivered);
  expect(after.droppedByBlackhole).toBeGreaterThan(0);
});
