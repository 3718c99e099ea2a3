/**
 * Packets from receiver to sender on the lanes. Encodings are as in `lane-packet.ts`.
 *
 * FEEDBACK (receiver → sender; the newest wins):
 *
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *     |  0x10  | lanes  | streams| trains |       feedback number (32)        |
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *     |       receiver's clock (32)       |  latest send time received (32)   |
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *     |    ack delay    |           delay (32)              |  packets  …
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *       ack delay(16) one-way delay(32) packets received(32) bytes received(32)
 *       lanes × { lane(16) highest number(16) packets received(16) }
 *       streams × { stream(16) closed below(32) listed through(32) entries(8) × { offset(16) lacking(8) } }
 *       trains × { train(8) count(8) first place(8) last place(8) time(16) }, one at most
 *
 * Every block from `closed below` through `listed through` (exclusive) that has no entry is complete.
 */
import { ProtocolError } from '../errors.ts';
import { MAX_FEEDBACK_LANES, MAX_FEEDBACK_STREAMS, MAX_PACKET } from '../limits.ts';
import { FEEDBACK } from './lane-packet.ts';

/** `delay` of a feedback before which no packet arrived. */
export const NO_DELAY = 0x8000_0000;
/** `ackDelay` of a feedback whose newest packet has been here for this many ticks (6.5 s) or more. */
export const MAX_ACK_DELAY = 0xffff;
const FEEDBACK_HEADER = 30;
const LANE_ENTRY = 6;
const STREAM_ENTRY = 11;
const BLOCK_ENTRY = 3;
const TRAIN_ENTRY = 6;
/** `time` of a train that took this many ticks (6.5 s) or more. */
const MAX_TRAIN_TIME = 0xffff;

/** What feedback reports of one lane. */
export interface LaneReport {
  readonly lane: number;
  /** Low 16 bits of the highest packet number received on the lane. */
  readonly highest: number;
  /** Low 16 bits of the number of packets received. */
  readonly received: number;
}

/** What feedback reports of one stream. */
export interface StreamReport {
  readonly stream: number;
  /** Every block below is complete. */
  readonly closedBelow: number;
  /** Every block below that `lacking` does not name is complete. */
  readonly listedThrough: number;
  /** Open blocks: how many distinct symbols each still lacks, 1 … K. */
  readonly lacking: readonly { readonly block: number; readonly symbols: number }[];
}

/** What feedback reports of a train of probes: how much time its packets took to arrive. */
export interface TrainReport {
  /** 1 … 255. */
  readonly train: number;
  /** Packets of it that arrived, at least two. */
  readonly count: number;
  /** Places in the train of the first and the last of them. */
  readonly first: number;
  readonly last: number;
  /** Ticks between the first arrival and the last. */
  readonly time: number;
}

/** The newest feedback replaces all before. Times are in ticks of 0.1 ms, modulo 2^32. */
export interface Feedback {
  /** Counts from 1, modulo 2^32. */
  readonly number: number;
  /** Receiver's clock. */
  readonly clock: number;
  /** Latest send time received, by the sender's clock. */
  readonly newestSentAt: number;
  /** Ticks from the newest packet's arrival to this feedback, at most `MAX_ACK_DELAY`. */
  readonly ackDelay: number;
  /**
   * Ticks, modulo 2^32: minimum of (receiver's clock − send time) of the packets since the last feedback, or
   * `NO_DELAY`.
   */
  readonly delay: number;
  /** DATA and PROBE packets of the session, and their bytes modulo 2^32. */
  readonly packets: number;
  readonly byteLength: number;
  readonly lanes: readonly LaneReport[];
  readonly streams: readonly StreamReport[];
  readonly train?: TrainReport | undefined;
}

/** Block entries that fit into one feedback with this many lanes and streams. */
export function roomForBlocks(lanes: number, streams: number): number {
  const left = MAX_PACKET - FEEDBACK_HEADER - TRAIN_ENTRY - lanes * LANE_ENTRY - streams * STREAM_ENTRY;
  return Math.max(0, Math.floor(left / BLOCK_ENTRY));
}

/** One packet; lanes and streams must fit their limits (`MAX_FEEDBACK_LANES`, `MAX_FEEDBACK_STREAMS`). */
export function encodeFeedback(feedback: Feedback): Uint8Array {
  let length = FEEDBACK_HEADER + feedback.lanes.length * LANE_ENTRY;
  for (const stream of feedback.streams) length += STREAM_ENTRY + stream.lacking.length * BLOCK_ENTRY;
  const { train } = feedback;
  if (train !== undefined) length += TRAIN_ENTRY;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, FEEDBACK);
  view.setUint8(1, feedback.lanes.length);
  view.setUint8(2, feedback.streams.length);
  view.setUint8(3, train === undefined ? 0 : 1);
  view.setUint32(4, feedback.number);
  view.setUint32(8, feedback.clock);
  view.setUint32(12, feedback.newestSentAt);
  view.setUint16(16, feedback.ackDelay);
  view.setUint32(18, feedback.delay);
  view.setUint32(22, feedback.packets);
  view.setUint32(26, feedback.byteLength);
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
  if (train !== undefined) {
    view.setUint8(at, train.train);
    view.setUint8(at + 1, train.count);
    view.setUint8(at + 2, train.first);
    view.setUint8(at + 3, train.last);
    view.setUint16(at + 4, Math.min(MAX_TRAIN_TIME, train.time));
  }
  return bytes;
}

/** @throws ProtocolError and nothing else */
export function decodeFeedback(bytes: Uint8Array): Feedback {
  if (bytes.length < FEEDBACK_HEADER) throw new ProtocolError('truncated');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const laneCount = view.getUint8(1);
  const streamCount = view.getUint8(2);
  if (laneCount > MAX_FEEDBACK_LANES) throw new ProtocolError('bad-number', 'lanes');
  if (streamCount > MAX_FEEDBACK_STREAMS) throw new ProtocolError('bad-number', 'streams');
  const trainCount = view.getUint8(3);
  if (trainCount > 1) throw new ProtocolError('bad-number', 'trains');
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
  const train = trainCount === 1 ? decodeTrain(view, at) : undefined;
  if (train !== undefined) at += TRAIN_ENTRY;
  if (at !== bytes.length) throw new ProtocolError('trailing-bytes');
  return {
    number: view.getUint32(4),
    clock: view.getUint32(8),
    newestSentAt: view.getUint32(12),
    ackDelay: view.getUint16(16),
    delay: view.getUint32(18),
    packets: view.getUint32(22),
    byteLength: view.getUint32(26),
    lanes,
    streams,
    train,
  };
}

function decodeTrain(view: DataView, at: number): TrainReport {
  if (view.byteLength < at + TRAIN_ENTRY) throw new ProtocolError('truncated');
  const train = view.getUint8(at);
  const count = view.getUint8(at + 1);
  const first = view.getUint8(at + 2);
  const last = view.getUint8(at + 3);
  if (train === 0 || count < 2 || last - first < count - 1) throw new ProtocolError('bad-number', 'train');
  return { train, count, first, last, time: view.getUint16(at + 4) };
}
