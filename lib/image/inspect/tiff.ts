/**
 * The few parts of a TIFF structure (TIFF 6.0, EXIF 2.32 §4.6) that we read or rewrite in place: one image
 * file directory (IFD) is a count, entries of 12 bytes, and the offset of the next directory.
 */

/** A TIFF structure and the order of its bytes; offsets are from its start. */
export interface Tiff {
  view: DataView;
  little: boolean;
  /** Offset of the first directory. */
  first: number;
}

/** One field of a directory (TIFF 6.0, section 2). Offsets are from the start of the given bytes. */
export interface TiffEntry {
  /** Where the entry's 12 bytes start. */
  at: number;
  tag: number;
  type: number;
  count: number;
  /** Where the value's bytes are: inside the entry when there are at most 4. */
  valueAt: number;
  valueLength: number;
}

/** One image file directory (IFD); `at` is where its count of entries is. */
export interface TiffDirectory {
  at: number;
  entries: readonly TiffEntry[];
  /** Offset of the next directory, 0 at the end. */
  next: number;
}

export const TAG_ORIENTATION = 0x0112;
export const TAG_WIDTH = 0x0100;
export const TAG_HEIGHT = 0x0101;
export const TAG_EXIF = 0x8769;

const TYPE_LENGTH = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];
/** SubIFDs, EXIF, interoperability, Kodak's own. */
const POINTERS: ReadonlySet<number> = new Set([0x014a, TAG_EXIF, 0xa005, 0x8290]);
/**
 * Directories followed in one structure: cameras write 3 to 8, a scan of many pages hundreds; a loop must
 * end.
 */
const MAX_DIRECTORIES = 512;

/** @returns `undefined` when the bytes are not a TIFF structure. */
export function openTiff(bytes: Uint8Array): Tiff | undefined {
  if (bytes.length < 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const order = view.getUint16(0);
  if (order !== 0x4949 && order !== 0x4d4d) return undefined;
  const little = order === 0x4949;
  if (view.getUint16(2, little) !== 42) return undefined;
  return { view, little, first: view.getUint32(4, little) };
}

/** One directory; entries that lie outside the bytes are left out. `undefined`: the directory itself does. */
export function readDirectory({ view, little }: Tiff, at: number): TiffDirectory | undefined {
  if (at < 8 || at + 2 > view.byteLength) return undefined;
  const count = view.getUint16(at, little);
  const entries: TiffEntry[] = [];
  for (let index = 0; index < count; index++) {
    const entryAt = at + 2 + 12 * index;
    if (entryAt + 12 > view.byteLength) return { at, entries, next: 0 };
    const type = view.getUint16(entryAt + 2, little);
    const values = view.getUint32(entryAt + 4, little);
    const valueLength = (TYPE_LENGTH[type] ?? 0) * values;
    const valueAt = valueLength <= 4 ? entryAt + 8 : view.getUint32(entryAt + 8, little);
    const tag = view.getUint16(entryAt, little);
    entries.push({ at: entryAt, tag, type, count: values, valueAt, valueLength });
  }
  const nextAt = at + 2 + 12 * count;
  const next = nextAt + 4 <= view.byteLength ? view.getUint32(nextAt, little) : 0;
  return { at, entries, next };
}

/**
 * The main chain of directories (picture, thumbnail, …), then those that pointers name. `complete`: none was
 * left out.
 */
export function allDirectories(tiff: Tiff): { directories: TiffDirectory[]; complete: boolean } {
  const found: TiffDirectory[] = [];
  const seen = new Set<number>();
  const waiting = [tiff.first];
  while (waiting.length > 0 && found.length < MAX_DIRECTORIES) {
    const at = waiting.shift()!;
    if (at === 0 || seen.has(at)) continue;
    seen.add(at);
    const directory = readDirectory(tiff, at);
    if (directory === undefined) continue;
    found.push(directory);
    waiting.push(directory.next);
    for (const entry of directory.entries) {
      if (POINTERS.has(entry.tag)) waiting.push(...readNumbers(tiff, entry));
    }
  }
  return { directories: found, complete: waiting.every((at) => at === 0 || seen.has(at)) };
}

/** The first value of a SHORT or LONG entry. */
export function readNumber({ view, little }: Tiff, entry: TiffEntry): number | undefined {
  if (entry.count < 1 || entry.valueAt + 4 > view.byteLength + (entry.type === 3 ? 2 : 0)) return undefined;
  if (entry.type === 3) return view.getUint16(entry.valueAt, little);
  return entry.type === 4 || entry.type === 13 ? view.getUint32(entry.valueAt, little) : undefined;
}

/** All values of a LONG or IFD entry. */
function readNumbers({ view, little }: Tiff, { type, count, valueAt, valueLength }: TiffEntry): number[] {
  if ((type !== 4 && type !== 13) || valueAt + valueLength > view.byteLength) return [];
  return Array.from({ length: Math.min(count, MAX_DIRECTORIES) }, (_, index) =>
    view.getUint32(valueAt + 4 * index, little),
  );
}

/** EXIF orientation 1 … 8 of the picture itself. */
export function readOrientation(bytes: Uint8Array): number | undefined {
  const tiff = openTiff(bytes);
  const entry = tiff && readDirectory(tiff, tiff.first)?.entries.find(({ tag }) => tag === TAG_ORIENTATION);
  const value = tiff && entry && readNumber(tiff, entry);
  return value !== undefined && value >= 1 && value <= 8 ? value : undefined;
}
