import { isMoving } from '../../lib/session/transfer-state.ts';
import { createReceiveStore, type ReceiveStore } from '../../lib/store/receive-store.ts';
import { makeReceiverSession } from '../make-session.ts';
import { setUnderway } from '../underway.ts';

let store: ReceiveStore | undefined;

/** The one of this tab: it outlives the page that draws it. */
export function receiverStore(): ReceiveStore {
  store ??= make();
  return store;
}

function make(): ReceiveStore {
  const made = createReceiveStore({ makeSession: makeReceiverSession });
  made.subscribe(({ snapshot, saved }) => {
    const transfers = snapshot?.transfers ?? [];
    const connection = snapshot?.connection;
    setUnderway('receiver', {
      open:
        transfers.length > 0 ||
        snapshot?.room !== undefined ||
        connection === 'connected' ||
        connection === 'reconnecting',
      atStake: transfers.some(
        (transfer) => isMoving(transfer) || (transfer.state === 'done' && !saved.has(transfer.id)),
      ),
    });
  });
  return made;
}
