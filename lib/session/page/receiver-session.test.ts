/** What the receiver's page makes of what its worker says. */
import { expect, test, vi } from 'vitest';
import type { ToReceiverEngine, TransferUpdate } from '../bridge/engine-messages.ts';
import { keepRoom } from '../connection/rejoin-memory.ts';
import { offered, OPTIONS, standInWorker, withPage } from './receiver-page.fixture.ts';

withPage();

/** The page, loaded (again), whose worker says what the test wants. */
async function load() {
  // What the modules remember goes with a page; what is in session storage stays.
  vi.resetModules();
  const { posted, say } = standInWorker();
  const { BrowserReceiverSession } = await import('./receiver-session.ts');
  const session = new BrowserReceiverSession(OPTIONS);
  const update = (part: TransferUpdate): void => say({ type: 'update', update: part });
  return {
    session,
    posted,
    update,
    offer: (id: string, sha256?: string): void => say(offered(id, sha256)),
    said: (type: ToReceiverEngine['type']) => posted.filter((one) => one.type === type),
    transfers: () => session.snapshot().transfers.map(({ id, state }) => [id, state]),
    // What was accepted is written within a moment.
    leave: async () => {
      session.leave();
      await new Promise((resolve) => setTimeout(resolve, 300));
    },
  };
}

type Page = Awaited<ReturnType<typeof load>>;

/** Accepted and moving; `paused`: by the person here. */
function begin(page: Page, id: string, paused = false): void {
  page.offer(id);
  page.session.accept(id);
  page.update({ id, state: 'receiving', paused: 'nobody' });
  if (paused) page.update({ id, state: 'paused', paused: 'here' });
}

/** The sender's page was loaded anew. */
const awaitsSender = (page: Page, id: string): void =>
  page.update({ id, state: 'paused', problem: { code: 'sender-returned' } });

test('[P-124] what the person paused rests after their own page was loaded anew, and what they resumed does not', async () => {
  for (const resumed of [false, true]) {
    const before = await load();
    begin(before, '0.1', true);
    if (resumed) before.update({ id: '0.1', state: 'receiving', paused: 'nobody' });
    await before.leave();
    const after = await load();
    after.offer('0.1');
    expect(after.said('accept')).toEqual([{ type: 'accept', id: '0.1' }]);
    const pauses = after.said('pause');
    expect(pauses).toEqual(resumed ? [] : [{ type: 'pause', id: '0.1', paused: true }]);
    await after.leave();
    sessionStorage.clear();
  }
});

test('[P-124] a picture that waits for its sender is paused, or resumed, on the page, and is so once it is offered again', async () => {
  for (const paused of [true, false]) {
    const page = await load();
    begin(page, '0.1', !paused);
    awaitsSender(page, '0.1');
    page.session.pause('0.1', paused);
    const [card] = page.session.snapshot().transfers;
    expect(card?.paused).toBe(paused ? 'here' : 'nobody');
    // The worker has forgotten that one.
    expect(page.said('pause')).toEqual([]);
    page.offer('1.1');
    expect(page.said('pause')).toEqual(paused ? [{ type: 'pause', id: '1.1', paused: true }] : []);
    await page.leave();
    sessionStorage.clear();
  }
});

test('[P-61] however many pictures were accepted, each keeps its card when the sender returned and left for good', async () => {
  const page = await load();
  for (let at = 0; at < 30; at++) {
    page.offer(`0.${at}`, `a${at}`);
    page.session.accept(`0.${at}`);
  }
  for (let at = 0; at < 30; at++) awaitsSender(page, `0.${at}`);
  for (let at = 0; at < 30; at++) {
    page.update({ id: `0.${at}`, part: { hereBytes: 3, prefixBytes: 3 } });
    page.update({ id: `0.${at}`, state: 'failed', problem: { code: 'peer-left' } });
  }
  expect(page.transfers()).toHaveLength(30);
  await page.leave();
});

test('a part that was saved and then discarded is known to the worker at once, with how long it is read', async () => {
  const page = await load();
  begin(page, '0.1');
  page.update({ id: '0.1', part: { hereBytes: 3, prefixBytes: 3 } });
  page.update({ id: '0.1', state: 'failed', problem: { code: 'peer-left' } });
  page.session.noteRead('0.1', 60_000);
  page.session.throwAway('0.1');
  const [thrown] = page.said('throw-away') as { readFor: number }[];
  expect(thrown?.readFor).toBeGreaterThan(50_000);
  expect(page.transfers()).toEqual([]);
  await page.leave();
});

test('[P-135] a receiver’s page that is loaded anew opens the room again that it had open', async () => {
  vi.stubGlobal(
    'RTCPeerConnection',
    class {
      createDataChannel(): void {}
    },
  );
  const none = await load();
  expect(none.session.resume()).toBe(false);
  await none.leave();
  const link = { kind: 'link', slot: '12', secret: new Uint8Array(16).fill(7) } as const;
  keepRoom('receiver', { link, token: 'token', guesses: 3, sentAway: false });
  const page = await load();
  expect(page.session.resume()).toBe(true);
  expect(page.session.snapshot().problem?.code).toBe('code-guessed');
  await page.leave();
});
