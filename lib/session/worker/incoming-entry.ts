/** One offered picture in the receiver's worker, and the states it goes through. */
import type { FileHeader } from '../../protocol/wire/file-header.ts';
import type { TransferState } from '../model.ts';
import { ChunkReport } from './chunk-report.ts';
import type { IncomingFile } from './incoming-file.ts';
import { RateMeter } from './rate-meter.ts';

/** What is known of a picture from its acceptance on. */
export interface Reception {
  readonly file: IncomingFile;
  /** The host's clock. */
  readonly acceptedAt: number;
  /** Packets that the whole session was missing then. */
  readonly missingBefore: number;
  readonly meter: RateMeter;
  /** Bytes that are here, those of an earlier session included. */
  byteLength: number;
  /** As the sender reported it last, ms. */
  roundTrip: number | undefined;
}

export type IncomingPhase =
  /**
   * `leftover`: whether an earlier session left something of these very bytes; `undefined`: not known yet.
   */
  | { readonly state: 'offered'; leftover: boolean | undefined }
  /** Accepted by the person; the other side learns of it once it is known which blocks are here. */
  | { readonly state: 'opening'; readonly file: IncomingFile; readonly acceptedAt: number }
  | { readonly state: 'receiving' | 'verifying'; readonly reception: Reception }
  | { readonly state: 'done'; readonly reception: Reception; readonly endedAt: number }
  | { readonly state: 'failed' | 'cancelled' | 'declined' };

export interface IncomingEntry {
  /** For the page: unique over all senders of this session. */
  readonly id: string;
  readonly transfer: number;
  readonly header: FileHeader;
  readonly chunks: ChunkReport;
  /** The person here wants it to rest (P-124), said before its file was open. */
  rests: boolean;
  /** Whether the page was last shown that there is no room for it. */
  short: boolean;
  /** Its preview, while no one has accepted it. */
  preview: Uint8Array | undefined;
  phase: IncomingPhase;
}

export const incomingEntry = (id: string, transfer: number, header: FileHeader): IncomingEntry => ({
  id,
  transfer,
  header,
  chunks: new ChunkReport(header.byteLength),
  rests: false,
  short: false,
  preview: undefined,
  phase: { state: 'offered', leftover: undefined },
});

export const startReception = (
  file: IncomingFile,
  acceptedAt: number,
  missingBefore: number,
  byteLength: number,
): Reception => ({
  file,
  acceptedAt,
  missingBefore,
  meter: new RateMeter(),
  byteLength,
  roundTrip: undefined,
});

/** What a person sees of it. */
export const stateOf = ({ phase: { state } }: IncomingEntry): TransferState =>
  state === 'opening' ? 'offered' : state;

/** Not decided, or on its way; what is being verified needs the other side no more. */
export const isOpen = ({ phase: { state } }: IncomingEntry): boolean =>
  state === 'offered' || state === 'opening' || state === 'receiving';

export const receptionOf = ({ phase }: IncomingEntry): Reception | undefined =>
  'reception' in phase ? phase.reception : undefined;

export const fileOf = ({ phase }: IncomingEntry): IncomingFile | undefined =>
  phase.state === 'opening' ? phase.file : 'reception' in phase ? phase.reception.file : undefined;
