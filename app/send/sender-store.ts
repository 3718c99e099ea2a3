/** The sending page's one store: its session, the queue of this tab, and what other pages show of it. */
import { createStore } from 'zustand/vanilla';
import { toHex } from '../../lib/checksum/hex.ts';
import { imageTools } from '../../lib/store/image-tools.ts';
import {
  createSendStore,
  FIRST,
  isOver,
  isOwed,
  isThere,
  type SendState,
  type SendStore,
} from '../../lib/store/send-store.ts';
import type { ReceiveStore } from '../../lib/store/receive-store.ts';
import { isFinal, isMoving } from '../../lib/session/transfer-state.ts';
import type { CompanionPlace, SenderSession, SessionOptions } from '../../lib/session/model.ts';
import { canResumeSending, makeSenderSession } from '../make-session.ts';
import { settings } from '../settings.ts';
import { hasKeptQueue, keptQueue } from '../ui/pick/kept-queue.ts';
import { setUnderway } from '../underway.ts';

let store: SendStore | undefined;

/** What one receiver sends back, beside the session in which it receives (P-136). */
export interface Returns {
  readonly id: number;
  readonly store: ReceiveStore;
  /** The session beside it. */
  readonly main: SenderSession;
  /** Whose that is, among those in the room. */
  readonly peer: string;
}

export const returns = createStore<readonly Returns[]>(() => []);

/** Sessions that are watched. */
const watched = new WeakSet<SenderSession>();
/** What this page's sessions are made with. */
let latest: SessionOptions | undefined;

/** There once a receiver has sent something back: what was received returns with the page. */
const RETURNS = 'tessera:returns';

export function markReturns(): void {
  try {
    sessionStorage.setItem(RETURNS, '1');
  } catch {
    // Storage is off: then what a reload leaves is shown on the receiving page.
  }
}

let had: boolean | undefined;

/** Before this page was loaded: what is sent back from now on has its own list. */
export function hadReturns(): boolean {
  try {
    had ??= sessionStorage.getItem(RETURNS) !== null;
  } catch {
    had = false;
  }
  return had;
}

/** Loads what takes it when a receiver first sends something. */
function watchReturns(session: SenderSession, options: SessionOptions, peer: string): void {
  if (watched.has(session)) return;
  watched.add(session);
  let tried: CompanionPlace | undefined;
  let taken = false;
  session.subscribe(() => {
    const place = session.sentBack();
    if (taken || place === tried) return;
    tried = place;
    taken = true;
    import('./returns-store.ts')
      .then(({ takeReturns }) => takeReturns(session, options, peer))
      // The receiver's page says that nothing was taken, and asks again when its person does.
      .catch(() => (taken = false));
  });
}

/** The one of this tab: it outlives the page that draws it. */
export function senderStore(): SendStore {
  store ??= make();
  return store;
}

/** What of the queue outlives the page. */
export const queue = keptQueue(senderStore);

/** Someone is still to get something, or it is on its way. */
const isUnderway = ({ items, snapshot, people }: SendState): boolean =>
  items.some((item) => !isOver(item, snapshot) || isOwed(item, people)) ||
  [snapshot, ...people.map((one) => one.snapshot)].some((one) =>
    one?.transfers.some((transfer) => !isFinal(transfer)),
  );

/** After a reload: the receiver and the queue of this tab are there again, as far as they can be. */
export async function returnToRoom(options: () => SessionOptions): Promise<void> {
  const made = senderStore();
  if (made.session() !== undefined || made.getState().items.length > 0) return;
  const resume = await canResumeSending();
  if (!resume && !hasKeptQueue()) return;
  if (resume) await made.resume(options());
  if (hasKeptQueue()) await queue.back();
}

function make(): SendStore {
  let count = 0;
  // Ids need only differ between the pages that talk to each other; `crypto.randomUUID` is missing on plain
  // http.
  const page = toHex(crypto.getRandomValues(new Uint8Array(8)));
  const made = createSendStore({
    makeSession: async (options) => {
      const session = await makeSenderSession(options);
      latest = options;
      watchReturns(session, options, FIRST);
      return session;
    },
    tools: imageTools,
    makeId: () => `${page}-${++count}`,
  });
  made.subscribe((state) => {
    const { items, snapshot, people } = state;
    if (items.length > 0) queue.keep();
    if (latest !== undefined) for (const { session, peer } of people) watchReturns(session, latest, peer);
    const connection = snapshot?.connection;
    setUnderway('sender', {
      open:
        items.length > 0 ||
        people.some(isThere) ||
        snapshot?.room !== undefined ||
        (connection !== undefined && connection !== 'failed' && connection !== 'closed'),
      // A page that is loaded anew may have to ask for the files.
      atStake: isUnderway(state),
    });
  });
  let limited: SenderSession | undefined;
  const limit = (): void => {
    limited = made.session();
    limited?.limitRate(settings.getState().rateLimit);
  };
  settings.subscribe(({ rateLimit }, before) => {
    if (rateLimit === before.rateLimit) return;
    limit();
    // Of several each has a share of it, from this on.
    made.setState({});
  });
  made.subscribe(() => made.session() !== limited && limit());
  if (typeof window !== 'undefined') {
    // A page that goes into the back-forward cache may return, and finds its room or its receiver again.
    window.addEventListener('pagehide', ({ persisted }) => {
      const state = made.getState();
      const returning = returns
        .getState()
        .some(({ store: one }) => one.getState().snapshot?.transfers.some(isMoving));
      // Everything is delivered: the other side need not wait for this one. Otherwise it may be a reload.
      const over = state.items.length > 0 && !isUnderway(state) && !returning;
      if (!persisted && over) made.leave();
    });
  }
  return made;
}
