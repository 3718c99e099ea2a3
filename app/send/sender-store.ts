/** The sending page's one store: its session, the queue of this tab, and what other pages show of it. */
import { toHex } from '../../lib/checksum/hex.ts';
import { holdTab, tabName } from '../../lib/session/page/tab.ts';
import { imageTools } from '../../lib/store/image-tools.ts';
import { createSendStore, isOver, isThere, type Person, type SendStore } from '../../lib/store/send-store.ts';
import { isFinal } from '../../lib/session/transfer-state.ts';
import type { SenderSession, SessionOptions } from '../../lib/session/model.ts';
import { canResumeSending, makeSenderSession } from '../make-session.ts';
import { settings } from '../settings.ts';
import { setUnderway } from '../underway.ts';

let store: SendStore | undefined;

/** The one of this tab: it outlives the page that draws it. */
export function senderStore(): SendStore {
  store ??= make();
  return store;
}

/** There while this tab's queue is kept: a page without one loads nothing to look for it. */
const KEPT = 'tessera:outbox';

function markKept(some: boolean): void {
  try {
    if (some) sessionStorage.setItem(KEPT, '1');
    else sessionStorage.removeItem(KEPT);
  } catch {
    // Storage is off: then a reload loses the queue.
  }
}

function hasKept(): boolean {
  try {
    return sessionStorage.getItem(KEPT) !== null;
  } catch {
    return false;
  }
}

/** Something of this guest's is on its way. */
const isBusy = ({ snapshot }: Person): boolean => snapshot.transfers.some((one) => !isFinal(one));

let keeping: Promise<void> | undefined;

/** From the first picture on, or from the return of the queue. */
function keep(made: SendStore): Promise<void> {
  keeping ??= (async () => {
    const { keepOutbox, outbox } = await loadKeeper();
    // A copy of a tab has that one's name at first, and would put its pictures into that queue.
    await holdTab();
    keepOutbox(made, outbox, tabName(), markKept);
  })().catch(() => undefined);
  return keeping;
}

async function loadKeeper() {
  const [keeper, { openKeptOutbox }] = await Promise.all([
    import('../../lib/store/outbox-keeper.ts'),
    import('../../lib/storage/kept-outbox.ts'),
  ]);
  return { ...keeper, outbox: openKeptOutbox() };
}

/** After a reload: the receiver and the queue of this tab are there again, as far as they can be. */
export async function returnToRoom(options: () => SessionOptions): Promise<void> {
  const made = senderStore();
  if (made.session() !== undefined || made.getState().items.length > 0) return;
  const resume = await canResumeSending();
  if (!resume && !hasKept()) return;
  if (resume) await made.resume(options());
  if (!hasKept()) return;
  const { returnOutbox, outbox } = await loadKeeper();
  await returnOutbox(made, await outbox.list(tabName()));
  await keep(made);
}

/** The person has pressed: asks the browser for the files that it can open by their handles. */
export async function openFilesAgain(): Promise<void> {
  const { openAgain } = await loadKeeper();
  await openAgain(senderStore());
}

function make(): SendStore {
  let count = 0;
  // Ids need only differ between the pages that talk to each other; `crypto.randomUUID` is missing on plain
  // http.
  const page = toHex(crypto.getRandomValues(new Uint8Array(8)));
  const made = createSendStore({
    makeSession: makeSenderSession,
    tools: imageTools,
    makeId: () => `${page}-${++count}`,
  });
  made.subscribe(({ items, snapshot, people }) => {
    if (items.length > 0) void keep(made);
    const connection = snapshot?.connection;
    setUnderway('sender', {
      open:
        items.length > 0 ||
        people.some(isThere) ||
        snapshot?.room !== undefined ||
        (connection !== undefined && connection !== 'failed' && connection !== 'closed'),
      // A page that is loaded anew may have to ask for the files.
      atStake: items.some((item) => !isOver(item, snapshot)) || people.some(isBusy),
    });
  });
  let limited: SenderSession | undefined;
  const limit = (): void => {
    limited = made.session();
    limited?.limitRate(settings.getState().rateLimit);
  };
  settings.subscribe(({ rateLimit }, before) => rateLimit !== before.rateLimit && limit());
  made.subscribe(() => made.session() !== limited && limit());
  if (typeof window !== 'undefined') {
    // A page that goes into the back-forward cache may return, and finds its room or its receiver again.
    window.addEventListener('pagehide', ({ persisted }) => {
      const { items, snapshot, people } = made.getState();
      // Everything is delivered: the other side need not wait for this one. Otherwise it may be a reload.
      const over = items.length > 0 && items.every((item) => isOver(item, snapshot));
      const busy = (snapshot?.transfers ?? []).some((one) => !isFinal(one)) || people.some(isBusy);
      if (!persisted && over && !busy) made.leave();
    });
  }
  return made;
}
