/**
 * WebKit as far as Debian has it: WebKitGTK, built without WebRTC. Everything but a session works there, and
 * the page says at once that no session can.
 */
import { expect, test } from './fixtures.ts';
import {
  visitWithWebkit,
  webkitConsole,
  webkitMissing,
  type WebkitVisitor,
} from '../testbed/visitors/webkit.ts';

const missing = webkitMissing();
const PAGES = ['/', '/send/', '/receive/', '/lab/', '/nothing-here/'];

test.describe('WebKit', () => {
  test.skip(missing !== undefined, missing ?? '');
  test.slow();

  let webkit: WebkitVisitor;
  test.beforeAll(async () => {
    webkit = await visitWithWebkit();
  });
  test.afterAll(() => webkit.close());

  const shown =
    <T>(expression: string) =>
    () =>
      webkit.evaluate<T>(expression);
  /** Milliseconds from when the page was loaded to when a problem was on it. */
  const saysAfter = () =>
    webkit.evaluate<number>(`new Promise((resolve) => {
      const look = () => document.querySelector('[data-problem]')
        ? resolve(performance.now() - performance.getEntriesByType('navigation')[0].loadEventEnd)
        : setTimeout(look, 10);
      look();
    })`);
  const PROBLEM = `document.querySelector('[data-problem]')?.dataset.problem ?? null`;

  test('each page loads, without an error on the console, and fits a narrow and a wide window', async ({
    server,
  }) => {
    for (const width of [360, 1280]) {
      await webkit.resize(width, 800);
      for (const path of PAGES) {
        await webkit.goto(server.url + path);
        // React has taken over: a page that could not start shows no navigation.
        await expect
          .poll(
            shown(
              `Object.keys(document.querySelector('header a') ?? {}).some((key) => key.startsWith('__react'))`,
            ),
          )
          .toBe(true);
        const [title, page, window] = await webkit.evaluate<[string, number, number]>(
          `[document.title, document.documentElement.scrollWidth, innerWidth]`,
        );
        expect(title).toContain('Tessera');
        expect(page, `${path} in a window of ${window}`).toBeLessThanOrEqual(window);
      }
    }
    expect(await webkitConsole(PAGES.map((path) => server.url + path))).toEqual([]);
  });

  test('the laboratory runs both sides to the end, with its plots', async ({ server }) => {
    await webkit.goto(`${server.url}/lab/`);
    await expect
      .poll(shown(`document.querySelector('[data-testid=lab]')?.dataset.over`), { timeout: 60_000 })
      .toBe('true');
    expect(
      await webkit.evaluate(`[...document.querySelectorAll('[data-stage]')].map((e) => e.dataset.stage)`),
    ).toEqual(['full', 'full']);
    await expect.poll(shown(`document.querySelectorAll('[data-testid=lab-plots] canvas').length`)).toBe(3);
    expect(await webkit.evaluate(PROBLEM)).toBeNull();
  });

  test('without WebRTC both pages say so within a second, and a code that is opened there stays good', async ({
    server,
    sender,
    receiver,
  }) => {
    await webkit.goto(`${server.url}/send/`);
    expect(await saysAfter()).toBeLessThan(1000);
    expect(await webkit.evaluate(PROBLEM)).toBe('webrtc-missing');
    expect(await webkit.evaluate(`document.querySelector('[data-testid=open-room]')`)).toBeNull();

    await sender.goto(`${server.url}/send/`);
    await sender.getByTestId('open-room').click();
    const link = await sender.getByTestId('room-link').getAttribute('href');
    await webkit.goto(link ?? '');
    expect(await saysAfter()).toBeLessThan(1000);
    expect(await webkit.evaluate(PROBLEM)).toBe('webrtc-missing');
    expect(await webkit.evaluate(`document.querySelector('[data-testid=join-room]')`)).toBeNull();
    await expect(sender.getByTestId('connection')).toHaveAttribute('data-state', 'waiting');

    await receiver.goto(link ?? '');
    await receiver.getByTestId('join-room').click();
    for (const page of [sender, receiver])
      await expect(page.getByTestId('connection')).toHaveAttribute('data-state', 'connected');
  });
});
