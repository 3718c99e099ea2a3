import { imageTools } from '../../lib/store/image-tools.ts';
import { createSendStore, isOver, type SendStore } from '../../lib/store/send-store.ts';
import { makeSenderSession } from '../make-session.ts';
import { setUnderway } from '../underway.ts';

let store: SendStore | undefined;

/** The one of this tab: it outlives the page that draws it. */
export function senderStore(): SendStore {
  store ??= make();
  return store;
}

function make(): SendStore {
  let count = 0;
  // Ids need only differ between the pages that talk to each other; `crypto.randomUUID` is missing on plain
  // http.
  const page = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
  const made = createSendStore({
    makeSession: makeSenderSession,
    tools: imageTools,
    makeId: () => `${page}-${++count}`,
  });
  made.subscribe(({ items, snapshot }) => {
    const connection = snapshot?.connection;
    setUnderway('sender', {
      open:
        items.length > 0 || (connection !== undefined && connection !== 'failed' && connection !== 'closed'),
      // A page that is loaded anew has lost its hold on the files.
      atStake: items.some((item) => !isOver(item, snapshot)),
    });
  });
  if (typeof window !== 'undefined') {
    // A page that goes into the back-forward cache may return, and finds its room or its receiver again.
    window.addEventListener('pagehide', ({ persisted }) => {
      if (!persisted) made.leave();
    });
  }
  return made;
}
