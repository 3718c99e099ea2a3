/** The receiving page's one store, the session in it, and what other pages show of it. */
import { createStore } from 'zustand/vanilla';
import type { ReceiverSession, SessionOptions } from '../../lib/session/model.ts';
import { createReceiveStore, isAtStake, type ReceiveStore } from '../../lib/store/receive-store.ts';
import { holdTab } from '../../lib/session/page/tab.ts';
import { canResume, makeReceiverSession } from '../make-session.ts';
import { hasKeptQueue } from '../ui/pick/kept-queue.ts';
import { setUnderway } from '../underway.ts';

let store: ReceiveStore | undefined;

/** The one of this tab: it outlives the page that draws it. */
export function receiverStore(): ReceiveStore {
  store ??= make();
  return store;
}

/** Pictures were picked on this page for its sender: they go beside the session of before (P-136). */
export const sendingBack = createStore(() => ({ begun: false }));

/** The queue of what is sent back, among those that this tab keeps. */
export const SENT_BACK = ':back';

let returned: number | undefined;

/** The meeting with the sender of before a reload, where that session goes on. */
export const returnedMeeting = (): number | undefined => returned;

/** After a reload: goes back to the sender, and to what this page was sending back. */
export async function returnToSender(options: () => SessionOptions, here: () => boolean): Promise<void> {
  await holdTab();
  if ((await canResume()) && here()) {
    await receiverStore().resume(options());
    returned = receiving()?.session.snapshot().meeting;
  }
  if (!hasKeptQueue(SENT_BACK)) return;
  const { returnSentBack } = await import('./send-back-store.ts');
  await returnSentBack();
}

/** The session made last, and with what. */
let latest: { readonly session: ReceiverSession; readonly options: SessionOptions } | undefined;

export const receiving = (): typeof latest =>
  latest?.session === receiverStore().session() ? latest : undefined;

function make(): ReceiveStore {
  const made = createReceiveStore({
    makeSession: async (options) => {
      const session = await makeReceiverSession(options);
      latest = { session, options };
      return session;
    },
    keeps: () => sendingBack.getState().begun,
  });
  made.subscribe((state) => {
    const connection = state.snapshot?.connection;
    setUnderway('receiver', {
      open:
        (state.snapshot?.transfers.length ?? 0) > 0 ||
        state.snapshot?.room !== undefined ||
        connection === 'connected' ||
        connection === 'reconnecting',
      atStake: isAtStake(state),
    });
  });
  return made;
}
