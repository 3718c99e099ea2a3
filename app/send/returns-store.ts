/** Takes what a receiver sends back to this sending page. */
import type { SenderSession, SessionOptions } from '../../lib/session/model.ts';
import { endedReturns, takeBackBeside } from '../../lib/store/companion.ts';
import { createReceiveStore, isAtStake } from '../../lib/store/receive-store.ts';
import { makeReceiverSession } from '../make-session.ts';
import { unwatchArrivals } from '../receive/arrivals.ts';
import { setUnderway } from '../underway.ts';
import { markReturns, returns, senderStore, type Returns } from './sender-store.ts';

/** What ends the listening of each. */
const ends = new WeakMap<Returns, () => void>();
let count = 0;
let watching = false;

/** `peer`: whose session it is. From now on, as long as that session goes on. */
export async function takeReturns(main: SenderSession, options: SessionOptions, peer: string): Promise<void> {
  markReturns();
  const companion = await makeReceiverSession({ ...options, companion: true });
  const store = createReceiveStore({ makeSession: makeReceiverSession });
  store.around(companion);
  const one: Returns = { id: count++, store, main, peer };
  const follows = takeBackBeside(main, companion);
  const watches = store.subscribe(look);
  ends.set(one, () => {
    follows();
    watches();
  });
  returns.setState((before) => [...before, one], true);
  if (!watching) senderStore().subscribe(look);
  watching = true;
  look();
}

/** Its session is the room's no longer, or a guest's that has ended. */
function isOver({ main }: Returns): boolean {
  const { people } = senderStore().getState();
  if (main === senderStore().session()) return false;
  return !people.some(({ session, snapshot }) => session === main && snapshot.connection !== 'closed');
}

/** Ends what is of no more use. */
function look(): void {
  const all = returns.getState().map((one) => ({ one, store: one.store, over: isOver(one) }));
  const ended = new Set(endedReturns(all).map(({ one }) => one));
  if (ended.size > 0) returns.setState((before) => before.filter((one) => !ended.has(one)), true);
  for (const one of ended) {
    ends.get(one)?.();
    unwatchArrivals(one.store);
    one.store.leave();
  }
  setUnderway('sender-companion', {
    open: false,
    atStake: returns.getState().some(({ store }) => isAtStake(store.getState())),
  });
}
