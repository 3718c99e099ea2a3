/** What the sender's page makes of who wants to be let in. */
import { beforeEach, expect, test, vi } from 'vitest';
import { devices, forgetDevice, keepDevice } from '../devices/device-list.ts';
import { DEVICES_KEY } from '../devices/has-devices.ts';
import { keepRoom, recallRoom } from '../connection/rejoin-memory.ts';
import { makeBond } from '../pairing/bond.ts';
import { OPTIONS, standInWorker, withPage } from './receiver-page.fixture.ts';
import { BrowserSenderSession } from './sender-session.ts';

withPage();
/** What the page listens to. */
const listeners = new Map<string, (event: object) => void>();
beforeEach(() => {
  vi.stubGlobal('addEventListener', (name: string, heard: (event: object) => void) =>
    listeners.set(name, heard),
  );
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
  vi.stubGlobal(
    'RTCPeerConnection',
    class {
      createDataChannel(): void {}
    },
  );
  standInWorker();
});

const DEVICE = '0123456789abcdef';

/** A page that is asked about a remembered device, which has rung while a code is shown. */
function asked() {
  const bond = makeBond('host', new Uint8Array(32).fill(1), new Uint8Array(32).fill(2));
  keepDevice({ id: DEVICE, name: 'Laptop', acceptAll: false, bond });
  const session = new BrowserSenderSession(OPTIONS);
  session.openRoom();
  session.call({ device: DEVICE, generation: 'current', window: 7, rung: 'here' });
  const visitors = () => session.snapshot().visitors ?? [];
  expect(visitors()).toHaveLength(1);
  /** Its goodbye is said before it closes. */
  const ends = async (): Promise<void> => {
    session.leave();
    await new Promise((resolve) => setTimeout(resolve, 200));
  };
  return { session, visitors, ends };
}

test('[P-142] a device that is forgotten while it waits is turned away, and nobody is asked about it', async () => {
  const { visitors, ends } = asked();
  forgetDevice(DEVICE);
  expect(visitors()).toEqual([]);
  await ends();
});

test('[P-142] one that another tab has just forgotten is not let in: nobody would ever come', async () => {
  const { session, visitors, ends } = asked();
  const [visitor = ''] = visitors();
  localStorage.removeItem(DEVICES_KEY);
  expect(devices()).toEqual([]);
  expect(session.letIn(visitor)).toBeUndefined();
  expect(visitors()).toEqual([]);
  await ends();
});

test('[P-142] one that is still remembered is let in', async () => {
  const { session, visitors, ends } = asked();
  expect(session.letIn(visitors()[0]!)).toBeDefined();
  expect(visitors()).toEqual([]);
  await ends();
});

test('[P-135] who waits is turned away by a page that goes for good, and not by one that may return', async () => {
  const { visitors, ends } = asked();
  listeners.get('pagehide')?.({ persisted: true });
  expect(visitors()).toHaveLength(1);
  listeners.get('pagehide')?.({ persisted: false });
  expect(visitors()).toEqual([]);
  await ends();
});

test('[P-135] a page that is loaded anew opens its room again, with what it has learned of who came', async () => {
  const link = { kind: 'link', slot: '12', secret: new Uint8Array(16).fill(7) } as const;
  const room = { link, token: 'token', guesses: 3, sentAway: true };
  keepRoom('sender', room);
  expect(recallRoom('sender')).toEqual(room);
  const session = new BrowserSenderSession(OPTIONS);
  session.keepEveryone(true);
  expect([session.resume(), session.keptEveryone()]).toEqual([true, true]);
  const { canInvite, problem } = session.snapshot();
  expect([canInvite, problem?.code]).toEqual([true, 'code-guessed']);
  // Closed, it is not opened a second time, and nothing is left of it.
  session.closeRoom();
  session.leave();
  await new Promise((resolve) => setTimeout(resolve, 200));
  const next = new BrowserSenderSession(OPTIONS);
  expect([next.resume(), next.keptEveryone()]).toEqual([false, false]);
  next.leave();
  await new Promise((resolve) => setTimeout(resolve, 200));
});
