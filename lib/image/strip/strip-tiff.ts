/**
 * Takes the place out of a TIFF structure (EXIF) without moving a byte that anything points to: the GPS directory and
 * its values are zeroed, and the pointer to it is taken out of its directory, whose later entries move up.
 */
import { blankIptc } from './strip-iptc.ts';
import { blankXmp } from './strip-xmp.ts';
import {
  allDirectories,
  openTiff,
  readDirectory,
  readNumber,
  TAG_GPS,
  TAG_IPTC,
  TAG_XMP,
  type Tiff,
  type TiffDirectory,
} from '../inspect/tiff.ts';

/** Changes `bytes` in place. @returns what was removed, in plain words; empty when there was nothing */
export function blankTiff(bytes: Uint8Array): string[] {
  const tiff = openTiff(bytes);
  if (tiff === undefined) return [];
  const removed = new Set<string>();
  for (const directory of allDirectories(tiff)) {
    for (const entry of directory.entries) {
      const end = entry.valueAt + entry.valueLength;
      if (end > bytes.length) continue;
      const value = bytes.subarray(entry.valueAt, end);
      if (entry.tag === TAG_XMP) for (const item of blankXmp(value)) removed.add(item);
      if (entry.tag === TAG_IPTC) for (const item of blankIptc(value)) removed.add(item);
    }
    if (blankGps(bytes, tiff, directory)) removed.add('GPS');
  }
  return [...removed];
}

function blankGps(bytes: Uint8Array, tiff: Tiff, directory: TiffDirectory): boolean {
  const pointers = directory.entries.filter(({ tag }) => tag === TAG_GPS);
  for (const pointer of pointers) {
    const gps = readDirectory(tiff, readNumber(tiff, pointer) ?? 0);
    if (gps === undefined) continue;
    for (const { valueAt, valueLength } of gps.entries) {
      // Values of up to 4 bytes lie inside the entry and go with it.
      if (valueLength > 4 && valueAt >= 8)
        bytes.fill(0, valueAt, Math.min(valueAt + valueLength, bytes.length));
    }
    const last = gps.entries.at(-1);
    // Count, entries and next pointer; an entry list of a hostile file may run into other things: only whole entries go.
    bytes.fill(0, gps.at, Math.min((last?.at ?? gps.at + 2 - 12) + 12, bytes.length));
  }
  if (pointers.length === 0) return false;
  // From the last to the first, so that the places of earlier ones stay true.
  for (const pointer of pointers.toReversed()) removeEntry(bytes, tiff, directory.at, pointer.at);
  return true;
}

/** Later entries and the next-directory offset move up by one entry; the 12 bytes left over are zeroed. */
function removeEntry(bytes: Uint8Array, { view, little }: Tiff, directoryAt: number, entryAt: number): void {
  const count = view.getUint16(directoryAt, little);
  const end = Math.min(directoryAt + 2 + 12 * count + 4, bytes.length);
  bytes.copyWithin(entryAt, entryAt + 12, end);
  bytes.fill(0, Math.max(end - 12, entryAt), end);
  view.setUint16(directoryAt, count - 1, little);
}
