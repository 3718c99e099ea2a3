/**
 * Packets from sender to receiver on the lanes (unreliable, unordered). Numbers are big-endian; times are in
 * ticks of 0.1 ms of the sending side's clock, modulo 2^32; `number` counts the packets of one lane in one
 * direction.
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
 * PROBE: 0x02, train (8), place (8), five zero bytes, number (32), sent at (32), padding: measures a path
 * that has nothing to carry. Train 0: it belongs to none.
 */
import { ProtocolError } from '../errors.ts';
import { CHUNK_LENGTH, MAX_MESSAGE_PACKETS, MAX_PACKET } from '../limits.ts';

/** First byte of a lane packet. */
export const DATA = 0x01;
export const PROBE = 0x02;
export const FEEDBACK = 0x10;

/** Bytes before a DATA packet's symbol. */
export const DATA_HEADER = 16;
/** A DATA packet that carries a full symbol. */
export const DATA_PACKET = DATA_HEADER + CHUNK_LENGTH;
/** Ticks in a millisecond. */
export const TICKS = 10;

/** Ticks of a time in milliseconds, modulo 2^32. */
export const ticksOf = (now: number): number => Math.floor(now * TICKS) >>> 0;
/** Signed milliseconds between two tick counts that are less than 59 hours apart. */
export const millisBetween = (later: number, earlier: number): number => ((later - earlier) | 0) / TICKS;

/** A DATA packet without its symbol; `sentAt` in ticks. */
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

/** A probe's place in a train of probes: packets sent at once, whose arrivals show the path's rate. */
export interface TrainPlace {
  /** 1 … 255; 0: the probe belongs to none. */
  readonly train: number;
  /** 0 … 255. */
  readonly place: number;
}

const NO_TRAIN: TrainPlace = { train: 0, place: 0 };

/** @param sentAt ticks @param length of the packet in bytes, header included */
export function encodeProbe(
  number: number,
  sentAt: number,
  length: number,
  { train, place }: TrainPlace = NO_TRAIN,
): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, PROBE);
  view.setUint8(1, train);
  view.setUint8(2, place);
  view.setUint32(8, number);
  view.setUint32(12, sentAt);
  return bytes;
}

/**
 * The packets of a lane message, views into it.
 *
 * @throws ProtocolError for more than a message may hold (P-26)
 */
export function splitMessage(message: Uint8Array): Uint8Array[] {
  if (message[0] !== DATA || message.length <= DATA_PACKET) return [message];
  if (message.length > MAX_MESSAGE_PACKETS * DATA_PACKET) throw new ProtocolError('too-long');
  const packets: Uint8Array[] = [];
  for (let at = 0; at < message.length; at += DATA_PACKET)
    packets.push(message.subarray(at, at + DATA_PACKET));
  return packets;
}

/**
 * Type of a lane packet.
 *
 * @throws ProtocolError for what is none
 */
export function packetType(bytes: Uint8Array): typeof DATA | typeof PROBE | typeof FEEDBACK {
  if (bytes.length > MAX_PACKET) throw new ProtocolError('too-long');
  const type = bytes[0];
  if (type === undefined) throw new ProtocolError('truncated');
  if (type !== DATA && type !== PROBE && type !== FEEDBACK) throw new ProtocolError('unknown-type');
  return type;
}

/**
 * Header of a DATA or PROBE packet. The symbol follows at `DATA_HEADER`.
 *
 * @throws ProtocolError when it is cut, or longer than a full symbol
 */
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

/** Where in which train a PROBE packet is, whose header was decoded. */
export function trainPlaceOf(probe: Uint8Array): TrainPlace {
  return { train: probe[1] as number, place: probe[2] as number };
}
