/** Codes and links: what brings two people together, what does not, and what leaves the page for it. */
import { doorOf } from '../lib/session/pairing/door.ts';
import { parseLink } from '../lib/session/pairing/link.ts';
import { expect, test } from './support/app.ts';
import { LONG } from './support/long.ts';
import { cross, ReceiverRoom, SenderRoom } from './support/rooms.ts';

/** Another code of the same room, of words that are on the list. */
function wrong(code: string): string {
  const [slot, first, second] = code.split('-');
  return `${slot}-${first}-${second === 'acid' ? 'acorn' : 'acid'}`;
}

test('a wrong code is thrown away, both are told, and a fresh one works', async ({
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  const code = await sender.open(server.url);
  await receiver.join(server.url, wrong(code));
  for (const room of [sender, receiver]) {
    await room.connection('failed');
    await expect(room.problem('code-guessed')).toBeVisible();
  }
  await expect.poll(() => sender.code()).not.toBe(code);

  // The right words arrive too late.
  await receiver.enter(code);
  await expect(receiver.problem('code-unknown')).toBeVisible();
  await receiver.connection('failed');

  const next = await sender.newCode();
  expect(next).not.toBe(code);
  await receiver.enter(next);
  await sender.connection('connected');
  await receiver.connection('connected');
  await cross(rooms, pictures.small);
});

test('[P-73] a word that is on no list never reaches the server', async ({ server, rooms }) => {
  const { sender, receiver } = rooms;
  const code = await sender.open(server.url);
  const [slot, first] = code.split('-');
  for (const text of [`${slot}-${first}-qwertz`, `${slot}-${first}`, 'hello', '']) {
    await receiver.join(server.url, text);
    await expect(receiver.problem('code-malformed')).toBeVisible();
  }
  const { sockets, connections } = await receiver.wire();
  expect(sockets).toEqual([]);
  expect(connections).toBe(0);
  // The room has not noticed.
  await expect(sender.page.getByTestId('room-code')).toHaveText(code);
  await receiver.enter(` ${code.toUpperCase().replaceAll('-', ' ')} `);
  await receiver.connection('connected');
});

test('a browser without WebRTC is told when its page is loaded, and no code is shown or used up', async ({
  server,
  rooms,
  pair,
}) => {
  const { sender, receiver } = rooms;
  const code = await sender.open(server.url);
  const context = await pair.receiverBrowser.newContext();
  await context.addInitScript(() => {
    // As where it is switched off.
    Reflect.deleteProperty(window, 'RTCPeerConnection');
    const look = new MutationObserver(() => {
      if (document.querySelector('[data-problem]') === null) return;
      look.disconnect();
      performance.mark('said');
    });
    look.observe(document, { subtree: true, childList: true });
  });
  const link = (await sender.page.getByTestId('room-link').getAttribute('href'))!;
  for (const address of [link, `${server.url}/receive/`, `${server.url}/send/`]) {
    const page = await context.newPage();
    await page.goto(address);
    await expect(page.locator('[data-problem="webrtc-missing"]')).toBeVisible();
    // By the page's own clock, from when it was loaded.
    const waited = await page.evaluate(() => {
      const [loaded] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
      return performance.getEntriesByName('said')[0]!.startTime - loaded!.loadEventEnd;
    });
    expect(waited).toBeLessThan(1000);
    await expect(page.getByTestId('join-room')).toHaveCount(0);
    await expect(page.getByTestId('open-room')).toHaveCount(0);
    await page.close();
  }
  await context.close();
  // The code is as good as before.
  await receiver.join(server.url, code);
  await sender.connection('connected');
});

test('[P-123] a receiver opens the room; its link leads to the sending page, where the code can be typed too', async ({
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  await receiver.page.goto(`${server.url}/receive/`);
  await receiver.page.getByTestId('show-code').click();
  const first = await receiver.code();
  const link = (await receiver.page.getByTestId('room-link').getAttribute('href'))!;
  // [P-135] The room outlives a reload.
  await receiver.page.reload();
  const code = await receiver.code();
  expect(code).not.toBe(first);
  await expect(receiver.page.getByTestId('room-link')).toHaveAttribute('href', link);
  expect(link.split('#')[0]).toBe(`${server.url}/send/`);
  await sender.page.goto(link);
  await expect(sender.page.getByTestId('join-room')).toBeEnabled();
  await expect.poll(() => sender.page.url()).toBe(`${server.url}/send/`);
  await sender.page.goto('about:blank');
  await sender.page.goto(`${server.url}/send/`);
  await sender.page.getByTestId('enter-code').click();
  await sender.enter(code);
  await sender.connection('connected');
  await receiver.connection('connected');
  await cross(rooms, pictures.small);
});

test('[P-123] two pages that both send say so to both people', async ({ server, rooms, pair }) => {
  const { sender } = rooms;
  const code = await sender.open(server.url);
  const context = await pair.context('receiver');
  const other = new SenderRoom(await context.newPage());
  await other.page.goto(`${server.url}/send/`);
  await other.page.getByTestId('enter-code').click();
  await other.enter(code);
  for (const room of [sender, other]) await expect(room.problem('same-role')).toBeVisible();
  await context.close();
});

test('a code that is typed before the page’s scripts have run is joined like any other', async ({
  server,
  rooms,
}) => {
  const { sender, receiver } = rooms;
  const code = await sender.open(server.url);
  let run = (): void => {};
  const held = new Promise<void>((resolve) => (run = resolve));
  await receiver.page.route('**/*.js', async (route) => {
    await held;
    await route.continue();
  });
  await receiver.page.goto(`${server.url}/receive/`, { waitUntil: 'commit' });
  const field = receiver.page.getByTestId('code-input');
  await field.fill(code);
  run();
  // Drawn by the page's own scripts: it is alive.
  await expect(receiver.page.getByTestId('name-input')).toHaveAttribute('placeholder', /./);
  await expect(field).toHaveValue(code);
  await receiver.page.getByTestId('join-room').click();
  await receiver.connection('connected');
});

test('[P-135] a link works again and again, one person at a time, until the room is closed', async ({
  server,
  rooms,
  pair,
  pictures,
}) => {
  // `people.spec.ts` and the machine's own tests show the parts of it.
  test.skip(!LONG, 'a minute and more');
  const { sender, receiver } = rooms;
  await sender.page.clock.install();
  const code = await sender.open(server.url);
  const link = (await sender.page.getByTestId('room-link').getAttribute('href'))!;
  const context = await pair.context('receiver');
  const other = new ReceiverRoom(await context.newPage());
  const join = async (room: ReceiverRoom) => {
    // Another address first: a fragment alone loads no page.
    await room.page.goto('about:blank');
    await room.page.goto(link);
    await room.page.getByTestId('join-room').click();
  };
  const goes = async (room: ReceiverRoom) => {
    await room.page.goto('about:blank');
    // A minute is left for a reload.
    await sender.searchInVain('closed');
  };
  await join(receiver);
  await sender.connection('connected');
  await cross(rooms, pictures.small);

  await join(other);
  await sender.page.getByTestId('not-now').click();
  await expect(other.problem('room-occupied')).toBeVisible();
  await receiver.connection('connected');

  await goes(receiver);
  const fresh = await sender.code();
  expect(fresh).not.toBe(code);
  expect(await sender.page.getByTestId('room-link').getAttribute('href')).toBe(link);
  await join(other);
  await other.connection('connected');
  await sender.connection('connected');
  // Another person: what was picked for the first one waits for a word of the sender.
  await cross({ sender, receiver: other }, pictures.png);

  await goes(other);
  await sender.page.getByTestId('close-room').click();
  await expect(sender.page.getByTestId('room-code')).toHaveCount(0);
  await join(other);
  await expect(other.problem('code-unknown')).toBeVisible();
  await context.close();
});

test('[P-74] a code is good for one join', async ({ server, rooms, pair }) => {
  const { sender, receiver } = rooms;
  const code = await sender.open(server.url);
  await receiver.join(server.url, code);
  await receiver.connection('connected');
  const context = await pair.context('receiver');
  const late = await context.newPage();
  await late.goto(`${server.url}/receive/`);
  await late.getByTestId('code-input').fill(code);
  await late.getByTestId('join-room').click();
  await expect(late.locator('[data-problem="code-unknown"]')).toBeVisible();
  await context.close();
  await sender.connection('connected');
  await receiver.connection('connected');
});

test('[P-72] a link joins after a press, and its secret leaves neither the address bar nor the page', async ({
  server,
  rooms,
  pictures,
}) => {
  const { sender, receiver } = rooms;
  await sender.open(server.url);
  const link = (await sender.page.getByTestId('room-link').getAttribute('href'))!;
  const [page, fragment] = link.split('#') as [string, string];
  expect(page).toBe(`${server.url}/receive/`);
  const [slot, secret] = fragment.split('.') as [string, string];
  expect(slot).toMatch(/^\d+$/);
  // 128 bits.
  expect(Buffer.from(secret, 'base64url')).toHaveLength(16);

  await receiver.page.goto(link);
  const join = receiver.page.getByTestId('join-room');
  await expect(join).toBeEnabled();
  await expect.poll(() => receiver.page.url()).toBe(page);
  // The router draws the page anew, with the address that it knows.
  await receiver.page.evaluate(() => {
    (window as unknown as { next: { router: { refresh(): void } } }).next.router.refresh();
  });
  await receiver.page.waitForTimeout(500);
  expect(await receiver.page.evaluate(() => location.href)).toBe(page);
  // As a link preview robot would see it: nothing is sent, and the room is as it was.
  expect((await receiver.wire()).sockets).toEqual([]);
  await sender.connection('waiting');

  // A person stirs: the page connects, and asks for nothing.
  await join.hover();
  const told = async () => (await receiver.wire()).sockets;
  await expect.poll(told).toContain('40');
  expect((await told()).filter((text) => /^4[25]/.test(text))).toEqual([]);
  await sender.connection('waiting');

  await join.click();
  await receiver.connection('connected');
  await sender.connection('connected');
  await cross(rooms, pictures.small);
  const { sockets } = await receiver.wire();
  // All that the server gets of a link.
  expect(sockets.join('\n')).toContain(doorOf(parseLink(fragment)!));
  expect(sockets.join('\n')).not.toContain(secret);
  expect(server.output).not.toContain(secret);
});

test('[P-73] the words of a code are in nothing that either page sends or the server writes', async ({
  server,
  rooms,
}) => {
  const { sender, receiver } = rooms;
  const code = await sender.open(server.url);
  await receiver.join(server.url, code);
  await sender.connection('connected');
  const said = [...(await sender.wire()).sockets, ...(await receiver.wire()).sockets].join('\n');
  const [, ...words] = code.split('-') as [string, string, string];
  expect(said).toContain('"join"');
  for (const word of words) expect(said).not.toContain(`-${word}`);
  expect(said).not.toContain(words.join('-'));
  expect(server.output).not.toContain(words.join('-'));
});
