import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ToReceiverEngine } from '../bridge/engine-messages.ts';
import type { CompanionPlace } from '../model.ts';
import { BrowserReceiverSession } from './receiver-session.ts';
import { forgetSender, keepSenders, recallSenders } from './senders-memory.ts';

/** Nothing listens there. */
const OPTIONS = { server: 'http://127.0.0.1:9', page: '', name: '', relayOnly: false, companion: true };

let posted: ToReceiverEngine[] = [];
let kept: Map<string, string>;

beforeEach(() => {
  posted = [];
  kept = new Map();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('removeEventListener', () => undefined);
  vi.stubGlobal(
    'Worker',
    class {
      postMessage = (message: ToReceiverEngine): void => void posted.push(message);
      terminate = (): void => {};
    },
  );
});
afterEach(() => vi.unstubAllGlobals());

const place = (part: Partial<CompanionPlace>): CompanionPlace => ({
  party: 'host',
  secret: new Uint8Array(32),
  meeting: 1,
  returned: true,
  beside: 'sender',
  ...part,
});

/** What a companion's engine takes the next sender for, after a reload. */
async function takenFor(part: Partial<CompanionPlace>): Promise<string | undefined> {
  const session = new BrowserReceiverSession(OPTIONS);
  session.meet(place(part));
  // Its goodbye is said before it closes.
  session.leave();
  await new Promise((resolve) => setTimeout(resolve, 200));
  const records = posted.flatMap((message) => (message.type === 'senders' ? [message.record] : []));
  return records.at(-1)?.current;
}

const KNOWN = [['a1', 'a1']] as const;

test('[P-67] after a reload a companion takes its sender for the one it had met beside the same session', async () => {
  keepSenders({ known: KNOWN, current: 'a1' }, 'sender');
  expect(await takenFor({})).toBe('a1');
});

test('[P-67] and for nobody it knew where that session has met another person, or goes on with another one of a room', async () => {
  keepSenders({ known: KNOWN, current: 'a1' }, 'sender');
  expect(await takenFor({ beside: 'sender.b2' })).toBeUndefined();
  expect(await takenFor({ returned: false })).toBeUndefined();
  forgetSender('sender');
  expect(await takenFor({})).toBeUndefined();
  expect(recallSenders('sender')).toEqual({ known: KNOWN });
});
