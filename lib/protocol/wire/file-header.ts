/**
 * The file header: what a receiver knows before the first chunk.
 *
 *      0        1        2        3
 *     +--------+--------+--------+--------+
 *     |  'T'   |  'S'   |  'R'   | version|
 *     +--------+--------+--------+--------+--------+--------+
 *     |                 byte length (48)                    |
 *     +--------+--------+--------+--------+--------+--------+
 *     |  chunk length   |        chunk count (32)           |
 *     +--------+--------+--------+--------+--------+--------+
 *     |            modified, Unix milliseconds (48)         |
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *     |      width, 0 = unknown (32)      |      height, 0 = unknown (32)     |
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *     |                     SHA-256 of the bytes (256)                        |
 *     +--------+--------+--------+--------+--------+--------+--------+--------+
 *     | preview length (32), 0 = none     |
 *     +--------+-------------+--------+---------------+--------+--------+----------------+
 *     | length | name, UTF-8 | length | type, UTF-8   |      length     | thumb          |
 *     +--------+-------------+--------+---------------+--------+--------+----------------+
 */
import type { Millis } from '../endpoint.ts';
import { ByteReader, ByteWriter, utf8 } from './byte-codec.ts';
import { ProtocolError } from '../errors.ts';
import { geometryOf } from '../geometry.ts';
import {
  CHUNK_LENGTH,
  MAX_FILE_BYTES,
  MAX_NAME_BYTES,
  MAX_PREVIEW_BYTES,
  MAX_SIDE,
  MAX_THUMB_BYTES,
  MAX_TYPE_BYTES,
} from '../limits.ts';

export const PROTOCOL_VERSION = 1;
const MAGIC = [0x54, 0x53, 0x52] as const;
const MAX_TIME: Millis = 2 ** 48 - 1;

/** What an offer says of a picture (P-22, P-23). `bytes` is its length, `width` and `height` in pixels. */
export interface FileHeader {
  readonly name: string;
  readonly type: string;
  readonly byteLength: number;
  /** Unix milliseconds. */
  readonly modified: number;
  readonly width?: number;
  readonly height?: number;
  /** SHA-256, 32 bytes. */
  readonly digest: Uint8Array;
  /** Bytes of the preview object; 0: there is none. */
  readonly previewBytes: number;
  readonly thumb?: Uint8Array;
}

const inRange = (value: number | undefined, max: number): number =>
  value === undefined || !Number.isFinite(value) ? 0 : Math.min(Math.max(0, Math.floor(value)), max);

/** Name and type are cut to their limits; `digest` must have 32 bytes. */
export function encodeHeader(header: FileHeader): Uint8Array {
  const writer = new ByteWriter();
  for (const letter of MAGIC) writer.uint(letter, 1);
  writer
    .uint(PROTOCOL_VERSION, 1)
    .uint(header.byteLength, 6)
    .uint(CHUNK_LENGTH, 2)
    .uint(geometryOf(header.byteLength).chunks, 4)
    .uint(inRange(header.modified, MAX_TIME), 6)
    .uint(inRange(header.width, MAX_SIDE), 4)
    .uint(inRange(header.height, MAX_SIDE), 4)
    .raw(header.digest)
    .uint(header.previewBytes, 4)
    .prefixed(utf8(header.name, MAX_NAME_BYTES), 1)
    .prefixed(utf8(header.type, MAX_TYPE_BYTES), 1)
    .prefixed(header.thumb ?? new Uint8Array(0), 2);
  return writer.finish();
}

/** @throws ProtocolError for anything but a header within all limits whose fields agree (P-23) */
export function decodeHeader(bytes: Uint8Array): FileHeader {
  const reader = new ByteReader(bytes);
  for (const letter of MAGIC) if (reader.uint(1) !== letter) throw new ProtocolError('unknown-type', 'magic');
  if (reader.uint(1) !== PROTOCOL_VERSION) throw new ProtocolError('bad-version');
  const length = reader.uint(6);
  if (length > MAX_FILE_BYTES) throw new ProtocolError('too-long', 'file');
  if (reader.uint(2) !== CHUNK_LENGTH) throw new ProtocolError('bad-number', 'chunk length');
  if (reader.uint(4) !== geometryOf(length).chunks) throw new ProtocolError('bad-number', 'chunk count');
  const modified = reader.uint(6);
  const width = reader.uint(4);
  const height = reader.uint(4);
  if (width > MAX_SIDE || height > MAX_SIDE) throw new ProtocolError('bad-number', 'side');
  const digest = reader.raw(32);
  const previewBytes = reader.uint(4);
  if (previewBytes > MAX_PREVIEW_BYTES) throw new ProtocolError('too-long', 'preview');
  const name = reader.text(1, MAX_NAME_BYTES);
  const type = reader.text(1, MAX_TYPE_BYTES);
  const thumb = reader.prefixed(2, MAX_THUMB_BYTES);
  reader.end();
  return {
    name,
    type,
    byteLength: length,
    modified,
    ...(width > 0 && height > 0 ? { width, height } : {}),
    digest,
    previewBytes,
    ...(thumb.length > 0 ? { thumb } : {}),
  };
}
