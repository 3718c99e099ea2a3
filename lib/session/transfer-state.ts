/** Facts about the states of a transfer, once for both sides, the engines and the pages. */
import type { TransferState } from './model.ts';

/** Nothing follows these by itself. */
export const FINAL_STATES: readonly TransferState[] = ['done', 'failed', 'cancelled', 'declined'];
const FINAL: ReadonlySet<TransferState> = new Set(FINAL_STATES);
const MOVING: ReadonlySet<TransferState> = new Set(['sending', 'receiving', 'paused', 'verifying']);

/** What the page shows of a transfer in `state`: without a connection nothing moves. */
export const shownState = (state: TransferState, connected: boolean): TransferState =>
  !connected && (state === 'sending' || state === 'receiving') ? 'paused' : state;

interface Transfer {
  readonly state: TransferState;
}

/** Nothing follows by itself. */
export const isFinal = ({ state }: Transfer): boolean => FINAL.has(state);

/** Accepted and not over: bytes cross, or would if there were a connection. */
export const isMoving = ({ state }: Transfer): boolean => MOVING.has(state);
