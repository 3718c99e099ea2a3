/**
 * What crosses between the page (which owns the connections) and the worker (which owns protocol, digest and
 * storage).
 */
import type { LaneId } from '../../protocol/endpoint.ts';
import type { Figures, ExpectedBytes, OutgoingPicture, PausedBy, Problem, TransferState } from '../model.ts';
import type { PartHere } from '../../storage/unfinished-record.ts';
import type { KnownSendersRecord } from '../worker/known-senders.ts';

/**
 * Interval of reports to the page (ms), figures and chunk map together: with each the page lays out and
 * paints anew, on a processor that is busy with packets.
 */
export const PUBLISH_MS = 300;

/** Many packets in one buffer: a message for each would cost more than the packets. */
export interface PacketBatch {
  readonly lanes: readonly LaneId[];
  readonly lengths: readonly number[];
  /**
   * When each was received from its lane (`performance.timeOrigin + performance.now()`), ms; absent on the
   * way out.
   */
  readonly times?: readonly number[];
  readonly data: ArrayBuffer;
}

/** From the page to either engine. */
export type LinkMessage =
  | { readonly type: 'packets'; readonly batch: PacketBatch }
  /** A lane's channel, moved here before it opens; `ticket` names it in what is said of it. */
  | {
      readonly type: 'channel';
      readonly lane: LaneId;
      readonly ticket: number;
      readonly channel: RTCDataChannel;
    }
  | { readonly type: 'channel-gone'; readonly ticket: number }
  /** The rest of the lanes' news is of those whose channels stayed on the page. */
  | { readonly type: 'lane-open'; readonly lane: LaneId }
  | { readonly type: 'lane-closed'; readonly lane: LaneId }
  /** Bytes held back for each lane named; pairs. */
  | { readonly type: 'backlogs'; readonly lanes: readonly (readonly [LaneId, number])[] }
  /**
   * The control channel is open: say who we are. `meeting` counts the codes by which this page met others:
   * the same number is the same two people. A `companion` has none beside it. `unasked`: the other side has
   * rung, and no one has pressed anything here.
   */
  | {
      readonly type: 'connected';
      readonly name: string;
      readonly meeting: number;
      readonly companion?: boolean;
      readonly unasked?: boolean;
    }
  | { readonly type: 'disconnected' }
  /** The connection is lost for good: what was moving has failed. */
  | { readonly type: 'lost' }
  | { readonly type: 'cancel'; readonly id: string }
  | { readonly type: 'pause'; readonly id: string; readonly paused: boolean }
  | { readonly type: 'bye' };

/** From the sender's page to its worker. */
export type ToSenderEngine =
  | LinkMessage
  | { readonly type: 'send'; readonly picture: OutgoingPicture }
  /** A picture of before this page was loaded anew is not sent any more. */
  | { readonly type: 'call-off'; readonly name: string; readonly expected: ExpectedBytes }
  /** The person wants a held picture offered to whoever is there or joins next. */
  | { readonly type: 'offer-held'; readonly id: string }
  /** Mbit/s; 0: none. */
  | { readonly type: 'limit-rate'; readonly megabits: number }
  /** To the first session of a room: the worker of a guest's, which shares the uplink, is at this port. */
  | { readonly type: 'sharer'; readonly peer: string; readonly port: MessagePort }
  | { readonly type: 'sharer-gone'; readonly peer: string }
  /** To a guest's: the other end of that port. */
  | { readonly type: 'uplink'; readonly port: MessagePort };

/** From the receiver's page to its worker. */
export type ToReceiverEngine =
  | LinkMessage
  /** The page's tab; before anything else. */
  | { readonly type: 'tab'; readonly name: string }
  /**
   * The next to say HELLO is the sender of this meeting; said as soon as that is met. `record`: what an
   * earlier page of this tab knew, whose session goes on.
   */
  | { readonly type: 'senders'; readonly record: KnownSendersRecord; readonly meeting: number }
  /** Pictures for the sender were picked on this page. */
  | { readonly type: 'back'; readonly nonce: Uint8Array }
  | { readonly type: 'accept'; readonly id: string }
  | { readonly type: 'decline'; readonly id: string }
  /**
   * The person has saved it: the page has its file, and lets it go when it is left. Answered by `released`.
   */
  | { readonly type: 'release'; readonly id: string; readonly readFor: number }
  /** One that is done, or the part that is kept of one; answered by `released` where it is still read. */
  | { readonly type: 'throw-away'; readonly id: string; readonly readFor: number }
  /** The page has made room. */
  | { readonly type: 'measure-room' }
  /** Answered by `beginning`. */
  | { readonly type: 'read-beginning'; readonly request: number; readonly id: string }
  | {
      readonly type: 'read';
      readonly request: number;
      readonly id: string;
      readonly from: number;
      readonly to: number;
    };

/** What is new about one transfer; absent fields are as they were. */
export interface TransferUpdate {
  readonly id: string;
  readonly state?: TransferState;
  readonly paused?: PausedBy;
  readonly problem?: Problem;
  readonly figures?: Figures;
  readonly sha256?: string;
  readonly prepared?: number;
  readonly part?: PartHere;
  readonly space?: number;
}

/** States of chunks as the page draws them: one byte (`CellState`) for `chunksPerCell` chunks. */
export interface ChunkCells {
  readonly chunksPerCell: number;
  readonly cells: Uint8Array;
}

/** From either engine to the page. */
export type FromEngine =
  | { readonly type: 'transmit'; readonly batch: PacketBatch }
  | { readonly type: 'channel-open'; readonly ticket: number }
  | { readonly type: 'channel-ended'; readonly ticket: number }
  | { readonly type: 'update'; readonly update: TransferUpdate }
  | { readonly type: 'chunks'; readonly id: string; readonly map: ChunkCells; readonly order: Uint32Array }
  | { readonly type: 'peer'; readonly name: string }
  | { readonly type: 'peer-left' }
  /** A picture is crossing and nothing arrives; `false`: something does again, or nothing is to. */
  | { readonly type: 'silent'; readonly silent: boolean }
  /** The other side exceeds what a session may hold: end it. */
  | { readonly type: 'flooded' }
  // the sender's
  | { readonly type: 'lanes'; readonly target: number; readonly hold: boolean }
  | { readonly type: 'header'; readonly id: string; readonly bytes: Uint8Array }
  /** The receiver's page has picked pictures for this one. */
  | { readonly type: 'back'; readonly nonce: Uint8Array }
  // the receiver's
  | { readonly type: 'invited' }
  | {
      readonly type: 'offered';
      readonly id: string;
      readonly name: string;
      readonly mediaType: string;
      readonly byteLength: number;
      readonly modified: number;
      readonly width?: number;
      readonly height?: number;
      readonly sha256: string;
      /** The sender's name (`KnownSenders`). */
      readonly from: string;
      readonly thumb?: Uint8Array;
    }
  /** To be kept through a reload of this page. */
  | { readonly type: 'senders'; readonly record: KnownSendersRecord }
  /** Its first chunk is here. */
  | { readonly type: 'began'; readonly id: string }
  | { readonly type: 'preview'; readonly id: string; readonly bytes: Uint8Array }
  | { readonly type: 'file'; readonly id: string; readonly blob: Blob }
  /** The whole blocks from its start of one that ended before it was whole. */
  | { readonly type: 'beginning'; readonly request: number; readonly blob: Blob | undefined }
  /** What arrives lives in this worker's memory: at most so many bytes. */
  | { readonly type: 'memory-only'; readonly limit: number }
  /** No handle of this entry of the store is open any more. */
  | { readonly type: 'released'; readonly stored: string; readonly readFor: number }
  | { readonly type: 'bytes'; readonly request: number; readonly bytes: Uint8Array<ArrayBuffer> | undefined };
