import { StorageError } from '../../storage/byte-store.ts';
import { toHex } from '../../checksum/hex.ts';
import { startDigest } from './digest.ts';

/**
 * Up to this size the browser's own SHA-256 gets the file in one piece: the running one of WebAssembly takes
 * ten times as long, and both people wait for it.
 */
const AT_ONCE_BYTES = 64 * 1024 * 1024;
/** Else this is read at a time: memory for a gigabyte's file. */
const SEGMENT_BYTES = 4 * 1024 * 1024;

/**
 * Reads a finished file, all of it, before either side shows "done". A store that accepts bytes and loses
 * them (a private window at its quota), and a byte that changes on the disk, are found out here.
 *
 * @param digest of the bytes that were written
 * @param atOnce bytes of the largest file that is read in one piece
 * @throws {StorageError} failed: the file is not what was written
 */
export async function readBack(
  file: Blob,
  length: number,
  digest: Uint8Array,
  atOnce = AT_ONCE_BYTES,
): Promise<void> {
  if (file.size !== length)
    throw new StorageError('failed', `${file.size} of ${length} bytes can be read back`);
  // Plain http has no `crypto.subtle`.
  const native = length <= atOnce ? globalThis.crypto?.subtle : undefined;
  const found =
    native === undefined
      ? await digestInSegments(file)
      : new Uint8Array(await native.digest('SHA-256', await read(file, 0, length)));
  if (toHex(found) !== toHex(digest)) throw new StorageError('failed', 'the file reads back as other bytes');
}

async function digestInSegments(file: Blob): Promise<Uint8Array> {
  const running = await startDigest();
  try {
    for (let at = 0; at < file.size; at += SEGMENT_BYTES)
      running.update(new Uint8Array(await read(file, at, at + SEGMENT_BYTES)));
    return running.finish();
  } finally {
    running.stop();
  }
}

function read(file: Blob, from: number, to: number): Promise<ArrayBuffer> {
  return file
    .slice(from, to)
    .arrayBuffer()
    .catch((error: unknown) => {
      throw new StorageError('failed', `what begins at ${from} cannot be read back`, { cause: error });
    });
}
