/**
 * Packets of the lanes (unreliable, unordered). Numbers are big-endian; times are in ticks of 0.1 ms of the sending
 * side's clock, modulo 2^32; `number` counts the packets of one lane in one direction.
 *
 * DATA (16 bytes and a symbol):
 *
 *      0        1        2        3        4        5        6        7
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *     |  0x01  | symbol |     stream      |            block (32)             |
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *     |            number (32)            |           sent at (32)            |
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *     |  the symbol's bytes: a chunk (symbol < K) or a repair symbol (≥ K)  …
 *
 * PROBE: 0x02, seven zero bytes, number (32), sent at (32), padding: measures a path that has nothing to carry.
 *
 * FEEDBACK (receiver → sender; the newest wins):
 *
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *     |  0x10  | lanes  | streams|   0    |       feedback number (32)        |
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *     |       receiver's clock (32)       |  latest send time received (32)   |
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *     |      held      |  least transit since the last one (32)|  packets…
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *       held(16) transit(32) packets received(32) bytes received(32)
 *       lanes × { lane(16) highest number(16) packets received(16) }
 *       streams × { stream(16) closed below(32) listed through(32) entries(8) × { offset(16) lacking(8) } }
 *
 * Every block from `closed below` through `listed through` (exclusive) that has no entry is whole.
 */
import { ProtocolError } from '../errors.ts';
import {
  CHUNK_LENGTH,
  MAX_FEEDBACK_LANES,
  MAX_FEEDBACK_STREAMS,
  MAX_MESSAGE_PACKETS,
  MAX_PACKET,
} from '../limits.ts';

export const DATA = 0x01;
export const PROBE = 0x02;
export const FEEDBACK = 0x10;

export const DATA_HEADER = 16;
/** A DATA packet that carries a full symbol. */
export const DATA_PACKET = DATA_HEADER + CHUNK_LENGTH;
/** Ticks in a millisecond. */
export const TICKS = 10;
/** `transit` of a feedback before which no packet came. */
export const NO_TRANSIT = 0x8000_0000;
/** `held` of a feedback whose newest packet has been here for so many ticks or more. */
export const LONGEST_HELD = 0xffff;
const FEEDBACK_HEADER = 30;
const LANE_ENTRY = 6;
const STREAM_ENTRY = 11;
const BLOCK_ENTRY = 3;

/** Ticks of a time in milliseconds, modulo 2^32. */
export const ticksOf = (now: number): number => Math.floor(now * TICKS) >>> 0;
/** Signed milliseconds between two tick counts that are less than 59 hours apart. */
export const millisBetween = (later: number, earlier: number): number => ((later - earlier) | 0) / TICKS;

export interface DataHeader {
  readonly symbol: number;
  readonly stream: number;
  readonly block: number;
  readonly number: number;
  readonly sentAt: number;
}

/** A DATA packet, alone or into a message from byte `at` on. Returns the message. */
export function encodeData(
  header: DataHeader,
  symbol: Uint8Array,
  message = new Uint8Array(DATA_HEADER + symbol.length),
  at = 0,
): Uint8Array {
  const view = new DataView(message.buffer, message.byteOffset + at);
  view.setUint8(0, DATA);
  view.setUint8(1, header.symbol);
  view.setUint16(2, header.stream);
  view.setUint32(4, header.block);
  view.setUint32(8, header.number);
  view.setUint32(12, header.sentAt);
  message.set(symbol, at + DATA_HEADER);
  return message;
}

export function encodeProbe(number: number, sentAt: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, PROBE);
  view.setUint32(8, number);
  view.setUint32(12, sentAt);
  return bytes;
}

/** The packets of a lane message, views into it. Throws `ProtocolError` for more than a message may hold. */
export function splitMessage(message: Uint8Array): Uint8Array[] {
  if (message[0] !== DATA || message.length <= DATA_PACKET) return [message];
  if (message.length > MAX_MESSAGE_PACKETS * DATA_PACKET) throw new ProtocolError('too-long');
  const packets: Uint8Array[] = [];
  for (let at = 0; at < message.length; at += DATA_PACKET)
    packets.push(message.subarray(at, at + DATA_PACKET));
  return packets;
}

/** Type of a lane packet; throws `ProtocolError` for what is none. */
export function packetType(bytes: Uint8Array): typeof DATA | typeof PROBE | typeof FEEDBACK {
  if (bytes.length > MAX_PACKET) throw new ProtocolError('too-long');
  const type = bytes[0];
  if (type === undefined) throw new ProtocolError('truncated');
  if (type !== DATA && type !== PROBE && type !== FEEDBACK) throw new ProtocolError('unknown-type');
  return type;
}

/** Header of a DATA or PROBE packet. The symbol follows at `DATA_HEADER`. */
export function decodeData(bytes: Uint8Array): DataHeader {
  if (bytes.length < DATA_HEADER) throw new ProtocolError('truncated');
  if (bytes[0] === DATA && bytes.length > DATA_PACKET) throw new ProtocolError('too-long');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    symbol: view.getUint8(1),
    stream: view.getUint16(2),
    block: view.getUint32(4),
    number: view.getUint32(8),
    sentAt: view.getUint32(12),
  };
}

export interface LaneReport {
  readonly lane: number;
  /** Low 16 bits of the highest packet number that came out of the lane. */
  readonly highest: number;
  /** Low 16 bits of how many came out. */
  readonly received: number;
}

export interface StreamReport {
  readonly stream: number;
  readonly closedBelow: number;
  readonly listedThrough: number;
  /** Open blocks: how many distinct symbols each still lacks, 1 … K. */
  readonly lacking: readonly { readonly block: number; readonly symbols: number }[];
}

export interface Feedback {
  readonly number: number;
  readonly clock: number;
  readonly newestSentAt: number;
  /** Ticks for which the newest packet had been held when this was sent (saturates at 6.5 s). */
  readonly held: number;
  /** Ticks, modulo 2^32: least (receiver's clock − send time) of the packets since the last feedback, or `NO_TRANSIT`. */
  readonly transit: number;
  /** DATA and PROBE packets of the session, and their bytes modulo 2^32. */
  readonly packets: number;
  readonly bytes: number;
  readonly lanes: readonly LaneReport[];
  readonly streams: readonly StreamReport[];
}

/** Block entries that still fit beside so many lanes and streams. */
export function roomForBlocks(lanes: number, streams: number): number {
  const left = MAX_PACKET - FEEDBACK_HEADER - lanes * LANE_ENTRY - streams * STREAM_ENTRY;
  return Math.max(0, Math.floor(left / BLOCK_ENTRY));
}

export function encodeFeedback(feedback: Feedback): Uint8Array {
  let length = FEEDBACK_HEADER + feedback.lanes.length * LANE_ENTRY;
  for (const stream of feedback.streams) length += STREAM_ENTRY + stream.lacking.length * BLOCK_ENTRY;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, FEEDBACK);
  view.setUint8(1, feedback.lanes.length);
  view.setUint8(2, feedback.streams.length);
  view.setUint32(4, feedback.number);
  view.setUint32(8, feedback.clock);
  view.setUint32(12, feedback.newestSentAt);
  view.setUint16(16, feedback.held);
  view.setUint32(18, feedback.transit);
  view.setUint32(22, feedback.packets);
  view.setUint32(26, feedback.bytes);
  let at = FEEDBACK_HEADER;
  for (const lane of feedback.lanes) {
    view.setUint16(at, lane.lane);
    view.setUint16(at + 2, lane.highest);
    view.setUint16(at + 4, lane.received);
    at += LANE_ENTRY;
  }
  for (const stream of feedback.streams) {
    view.setUint16(at, stream.stream);
    view.setUint32(at + 2, stream.closedBelow);
    view.setUint32(at + 6, stream.listedThrough);
    view.setUint8(at + 10, stream.lacking.length);
    at += STREAM_ENTRY;
    for (const entry of stream.lacking) {
      view.setUint16(at, entry.block - stream.closedBelow);
      view.setUint8(at + 2, entry.symbols);
      at += BLOCK_ENTRY;
    }
  }
  return bytes;
}

/** Throws `ProtocolError` and nothing else. */
export function decodeFeedback(bytes: Uint8Array): Feedback {
  if (bytes.length < FEEDBACK_HEADER) throw new ProtocolError('truncated');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const laneCount = view.getUint8(1);
  const streamCount = view.getUint8(2);
  if (laneCount > MAX_FEEDBACK_LANES) throw new ProtocolError('bad-number', 'lanes');
  if (streamCount > MAX_FEEDBACK_STREAMS) throw new ProtocolError('bad-number', 'streams');
  if (view.getUint8(3) !== 0) throw new ProtocolError('bad-number', 'reserved');
  let at = FEEDBACK_HEADER;
  if (bytes.length < at + laneCount * LANE_ENTRY) throw new ProtocolError('truncated');
  const lanes: LaneReport[] = [];
  for (let i = 0; i < laneCount; i++) {
    lanes.push({
      lane: view.getUint16(at),
      highest: view.getUint16(at + 2),
      received: view.getUint16(at + 4),
    });
    at += LANE_ENTRY;
  }
  const streams: StreamReport[] = [];
  for (let i = 0; i < streamCount; i++) {
    if (bytes.length < at + STREAM_ENTRY) throw new ProtocolError('truncated');
    const stream = view.getUint16(at);
    const closedBelow = view.getUint32(at + 2);
    const listedThrough = view.getUint32(at + 6);
    const entries = view.getUint8(at + 10);
    if (listedThrough < closedBelow) throw new ProtocolError('bad-number', 'listed');
    at += STREAM_ENTRY;
    if (bytes.length < at + entries * BLOCK_ENTRY) throw new ProtocolError('truncated');
    const lacking: { block: number; symbols: number }[] = [];
    for (let j = 0; j < entries; j++) {
      const block = closedBelow + view.getUint16(at);
      const symbols = view.getUint8(at + 2);
      if (block >= listedThrough || symbols === 0) throw new ProtocolError('bad-number', 'entry');
      lacking.push({ block, symbols });
      at += BLOCK_ENTRY;
    }
    streams.push({ stream, closedBelow, listedThrough, lacking });
  }
  if (at !== bytes.length) throw new ProtocolError('trailing-bytes');
  return {
    number: view.getUint32(4),
    clock: view.getUint32(8),
    newestSentAt: view.getUint32(12),
    held: view.getUint16(16),
    transit: view.getUint32(18),
    packets: view.getUint32(22),
    bytes: view.getUint32(26),
    lanes,
    streams,
  };
}
