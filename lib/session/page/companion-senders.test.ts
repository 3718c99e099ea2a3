import { beforeEach, expect, test } from 'vitest';
import type { ToReceiverEngine } from '../bridge/engine-messages.ts';
import type { CompanionPlace } from '../model.ts';
import { offered, OPTIONS as FIRST, standInWorker, withPage } from './receiver-page.fixture.ts';
import { BrowserReceiverSession } from './receiver-session.ts';
import { forgetSender, keepSenders, recallSenders } from './senders-memory.ts';

const OPTIONS = { ...FIRST, companion: true };

let posted: readonly ToReceiverEngine[] = [];

withPage();
beforeEach(() => void ({ posted } = standInWorker()));

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

/** A companion whose worker says what the test wants. */
function companion() {
  const { say } = standInWorker();
  const session = new BrowserReceiverSession(OPTIONS);
  const offers = (name: string, id: string): void => {
    say({ type: 'peer', name });
    say(offered(id));
  };
  const ends = async (): Promise<void> => {
    session.leave();
    await new Promise((resolve) => setTimeout(resolve, 200));
  };
  return { session, offers, ends };
}

test('[P-136] each picture stays under the name of whoever offered it, and the next person has none of the last one', async () => {
  const { session, offers, ends } = companion();
  session.meet(place({ returned: false }));
  offers('Ana', '0.1');
  session.meet(place({ returned: false, meeting: 2 }));
  expect(session.snapshot().peerName).toBeUndefined();
  offers('Ben', '1.1');
  const shown = session.snapshot().transfers.map(({ sender, meeting }) => [sender, meeting]);
  expect(shown).toEqual([
    ['Ana', 1],
    ['Ben', 2],
  ]);
  await ends();
});

test('[P-108] everything is accepted from one who is there or looked for, and of no companion that has ended', async () => {
  const { session, ends } = companion();
  session.meet(place({ returned: false }));
  session.setAutoAccept(true);
  expect(session.snapshot().autoAccept).toBe(true);
  session.part();
  session.setAutoAccept(true);
  expect(session.snapshot().autoAccept).toBe(false);
  await ends();
});
