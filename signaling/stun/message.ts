/**
 * STUN, as much of it as a server without accounts needs (RFC 8489): reads a Binding request, writes its
 * answer. Pure.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 *     |0 0|     message type          |   length of the attributes    |
 *     +---------------------------------------------------------------+
 *     |                  magic cookie 0x2112A442                      |
 *     +---------------------------------------------------------------+
 *     |                  transaction id, 96 bits                      |
 *     +---------------------------------------------------------------+
 *     |        type of the attribute  |  length of its value          |
 *     +---------------------------------------------------------------+
 *     |        value, padded to a multiple of four bytes           …  |
 *
 * An answer holds nothing that was not asked for: one address, or the attributes that were not understood.
 */
import { crc32 } from 'node:zlib';
import { MAX_REQUEST_BYTES } from './limits.ts';

const HEADER_BYTES = 20;
const MAGIC_COOKIE = 0x2112_a442;

const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const BINDING_ERROR = 0x0111;

const MESSAGE_INTEGRITY = 0x0008;
const ERROR_CODE = 0x0009;
const UNKNOWN_ATTRIBUTES = 0x000a;
const MESSAGE_INTEGRITY_SHA256 = 0x001c;
const XOR_MAPPED_ADDRESS = 0x0020;
const FINGERPRINT = 0x8028;

/** Types from here on may be ignored by who does not know them (RFC 8489, 14). */
const COMPREHENSION_OPTIONAL = 0x8000;

/**
 * What RFC 8489 itself defines below that. A server that asks for no credentials ignores them; any other type
 * must be refused with 420.
 */
const KNOWN: ReadonlySet<number> = new Set([
  0x0001, // MAPPED-ADDRESS
  0x0006, // USERNAME
  MESSAGE_INTEGRITY,
  ERROR_CODE,
  UNKNOWN_ATTRIBUTES,
  0x0014, // REALM
  0x0015, // NONCE
  MESSAGE_INTEGRITY_SHA256,
  0x001d, // PASSWORD-ALGORITHM
  0x001e, // USERHASH
  XOR_MAPPED_ADDRESS,
]);

/** XORed with the checksum, so that it differs from other protocols' on the same port (RFC 8489, 14.7). */
const FINGERPRINT_MASK = 0x5354_554e;

export interface BindingRequest {
  /** 12 bytes. */
  transactionId: Uint8Array;
  /** It carried a FINGERPRINT, so its answer does. */
  fingerprint: boolean;
  /** Attributes that would have to be understood and are not, each type once. */
  unknown: readonly number[];
}

/** A well-formed Binding request; `undefined` for anything else, which gets no answer. Never throws. */
export function parseBindingRequest(bytes: Uint8Array): BindingRequest | undefined {
  if (bytes.length < HEADER_BYTES || bytes.length > MAX_REQUEST_BYTES || bytes.length % 4 !== 0)
    return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(0) !== BINDING_REQUEST || view.getUint32(4) !== MAGIC_COOKIE) return undefined;
  if (view.getUint16(2) !== bytes.length - HEADER_BYTES) return undefined;

  const unknown = new Set<number>();
  let fingerprint = false;
  let sealed = false;
  for (let at = HEADER_BYTES; at < bytes.length;) {
    // FINGERPRINT is the last one, or it is none.
    if (fingerprint) return undefined;
    const type = view.getUint16(at);
    const length = view.getUint16(at + 2);
    const end = at + 4 + length + (-length & 3);
    if (end > bytes.length) return undefined;
    if (type === FINGERPRINT) {
      if (length !== 4 || view.getUint32(at + 4) !== checksum(bytes.subarray(0, at))) return undefined;
      fingerprint = true;
    } else if (type < COMPREHENSION_OPTIONAL && !sealed && !KNOWN.has(type)) unknown.add(type);
    // What follows an integrity is not covered by it, and is ignored (14.5).
    if (type === MESSAGE_INTEGRITY || type === MESSAGE_INTEGRITY_SHA256) sealed = true;
    at = end;
  }
  return { transactionId: bytes.slice(8, HEADER_BYTES), fingerprint, unknown: [...unknown] };
}

/**
 * The answer: the request's source, or 420 with the attributes that are not understood.
 *
 * @param address 4 or 16 bytes
 */
export function answerBinding(request: BindingRequest, address: Uint8Array, port: number): Uint8Array {
  const { transactionId, fingerprint, unknown } = request;
  return unknown.length > 0
    ? message(BINDING_ERROR, transactionId, fingerprint, [
        // Class 4, number 20, and no words: people do not read them.
        [ERROR_CODE, Uint8Array.of(0, 0, 4, 20)],
        [UNKNOWN_ATTRIBUTES, Uint8Array.from(unknown.flatMap((type) => [type >> 8, type & 0xff]))],
      ])
    : message(BINDING_SUCCESS, transactionId, fingerprint, [
        [XOR_MAPPED_ADDRESS, xorAddress(transactionId, address, port)],
      ]);
}

/** The address hidden from routers that rewrite what looks like one (14.2). */
function xorAddress(transactionId: Uint8Array, address: Uint8Array, port: number): Uint8Array {
  const value = new Uint8Array(4 + address.length);
  const view = new DataView(value.buffer);
  const mask = new Uint8Array(16);
  new DataView(mask.buffer).setUint32(0, MAGIC_COOKIE);
  mask.set(transactionId, 4);
  view.setUint8(1, address.length === 4 ? 1 : 2);
  view.setUint16(2, port ^ (MAGIC_COOKIE >>> 16));
  address.forEach((byte, at) => view.setUint8(4 + at, byte ^ (mask[at] ?? 0)));
  return value;
}

function message(
  type: number,
  transactionId: Uint8Array,
  fingerprint: boolean,
  attributes: readonly (readonly [type: number, value: Uint8Array])[],
): Uint8Array {
  const padded = (value: Uint8Array) => 4 + value.length + (-value.length & 3);
  const body = attributes.reduce((sum, [, value]) => sum + padded(value), fingerprint ? 8 : 0);
  const bytes = new Uint8Array(HEADER_BYTES + body);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, type);
  view.setUint16(2, body);
  view.setUint32(4, MAGIC_COOKIE);
  bytes.set(transactionId, 8);
  let at = HEADER_BYTES;
  for (const [attribute, value] of attributes) {
    view.setUint16(at, attribute);
    view.setUint16(at + 2, value.length);
    bytes.set(value, at + 4);
    at += padded(value);
  }
  if (fingerprint) {
    view.setUint16(at, FINGERPRINT);
    view.setUint16(at + 2, 4);
    view.setUint32(at + 4, checksum(bytes.subarray(0, at)));
  }
  return bytes;
}

function checksum(bytes: Uint8Array): number {
  return (crc32(bytes) ^ FINGERPRINT_MASK) >>> 0;
}
