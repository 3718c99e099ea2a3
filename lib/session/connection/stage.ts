/** Where a connection machine is, and the attempt to reach the other side that it makes there. */
import type { ConnectionState, Party, ProblemCode } from '../model.ts';
import type { Pairing } from '../pairing/pairing.ts';
import type { Password } from '../pairing/password.ts';
import type { Rendezvous } from '../pairing/rejoin.ts';
import { SealedChannel } from '../pairing/sealed-channel.ts';
import type { SessionKeys } from '../pairing/session-keys.ts';

export type Stage =
  | { readonly at: 'idle' }
  | { readonly at: 'opening' }
  | { readonly at: 'hosting'; readonly unused: Unused }
  /**
   * `unused` until the first message: what is answered then reveals whether the other side's words are right.
   */
  | {
      readonly at: 'joining';
      readonly attempt: Attempt;
      readonly unused: Unused | undefined;
      /** The code of two words that this guest has entered. */
      readonly words?: string | undefined;
      /** This guest has knocked, and the host decides. */
      readonly waits?: boolean;
    }
  | {
      readonly at: 'connected';
      readonly keys: SessionKeys;
      readonly sealed: SealedChannel;
      readonly doubt?: Doubt | undefined;
    }
  | {
      readonly at: 'searching';
      readonly attempt: Attempt;
      /** When the search is given up, Unix milliseconds. */
      readonly until: number;
      readonly meeting: Rendezvous | undefined;
    }
  | { readonly at: 'failed' }
  | { readonly at: 'closed' };

export type Attempt =
  | { readonly step: 'none' }
  /** `greeted`: our first message went along with the join, so the first `paired` begins nothing. */
  | {
      readonly step: 'pairing';
      readonly pairing: Pairing;
      readonly greeted: boolean;
      readonly resuming?: Resuming | undefined;
    }
  | {
      readonly step: 'linking';
      readonly keys: SessionKeys;
      readonly sealed: SealedChannel;
      /** Kinds of the addresses that both sides have signaled; they explain why no path was found. */
      readonly here: Set<string>;
      readonly there: Set<string>;
    };

/** A code of which nothing was used yet: its room can still be taken back. */
export interface Unused {
  readonly passwords: readonly Password[];
  readonly token: string | undefined;
}

/** One side was lost in the middle of a pairing: the same pairing goes on where both meet (P-130). */
export interface Resuming {
  /** When it is given up, Unix milliseconds, and as what. */
  readonly until: number;
  readonly problem: ProblemCode;
  /** How many places were gone to. */
  readonly turn: number;
  /** Of the place held: the other side is confirmed there, and pairs anew. */
  readonly password?: Password | undefined;
}

/** The way back from a connection that may be dead. */
interface Doubt {
  readonly attempt: Attempt;
  readonly meeting: Rendezvous | undefined;
}

/** What the page shows at each stage. */
export const CONNECTION: Readonly<Record<Stage['at'], ConnectionState>> = {
  idle: 'waiting',
  opening: 'waiting',
  hosting: 'waiting',
  joining: 'connecting',
  connected: 'connected',
  searching: 'reconnecting',
  failed: 'failed',
  closed: 'closed',
};

export const NO_ATTEMPT: Attempt = { step: 'none' };

/** The other side has proved itself: a peer connection is established, signaled under these keys. */
export const linking = (party: Party, keys: SessionKeys): Attempt => ({
  step: 'linking',
  keys,
  sealed: new SealedChannel(party, keys),
  here: new Set(),
  there: new Set(),
});

export function attemptAt(stage: Stage): Attempt {
  if (stage.at === 'connected') return stage.doubt?.attempt ?? NO_ATTEMPT;
  return stage.at === 'joining' || stage.at === 'searching' ? stage.attempt : NO_ATTEMPT;
}

/** The same stage where it makes no attempts. */
export function withAttempt(stage: Stage, attempt: Attempt): Stage {
  if (stage.at === 'joining' || stage.at === 'searching') return { ...stage, attempt };
  if (stage.at === 'connected' && stage.doubt !== undefined)
    return { ...stage, doubt: { ...stage.doubt, attempt } };
  return stage;
}

/** Where the other side of a session is waited for. */
export function meetingAt(stage: Stage): Rendezvous | undefined {
  if (stage.at === 'connected') return stage.doubt?.meeting;
  return stage.at === 'searching' ? stage.meeting : undefined;
}

/** What messages of the other side are sealed with. */
export function sealedAt(stage: Stage): SealedChannel | undefined {
  const attempt = attemptAt(stage);
  if (stage.at === 'connected' && attempt.step === 'none') return stage.sealed;
  return attempt.step === 'linking' ? attempt.sealed : undefined;
}

/** A pairing that goes on at another place. */
export function resumingAt(stage: Stage): Resuming | undefined {
  const attempt = attemptAt(stage);
  return attempt.step === 'pairing' ? attempt.resuming : undefined;
}
