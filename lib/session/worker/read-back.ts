import { StorageError } from '../../storage/byte-store.ts';
import { toHex } from '../../checksum/hex.ts';
import { startDigest } from './digest.ts';

/** Read at a time: memory for a gigabyte's file is this. */
const SEGMENT_BYTES = 4 * 1024 * 1024;

/**
 * Reads a finished file, all of it, before either side shows "done". A store that accepts bytes and loses
 * them (a private window at its quota), and a byte that changes on the disk, are found out here.
 *
 * @param digest of the bytes that were written
 * @throws {StorageError} failed: the file is not what was written
 */
export async function readBack(file: Blob, length: number, digest: Uint8Array): Promise<void> {
  if (file.size !== length)
    throw new StorageError('failed', `${file.size} of ${length} bytes can be read back`);
  const running = await startDigest();
  try {
    for (let at = 0; at < length; at += SEGMENT_BYTES) {
      const bytes = await file
        .slice(at, at + SEGMENT_BYTES)
        .arrayBuffer()
        .catch((error: unknown) => {
          throw new StorageError('failed', `what begins at ${at} cannot be read back`, { cause: error });
        });
      running.update(new Uint8Array(bytes));
    }
    if (toHex(running.finish()) !== toHex(digest))
      throw new StorageError('failed', 'the file reads back as other bytes');
  } finally {
    running.stop();
  }
}
