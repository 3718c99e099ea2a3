/** The settings dialog and the page about this server, as a person finds them. */
import { expect, test } from './fixtures.ts';
import { axeViolations } from './support/axe.ts';

const ground = () => getComputedStyle(document.documentElement).backgroundColor;

test('colours are chosen by keyboard alone, and are there again before the next page has started', async ({
  server,
  pair,
}) => {
  const context = await pair.senderBrowser.newContext({
    colorScheme: 'light',
    viewport: { width: 360, height: 700 },
    // It would answer with the scripts that are kept from the page below.
    serviceWorkers: 'block',
  });
  const page = await context.newPage();
  await page.goto(`${server.url}/send/`);
  const light = await page.evaluate(ground);
  await page.getByTestId('open-settings').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('settings')).toBeVisible();
  await page.getByTestId('theme-system').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByTestId('theme-dark')).toBeChecked();
  const dark = await page.evaluate(ground);
  expect(dark).not.toBe(light);
  await page.keyboard.press('Escape');
  await expect(page.getByTestId('settings')).toHaveCount(0);
  await expect(page.getByTestId('open-settings')).toBeFocused();
  // No script of the page is needed for it.
  await page.route('**/_next/**/*.js', (route) => route.abort());
  await page.reload();
  expect(await page.evaluate(ground)).toBe(dark);
  await context.close();
});

test('axe finds nothing in the settings', async ({ server, pair }) => {
  const context = await pair.senderBrowser.newContext({ bypassCSP: true });
  const page = await context.newPage();
  await page.goto(`${server.url}/send/`);
  await page.getByTestId('open-settings').click();
  await expect(page.getByTestId('settings')).toBeVisible();
  expect(await axeViolations(page)).toEqual([]);
  await context.close();
});

test('the page about this server names its version and the licence of all that is served', async ({
  server,
  pair,
}) => {
  const context = await pair.senderBrowser.newContext();
  const page = await context.newPage();
  await page.goto(`${server.url}/about/`);
  await expect(page.getByTestId('version')).toContainText(/\d+\.\d+\.\d+/);
  await expect(page.getByTestId('packages')).toContainText('libheif-js');
  for (const link of ['/licences.txt', '/vendor/libheif/LICENSE']) {
    await expect(page.locator(`a[href="${link}"]`)).toBeVisible();
    expect((await context.request.get(server.url + link)).status()).toBe(200);
  }
  await context.close();
});
