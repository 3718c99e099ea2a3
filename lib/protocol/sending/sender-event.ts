/** The events of a sender. */
import type { UplinkReport } from '../congestion/shared-uplink.ts';
import type { CancelReason, ProgressMessage } from '../wire/control-message.ts';
import type { ObjectKind } from '../wire/stream-id.ts';

/** What a sender reports to its host. `transfer` is the number that `Sender.offer` returned. */
export type SenderEvent =
  | { readonly type: 'hello'; readonly instance: Uint8Array; readonly name: string }
  | { readonly type: 'accepted'; readonly transfer: number }
  | { readonly type: 'declined'; readonly transfer: number }
  /** Bytes `[from, to)` of an object are wanted: answer with `provide`. */
  | {
      readonly type: 'need';
      readonly transfer: number;
      readonly kind: ObjectKind;
      readonly block: number;
      readonly from: number;
      readonly to: number;
    }
  /** The receiver has every block of the original; its digest is being compared. */
  | { readonly type: 'delivered'; readonly transfer: number }
  /** The receiver has every byte and compared the digest. */
  | { readonly type: 'complete'; readonly transfer: number; readonly verified: boolean }
  | { readonly type: 'cancelled'; readonly transfer: number; readonly reason: CancelReason }
  | { readonly type: 'progress'; readonly transfer: number; readonly report: ProgressMessage }
  /** The number of lanes to have. `hold`: neither open nor close any now, a picture needs the processor. */
  | { readonly type: 'lanes'; readonly target: number; readonly hold: boolean }
  /** The receiver wants it to rest, or no longer. */
  | { readonly type: 'paused'; readonly transfer: number; readonly paused: boolean }
  | { readonly type: 'silence'; readonly transfer: number }
  /** The receiver made it cost more than any honest one would: it has ended. */
  | { readonly type: 'violation'; readonly transfer: number }
  /** The receiver's person has picked pictures for this side. */
  | { readonly type: 'back'; readonly nonce: Uint8Array }
  /** More on the lanes than any feedback: end the connection. */
  | { readonly type: 'flooded' }
  /** For the others that share the uplink (`Sender.joinUplink`). */
  | { readonly type: 'uplink'; readonly report: UplinkReport }
  | { readonly type: 'bye' };
