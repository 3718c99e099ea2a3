/** Facts about the states of a transfer, once for both sides, the engines and the pages. */
/**
 * `queued → offered → sending|receiving ⇄ paused → verifying → done`; every state may end in the last four.
 * `held`: it waited for another receiver than the one who is here, and the sender is asked first.
 *
 * `moves`: accepted and not over; bytes cross, or would if there were a connection. `ends`: nothing follows
 * by itself.
 */
const STATES = {
  queued: 'waits',
  held: 'waits',
  offered: 'waits',
  sending: 'moves',
  receiving: 'moves',
  paused: 'moves',
  verifying: 'moves',
  done: 'ends',
  failed: 'ends',
  cancelled: 'ends',
  declined: 'ends',
} as const satisfies Record<string, 'waits' | 'moves' | 'ends'>;

/** Where a transfer is, as a card shows it. */
export type TransferState = keyof typeof STATES;

/** Nothing follows these by itself. */
export const FINAL_STATES: readonly TransferState[] = (Object.keys(STATES) as TransferState[]).filter(
  (state) => STATES[state] === 'ends',
);

/** What the page shows of a transfer in `state`: without a connection, or while it rests, nothing moves. */
export const shownState = (state: TransferState, moves: boolean): TransferState =>
  !moves && (state === 'sending' || state === 'receiving') ? 'paused' : state;

/** Who wants a transfer to rest (P-124): this person, the other one, both. */
export type PausedBy = 'nobody' | 'here' | 'there' | 'both';

/** The person at this page wants it to rest. */
export const restsHere = ({ paused }: { readonly paused?: PausedBy }): boolean =>
  paused === 'here' || paused === 'both';

interface Transfer {
  readonly state: TransferState;
}

/** Nothing follows by itself. */
export const isFinal = ({ state }: Transfer): boolean => STATES[state] === 'ends';

/** Accepted and not over: bytes cross, or would if there were a connection. */
export const isMoving = ({ state }: Transfer): boolean => STATES[state] === 'moves';
