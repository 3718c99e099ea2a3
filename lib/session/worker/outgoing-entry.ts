/** One picked picture in the sender's worker, and the states it goes through. */
import type { Millis } from '../../protocol/endpoint.ts';
import type { FileHeader } from '../../protocol/wire/file-header.ts';
import type { OutgoingPicture, TransferState } from '../model.ts';
import { Source } from './picture-source.ts';
import type { Transmission } from './transmission.ts';

/** The states in which nothing follows. */
export type OutgoingEnd = 'done' | 'failed' | 'cancelled' | 'declined';

export type OutgoingPhase =
  /** Not prepared yet, or waits for a receiver or its turn; `held`: for the person to offer it. */
  | { readonly state: 'queued' | 'held' }
  /** `transfer` is its number in the core. */
  | { readonly state: 'offered'; readonly transfer: number }
  | { readonly state: 'sending' | 'verifying'; readonly transmission: Transmission }
  /** Failed with the connection: it is offered again when that is back. */
  | { readonly state: 'interrupted' }
  /** `transmission`: of one that was accepted; the receiver's last report may still arrive. */
  | {
      readonly state: OutgoingEnd;
      readonly transmission: Transmission | undefined;
      /** The host's clock. */
      readonly endedAt: Millis;
    };

export interface OutgoingEntry {
  readonly picture: OutgoingPicture;
  readonly source: Source;
  /** `undefined` until its digest is made. */
  header: FileHeader | undefined;
  /** Its file has other bytes than before this page was loaded anew. */
  changed: boolean;
  /** The receiver it waits for or was offered to (`connected`); `undefined`: whoever is met next. */
  meeting: number | undefined;
  /** The person here wants it to rest (P-124), through another offer of it, too. */
  rests: boolean;
  phase: OutgoingPhase;
}

export const outgoingEntry = (picture: OutgoingPicture): OutgoingEntry => ({
  picture,
  source: new Source(picture.blob),
  header: undefined,
  changed: false,
  meeting: picture.meeting,
  rests: picture.rests === true,
  phase: { state: 'queued' },
});

/** What a person sees of it. */
export const stateOf = ({ phase: { state } }: OutgoingEntry): TransferState =>
  state === 'interrupted' ? 'failed' : state;

/** Neither over nor interrupted. */
export const isOpen = ({ phase: { state } }: OutgoingEntry): boolean =>
  state === 'queued' ||
  state === 'held' ||
  state === 'offered' ||
  state === 'sending' ||
  state === 'verifying';

export const transmissionOf = ({ phase }: OutgoingEntry): Transmission | undefined =>
  'transmission' in phase ? phase.transmission : undefined;

/** Its number in the core, while or after it was offered. */
export const transferOf = (entry: OutgoingEntry): number | undefined =>
  entry.phase.state === 'offered' ? entry.phase.transfer : transmissionOf(entry)?.transfer;
