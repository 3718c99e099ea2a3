/** Takes what a receiver sends back to this sending page. */
import type { SenderSession, SessionOptions } from '../../lib/session/model.ts';
import { takeBackBeside } from '../../lib/store/companion.ts';
import { createReceiveStore, isAtStake } from '../../lib/store/receive-store.ts';
import { makeReceiverSession } from '../make-session.ts';
import { setUnderway } from '../underway.ts';
import { markReturns, returns } from './sender-store.ts';

/** From now on, as long as this page is open. */
export async function takeReturns(main: SenderSession, options: SessionOptions): Promise<void> {
  markReturns();
  const companion = await makeReceiverSession({ ...options, companion: true });
  const store = createReceiveStore({ makeSession: makeReceiverSession });
  store.around(companion);
  store.subscribe(() =>
    setUnderway('sender-companion', {
      open: false,
      atStake: returns.getState().some(({ store: one }) => isAtStake(one.getState())),
    }),
  );
  returns.setState((before) => [...before, { id: before.length, store, main }], true);
  takeBackBeside(main, companion);
}
