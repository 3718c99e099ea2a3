/**
 * Messages of the control channel (reliable, ordered). First byte: the type. 0x00 is the transport's own
 * (lane signalling). Numbers are big-endian.
 *
 *     0x20 HELLO     version(8) instance(64) name(len8)
 *     0x21 OFFER     transfer(16) header(len16)
 *     0x22 ACCEPT    transfer(16) runs(16) { first block(32) blocks(32) }      blocks it already has
 *     0x23 DECLINE   transfer(16)
 *     0x24 CANCEL    transfer(16) reason(8)
 *     0x25 COMPLETE  transfer(16) verified(8)
 *     0x26 PROGRESS  transfer(16) final(8) packets(32) duplicates(32) chunks(32) repaired(32)
 *                    3 × runs(16) { chunk(32) chunks(16) }                     rebuilt, came twice, holes
 *     0x27 SENT      transfer(16) packets(32) retransmitted(32) round trip in ms(16)
 *     0x28 BYE
 *     0x29 SENDING   transfer(16) round trip in ms(16) runs(16) { first block(32) blocks(16) }
 *     0x2a PAUSE     transfer(16) paused(8)
 *     0x2b INVITE
 *     0x2c BACK      nonce(128)
 */
import { ByteReader, ByteWriter, utf8 } from './byte-codec.ts';
import { ProtocolError } from '../errors.ts';
import { readRuns, writeRuns, type Run } from './run-list.ts';
import { decodeHeader, encodeHeader, PROTOCOL_VERSION, type FileHeader } from './file-header.ts';
import { MAX_CONTROL_BYTES, MAX_PERSON_BYTES, MAX_TRANSFER } from '../limits.ts';

/** Why a transfer was cancelled; one byte of CANCEL (P-14). Both sides use the same list. */
export const CancelReason = {
  person: 0,
  unreadable: 1,
  changed: 2,
  storage: 3,
  violation: 4,
  silence: 5,
  tooLarge: 6,
  storageFailed: 7,
} as const;
export type CancelReason = (typeof CancelReason)[keyof typeof CancelReason];

/** Messages of the control channel (P-14), either direction; numbers are whole, lists are runs. */
export type ControlMessage =
  | { readonly type: 'hello'; readonly instance: Uint8Array; readonly name: string }
  | { readonly type: 'offer'; readonly transfer: number; readonly header: FileHeader }
  | { readonly type: 'accept'; readonly transfer: number; readonly have: readonly Run[] }
  | { readonly type: 'decline'; readonly transfer: number }
  | { readonly type: 'cancel'; readonly transfer: number; readonly reason: CancelReason }
  | { readonly type: 'complete'; readonly transfer: number; readonly verified: boolean }
  | {
      readonly type: 'progress';
      readonly transfer: number;
      readonly final: boolean;
      readonly packets: number;
      readonly duplicates: number;
      readonly chunks: number;
      readonly repaired: number;
      /** Chunks rebuilt since the last such message. */
      readonly runs: readonly Run[];
      /** Chunks that arrived although they were here, since the last such message. */
      readonly twice: readonly Run[];
      /** Chunks missing where later ones have arrived, as of now. */
      readonly holes: readonly Run[];
    }
  | {
      readonly type: 'sent';
      readonly transfer: number;
      readonly packets: number;
      readonly retransmitted: number;
      readonly roundTrip: number;
    }
  | {
      readonly type: 'sending';
      readonly transfer: number;
      readonly roundTrip: number;
      /** Blocks for which more was sent after their first pass, since the last such message. */
      readonly again: readonly Run[];
    }
  /** Whether the side that says so wants the transfer to rest. */
  | { readonly type: 'pause'; readonly transfer: number; readonly paused: boolean }
  /** The sender's page takes pictures of the receiver's, too (P-136). */
  | { readonly type: 'invite' }
  /** The receiver's person has picked some: where the session that carries them begins follows from it. */
  | { readonly type: 'back'; readonly nonce: Uint8Array }
  | { readonly type: 'bye' };

/** The receiver's counts, and what its chunk map shows. */
export type ProgressMessage = Extract<ControlMessage, { type: 'progress' }>;

/** Runs that one message can carry and stay below `MAX_CONTROL_BYTES`. */
export const MAX_RUNS = 1500;
/**
 * Runs of each further list of the same message: what does not fit is left out, or reported with the next
 * message.
 */
export const MAX_SIDE_RUNS = 400;

/** Of a BACK, random. */
export const BACK_NONCE_BYTES = 16;

const Type = {
  hello: 0x20,
  offer: 0x21,
  accept: 0x22,
  decline: 0x23,
  cancel: 0x24,
  complete: 0x25,
  progress: 0x26,
  sent: 0x27,
  bye: 0x28,
  sending: 0x29,
  pause: 0x2a,
  invite: 0x2b,
  back: 0x2c,
} as const;

/** Bytes of a message. Texts and lists are the caller's to bound: `decodeControl` refuses longer ones. */
export function encodeControl(message: ControlMessage): Uint8Array {
  const writer = new ByteWriter().uint(Type[message.type], 1);
  if (message.type === 'bye' || message.type === 'invite') return writer.finish();
  if (message.type === 'back') return writer.raw(message.nonce).finish();
  if (message.type === 'hello') {
    return writer
      .uint(PROTOCOL_VERSION, 1)
      .raw(message.instance)
      .prefixed(utf8(message.name, MAX_PERSON_BYTES), 1)
      .finish();
  }
  writer.uint(message.transfer, 2);
  switch (message.type) {
    case 'offer':
      writer.prefixed(encodeHeader(message.header), 2);
      break;
    case 'accept':
      writeRuns(writer, message.have, 4);
      break;
    case 'decline':
      break;
    case 'cancel':
      writer.uint(message.reason, 1);
      break;
    case 'complete':
      writer.uint(message.verified ? 1 : 0, 1);
      break;
    case 'progress':
      writer
        .uint(message.final ? 1 : 0, 1)
        .uint(message.packets, 4)
        .uint(message.duplicates, 4)
        .uint(message.chunks, 4)
        .uint(message.repaired, 4);
      for (const runs of [message.runs, message.twice, message.holes]) writeRuns(writer, runs, 2);
      break;
    case 'sent':
      writer.uint(message.packets, 4).uint(message.retransmitted, 4).uint(message.roundTrip, 2);
      break;
    case 'pause':
      writer.uint(message.paused ? 1 : 0, 1);
      break;
    case 'sending':
      writeRuns(writer.uint(message.roundTrip, 2), message.again, 2);
      break;
  }
  return writer.finish();
}

function readFlag(reader: ByteReader): boolean {
  const value = reader.uint(1);
  if (value > 1) throw new ProtocolError('bad-number', 'flag');
  return value === 1;
}

function readBody(type: number, reader: ByteReader): ControlMessage {
  if (type === Type.bye) return { type: 'bye' };
  if (type === Type.invite) return { type: 'invite' };
  if (type === Type.back) return { type: 'back', nonce: reader.raw(BACK_NONCE_BYTES) };
  if (type === Type.hello) {
    if (reader.uint(1) !== PROTOCOL_VERSION) throw new ProtocolError('bad-version');
    return { type: 'hello', instance: reader.raw(8), name: reader.text(1, MAX_PERSON_BYTES) };
  }
  const transfer = reader.uint(2);
  if (transfer < 1 || transfer > MAX_TRANSFER) throw new ProtocolError('bad-number', 'transfer');
  switch (type) {
    case Type.offer:
      return { type: 'offer', transfer, header: decodeHeader(reader.prefixed(2, MAX_CONTROL_BYTES)) };
    case Type.accept:
      return { type: 'accept', transfer, have: readRuns(reader, 4, MAX_RUNS) };
    case Type.decline:
      return { type: 'decline', transfer };
    case Type.cancel: {
      const reason = reader.uint(1);
      if (reason > CancelReason.storageFailed) throw new ProtocolError('bad-number', 'reason');
      return { type: 'cancel', transfer, reason: reason as CancelReason };
    }
    case Type.complete:
      return { type: 'complete', transfer, verified: readFlag(reader) };
    case Type.progress:
      return {
        type: 'progress',
        transfer,
        final: readFlag(reader),
        packets: reader.uint(4),
        duplicates: reader.uint(4),
        chunks: reader.uint(4),
        repaired: reader.uint(4),
        runs: readRuns(reader, 2, MAX_RUNS),
        twice: readRuns(reader, 2, MAX_SIDE_RUNS),
        holes: readRuns(reader, 2, MAX_SIDE_RUNS),
      };
    case Type.sent:
      return {
        type: 'sent',
        transfer,
        packets: reader.uint(4),
        retransmitted: reader.uint(4),
        roundTrip: reader.uint(2),
      };
    case Type.pause:
      return { type: 'pause', transfer, paused: readFlag(reader) };
    case Type.sending:
      return { type: 'sending', transfer, roundTrip: reader.uint(2), again: readRuns(reader, 2, MAX_RUNS) };
    default:
      throw new ProtocolError('unknown-type');
  }
}

/** @throws ProtocolError and nothing else */
export function decodeControl(bytes: Uint8Array): ControlMessage {
  if (bytes.length > MAX_CONTROL_BYTES) throw new ProtocolError('too-long');
  const reader = new ByteReader(bytes);
  const type = reader.uint(1);
  if (type < Type.hello || type > Type.back) throw new ProtocolError('unknown-type');
  const message = readBody(type, reader);
  reader.end();
  return message;
}
