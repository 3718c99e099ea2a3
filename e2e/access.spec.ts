/**
 * What those meet who do not see the pages, or not their colours: forced colours, plots in words, and
 * pictures that are moved about without fingers. The names of controls are held where each state is shown
 * (`looks.spec.ts`).
 */
import { existsSync } from 'node:fs';
import { chromium, expect, test, type Browser } from '@playwright/test';
import { looks } from './looks/states.ts';
import { serveLooks, type Looks } from './looks/serve-looks.ts';

let served: Looks;
let browser: Browser;

test.beforeAll(async () => {
  served = await serveLooks();
  browser = await chromium.launch({
    ...(existsSync('/usr/bin/chromium') ? { executablePath: '/usr/bin/chromium' } : {}),
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
  });
});

test.afterAll(async () => {
  await browser.close();
  await served.close();
});

test('with forced colours a bar, a dot, a legend and the page one is on are told by more than colour', async () => {
  const context = await browser.newContext({ forcedColors: 'active', locale: 'en-GB' });
  const page = await context.newPage();
  await page.goto(`${served.url}/?page=receive&state=moving`);
  await looks.find(({ name }) => name === 'receive-moving')!.act!(page);
  const bar = page.getByRole('progressbar').first();
  const shown = await bar.screenshot();
  const columns = await page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.width;
    canvas.height = image.height;
    const drawn = canvas.getContext('2d')!;
    drawn.drawImage(image, 0, 0);
    const at = (share: number) =>
      [
        ...drawn.getImageData(Math.floor(image.width * share), Math.floor(image.height / 2), 1, 1).data,
      ].join();
    return { filled: at(0.2), empty: at(0.8) };
  }, shown.toString('base64'));
  expect(columns.filled).not.toBe(columns.empty);
  const styles = await page.evaluate(() => {
    const dot = document.querySelector('[data-testid=connection] > span')!;
    const legends = [...document.querySelectorAll('[data-kind]')].map(
      (one) => getComputedStyle(one, '::before').backgroundColor,
    );
    const ground = getComputedStyle(document.body).backgroundColor;
    return { dot: getComputedStyle(dot).backgroundColor, legends: new Set(legends).size, ground };
  });
  expect(styles.dot).not.toBe(styles.ground);
  expect(styles.legends).toBe(6);
  const here = page.locator('nav a[aria-current]');
  if ((await here.count()) > 0)
    expect(await here.evaluate((one) => getComputedStyle(one).outlineStyle)).toBe('solid');
  await context.close();
});

test('a plot says its values in words', async () => {
  const page = await browser.newPage({ locale: 'en-GB' });
  await page.goto(`${served.url}/?page=receive&state=done`);
  await looks.find(({ name }) => name === 'receive-done')!.act!(page);
  await page.getByText('What the network did').click();
  await expect(
    page.getByRole('img', { name: /^Packet loss, %: last [\d.]+, [\d.]+ to [\d.]+$/ }),
  ).toBeVisible();
  await page.close();
});

test('a zoomed picture is moved by arrow keys and by dragging, and the zoom keeps its middle', async () => {
  const page = await browser.newPage({ locale: 'en-GB' });
  await page.goto(`${served.url}/?page=receive&state=done`);
  await looks.find(({ name }) => name === 'receive-done')!.act!(page);
  await page.getByRole('button', { name: /^View/ }).click();
  const viewer = page.getByTestId('viewer');
  await expect(viewer.locator('img')).toBeVisible();
  const stage = viewer.locator('[data-zoomed]');
  const at = () =>
    stage.evaluate(({ scrollLeft, scrollTop }) => [Math.round(scrollLeft), Math.round(scrollTop)]);
  for (let press = 0; press < 3; press++) await page.keyboard.press('+');
  await expect(stage).toHaveAttribute('data-zoomed', 'true');
  const { left, middle } = await stage.evaluate((element) => ({
    left: element.scrollLeft,
    middle: (element.scrollWidth - element.clientWidth) / 2,
  }));
  expect(Math.abs(left - middle)).toBeLessThan(3);
  const [x, y] = await at();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  const [right, below] = await at();
  expect(right).toBeGreaterThan(x! + 50);
  expect(below).toBeGreaterThan(y! + 50);
  await page.mouse.move(400, 300);
  await page.mouse.down();
  await page.mouse.move(500, 360, { steps: 4 });
  await page.mouse.up();
  expect(await at()).toEqual([right! - 100, below! - 60]);
  await page.close();
});
