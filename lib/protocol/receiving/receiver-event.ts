/** The events of a receiver. */
import type { Millis } from '../endpoint.ts';
import type { CancelReason } from '../wire/control-message.ts';
import type { FileHeader } from '../wire/file-header.ts';
import type { Run } from '../wire/run-list.ts';
import type { ObjectKind } from '../wire/stream-id.ts';

/** What a receiver reports to its host. `transfer` is the number of the sender's offer. */
export type ReceiverEvent =
  | { readonly type: 'hello'; readonly instance: Uint8Array; readonly name: string }
  | { readonly type: 'offered'; readonly transfer: number; readonly header: FileHeader }
  /** A chunk arrived, by its number in the file. */
  | { readonly type: 'chunk'; readonly transfer: number; readonly chunk: number }
  /** A chunk arrived that was here already, received or rebuilt. */
  | { readonly type: 'twice'; readonly transfer: number; readonly chunk: number }
  /**
   * A block is complete; `at` is its offset in the object in bytes, `rebuilt` the chunks that did not arrive
   * themselves. Who has copied the bytes may let their memory be used again.
   */
  | {
      readonly type: 'block';
      readonly transfer: number;
      readonly kind: ObjectKind;
      readonly block: number;
      readonly at: number;
      readonly bytes: Uint8Array;
      readonly rebuilt: readonly number[];
      readonly reuse: () => void;
    }
  /** The sender's round trip, and blocks for which it sent more after their first pass (retransmitted). */
  | {
      readonly type: 'sending';
      readonly transfer: number;
      readonly roundTrip: Millis;
      readonly again: readonly Run[];
    }
  /** Every byte of the original is here: compare the digest and call `verified`. */
  | { readonly type: 'whole'; readonly transfer: number }
  /** The figures will not change any more. */
  | { readonly type: 'final'; readonly transfer: number }
  | { readonly type: 'cancelled'; readonly transfer: number; readonly reason: CancelReason }
  /** The sender wants it to rest, or no longer. */
  | { readonly type: 'paused'; readonly transfer: number; readonly paused: boolean }
  | { readonly type: 'silence'; readonly transfer: number }
  /** More offers than a session may hold: end it. */
  | { readonly type: 'flooded' }
  /** The sender's page takes pictures of this side, too. */
  | { readonly type: 'invited' }
  | { readonly type: 'bye' };
