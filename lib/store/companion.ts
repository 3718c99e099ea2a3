/**
 * Keeps a companion beside its session (P-136, P-137): the session that carries pictures the other way
 * between the same two pages. The side that sends there decides where both meet; the other one follows it.
 */
import type { CompanionPlace, ReceiverSession, SenderSession, SessionSnapshot } from '../session/model.ts';
import { isAtStake, type ReceiveState, type ReceiveStore } from './receive-store.ts';

/** A place to which the other side does not come is given up for another one after this time (ms) … */
const ASK_AGAIN_MS = 25_000;
/** … as long as there were no more than these; then the person decides. */
const MAX_ASKS = 3;

type Main<S extends ReceiverSession | SenderSession> = Pick<
  S,
  'snapshot' | 'subscribe' | Extract<keyof S, 'sendBack' | 'sentBack'>
>;

/** There, or looked for: it is the same person. */
const goesOn = ({ connection }: SessionSnapshot): boolean =>
  connection === 'connected' || connection === 'reconnecting';

/** On the page that gets pictures and sends some back. */
export interface SendingBack {
  /** Something may have to be sent now. */
  look(): void;
  /** The person wants it tried, however often it has failed. */
  again(): void;
}

/** @param waits whether pictures are not through yet */
export function sendBackBeside(
  main: Main<ReceiverSession>,
  companion: SenderSession,
  waits: () => boolean,
): SendingBack {
  /** `main` was lost since the last look: the other side's page may be another one. */
  let anew = true;
  let met = false;
  let asks = 0;
  let askedAt = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function ask(): void {
    const place = main.sendBack();
    if (place === undefined) return;
    met = true;
    asks += 1;
    askedAt = performance.now();
    clearTimeout(timer);
    timer = setTimeout(look, ASK_AGAIN_MS);
    companion.meet(place);
  }

  function look(): void {
    const now = main.snapshot();
    if (now.connection !== 'connected') {
      anew = true;
      if (met && !goesOn(now)) {
        met = false;
        clearTimeout(timer);
        companion.part();
      }
      return;
    }
    const { connection } = companion.snapshot();
    if (connection === 'connected') {
      anew = false;
      asks = 0;
      return;
    }
    if (now.invited !== true || !waits()) return;
    if (anew) asks = 0;
    const late = connection === 'reconnecting' && performance.now() - askedAt >= ASK_AGAIN_MS;
    const due = anew || !met || (late && asks < MAX_ASKS);
    anew = false;
    if (due) ask();
  }

  main.subscribe(look);
  companion.subscribe(look);
  return {
    look,
    again() {
      const { connection } = companion.snapshot();
      asks = 0;
      if (main.snapshot().connection === 'connected' && connection === 'failed') ask();
      else look();
    },
  };
}

/**
 * On the page that sends, and gets what the other one sends back.
 *
 * @returns ends it
 */
export function takeBackBeside(main: Main<SenderSession>, companion: ReceiverSession): () => void {
  let at: CompanionPlace | undefined;
  let met = false;
  const look = (): void => {
    const now = main.snapshot();
    /** A place is a person's: what the last one said is nothing to this one. */
    const isTheirs = (place: CompanionPlace): boolean => goesOn(now) && place.meeting === now.meeting;
    const place = main.sentBack();
    if (met && at !== undefined && !isTheirs(at)) {
      met = false;
      companion.part();
    }
    if (place !== undefined && place !== at && isTheirs(place)) {
      at = place;
      met = true;
      companion.meet(place);
    }
  };
  const end = main.subscribe(look);
  look();
  return end;
}

/** Ended companions that are kept, in number, though the person has saved everything that came with them. */
const MAX_ENDED = 8;

/** What came with one companion. */
export interface Returned {
  readonly store: Pick<ReceiveStore, 'getState'>;
  /** The session beside it is over for good. */
  readonly over: boolean;
}

/**
 * The companions that are of no more use; the oldest one is the first. Each has a worker and a socket, and
 * whoever comes anew has another one. What is not saved yet stays, whose it ever was.
 */
export function endedReturns<T extends Returned>(all: readonly T[]): T[] {
  const ended = all.filter(({ over }) => over);
  const holding = ended.filter(({ store }) => holdsAnything(store.getState()));
  const surplus = holding.slice(0, Math.max(0, holding.length - MAX_ENDED));
  return ended.filter(
    (one) => !holding.includes(one) || (surplus.includes(one) && !isAtStake(one.store.getState())),
  );
}

/** Not what was only offered. */
const holdsAnything = ({ snapshot }: ReceiveState): boolean =>
  (snapshot?.transfers ?? []).some(({ state, part }) => state === 'done' || part !== undefined);
