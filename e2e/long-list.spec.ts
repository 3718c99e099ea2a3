/** A list that is longer than a page can draw. */
import { expect, test } from './support/app.ts';

test('of four hundred files the cards near the window are drawn, and each of the others once it is scrolled to', async ({
  server,
  sender: page,
}) => {
  await page.goto(`${server.url}/send/`);
  const files = Array.from({ length: 400 }, (_, at) => ({
    name: `file-${at}.bin`,
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(`file ${at}`),
  }));
  await page.getByTestId('file-input').setInputFiles(files);
  const card = (at: number) => page.locator(`[data-testid=transfer][data-name="file-${at}.bin"]`);
  await expect(card(0)).toBeVisible();
  await expect(page.getByTestId('card-run')).toHaveCount(27);
  await expect(card(399)).toHaveCount(0);
  expect(await page.getByTestId('transfer').count()).toBeLessThan(100);
  await page.getByTestId('card-run').last().scrollIntoViewIfNeeded();
  await expect(card(399)).toHaveCount(1);
  await card(399).scrollIntoViewIfNeeded();
  await expect(card(399)).toBeInViewport();
  await expect(card(0)).toHaveCount(0);
  await page.evaluate(() => scrollTo(0, 0));
  await expect(card(0)).toBeVisible();
});
