/** The way back to the other side of a session, without a code (P-92). */
import type { Party } from '../model.ts';
import {
  advanceRejoin,
  beginRejoin,
  rendezvousOf,
  settleRejoin,
  type RejoinState,
  type Rendezvous,
} from '../pairing/rejoin.ts';
import type { SessionKeys } from '../pairing/session-keys.ts';

type State =
  | { readonly at: 'none' }
  /** Of the session that goes on, or is searched for. */
  | { readonly at: 'kept'; readonly rejoin: RejoinState }
  /** Of one that was searched for in vain: in this page's memory alone, until another code or a goodbye. */
  | { readonly at: 'given-up'; readonly rejoin: RejoinState };

/** One way back at most. Whoever changes it has it kept through a reload before more is sent. */
export class WayBack {
  #state: State = { at: 'none' };

  get rejoin(): RejoinState | undefined {
    return this.#state.at === 'kept' ? this.#state.rejoin : undefined;
  }

  get givenUp(): RejoinState | undefined {
    return this.#state.at === 'given-up' ? this.#state.rejoin : undefined;
  }

  keep(rejoin: RejoinState): void {
    this.#state = { at: 'kept', rejoin };
  }

  giveUp(rejoin: RejoinState | undefined): void {
    if (rejoin !== undefined) this.#state = { at: 'given-up', rejoin };
  }

  /** The session is over; one that was given up before it can still be searched for. */
  end(): void {
    if (this.#state.at === 'kept') this.#state = { at: 'none' };
  }

  clear(): void {
    this.#state = { at: 'none' };
  }

  /** After a pairing with these keys; `met`: it took place where this session is met again. */
  confirm(party: Party, keys: SessionKeys, met: Rendezvous | undefined): RejoinState {
    const { rejoin } = this;
    const next =
      rejoin !== undefined && met !== undefined ? advanceRejoin(rejoin, met, keys) : beginRejoin(party, keys);
    this.keep(next);
    return next;
  }

  /** The other side has moved on, too; `undefined`: that was known. */
  settle(): RejoinState | undefined {
    if (this.rejoin?.previous === undefined) return undefined;
    const settled = settleRejoin(this.rejoin);
    this.keep(settled);
    return settled;
  }

  /** Where to go next, in turns; `alone`: there is no other place. */
  placeAfter(before: Rendezvous | undefined): { place: Rendezvous; alone: boolean } | undefined {
    if (this.rejoin === undefined) return undefined;
    const places = rendezvousOf(this.rejoin);
    const place = places[(places.findIndex(({ id }) => id === before?.id) + 1) % places.length];
    return place && { place, alone: places.length === 1 };
  }
}
