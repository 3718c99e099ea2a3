/**
 * The laboratory in a real browser: it simulates, replays to the end on both sides, and a link brings an
 * experiment back.
 */
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { axeViolations } from './support/axe.ts';

const EXPERIMENT = 'loss=5&burst=1&roundTrip=100&rate=5&queue=200&lanes=16&seed=7&rival=sctp';

// Simulations, decoders and two browsers on two cores.
test.slow();

/** Waits for the figures of every row, and hands them out in milliseconds. */
async function figures(page: Page, row: string): Promise<{ first: number; last: number }> {
  const cells = page.getByTestId(`lab-row-${row}`).locator('td');
  await expect(cells.nth(0)).toHaveAttribute('data-millis', /\d/, { timeout: 40_000 });
  await expect(cells.nth(1)).toHaveAttribute('data-millis', /\d/);
  return {
    first: Number(await cells.nth(0).getAttribute('data-millis')),
    last: Number(await cells.nth(1).getAttribute('data-millis')),
  };
}

test('both sides run to the end, and Tessera shows and finishes the picture first', async ({
  server,
  sender,
}) => {
  const errors: string[] = [];
  sender.on('pageerror', (error) => errors.push(error.message));
  await sender.goto(`${server.url}/lab/#${EXPERIMENT}`);
  await expect(sender.getByTestId('lab')).toHaveAttribute('data-over', 'true', { timeout: 60_000 });
  for (const side of ['ours', 'theirs'])
    await expect(sender.getByTestId(`lab-${side}`)).toHaveAttribute('data-stage', 'full');

  const ours = await figures(sender, 'tessera');
  const channel = await figures(sender, 'sctp');
  expect(ours.first).toBeLessThan(ours.last);
  expect(ours.first).toBeLessThan(channel.first);
  expect(ours.last).toBeLessThan(channel.last / 2);
  await expect(sender.getByTestId('lab-plots').locator('canvas')).toHaveCount(3);
  expect(errors).toEqual([]);
});

test('a shared link brings the whole experiment back, with the same figures', async ({
  server,
  sender,
  receiver,
}) => {
  await sender.goto(`${server.url}/lab/`);
  await sender.getByTestId('lab-preset-mobile').click();
  // Keys move a slider from stop to stop.
  await sender.getByTestId('lab-loss').focus();
  await sender.keyboard.press('ArrowRight');
  await sender.getByTestId('lab-seed').fill('42');
  await sender.getByTestId('lab-rival').selectOption('bbr');
  await expect(sender).toHaveURL(/loss=3&.*seed=42&rival=bbr/);
  const there = await figures(sender, 'tessera');

  await receiver.goto(sender.url());
  await expect(receiver.getByTestId('lab-seed')).toHaveValue('42');
  await expect(receiver.getByTestId('lab-rival')).toHaveValue('bbr');
  await expect(receiver.getByTestId('lab-loss')).toHaveAttribute('aria-valuetext', '3 %');
  const here = await figures(receiver, 'tessera');
  expect(here.last).toBeCloseTo(there.last, 6);
});

test('going back in time takes away what had not arrived then', async ({ server, sender }) => {
  await sender.emulateMedia({ reducedMotion: 'reduce' });
  await sender.goto(`${server.url}/lab/#${EXPERIMENT}`);
  const play = sender.getByTestId('lab-play');
  await expect(play).toBeEnabled({ timeout: 60_000 });
  // Who asked for less motion starts it by hand.
  await expect(play).toHaveAttribute('data-running', 'false');
  const position = sender.getByTestId('lab-position');
  await position.focus();
  await sender.keyboard.press('End');
  await expect(sender.getByTestId('lab-theirs')).toHaveAttribute('data-stage', 'full');
  await sender.keyboard.press('Home');
  await expect(sender.getByTestId('lab-theirs')).toHaveAttribute('data-stage', 'none');
  await expect(sender.getByTestId('lab-ours')).toHaveAttribute('data-stage', 'thumb');
});

test('axe finds nothing in the laboratory, light or dark', async ({ server, pair }) => {
  // axe is put into the page from outside; what the policy forbids pages is not the question here.
  const context = await pair.context('sender', { bypassCSP: true });
  const page = await context.newPage();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.goto(`${server.url}/lab/`);
    await expect(page.getByTestId('lab-outcome')).not.toBeEmpty({ timeout: 60_000 });
    expect(await axeViolations(page)).toEqual([]);
  }
  await context.close();
});
