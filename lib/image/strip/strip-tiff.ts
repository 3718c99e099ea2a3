/**
 * Takes places out of a TIFF structure (EXIF, or a TIFF file) without moving a byte that anything points to:
 * values are zeroed, and entries are taken out of their directory, whose later entries move up.
 */
import {
  allDirectories,
  openTiff,
  readDirectory,
  readNumber,
  type Tiff,
  type TiffDirectory,
  type TiffEntry,
} from '../inspect/tiff.ts';
import { latin1 } from '../inspect/sniff.ts';
import { note, type Fact, type Found } from './found.ts';
import {
  GEO_TAGS,
  TAG_GPS,
  TAG_IPTC,
  TAG_KEYWORDS,
  TAG_MAKER_NOTES,
  TAG_RESOURCES,
  TAG_XMP,
  TEXT_TAGS,
} from './place-table.ts';
import { makerNotesNamePlace } from './maker-notes.ts';
import { blankIptc } from './strip-iptc.ts';
import { blankText, mentionsPlace, noteWords } from './strip-text.ts';
import { blankXmp } from './strip-xmp.ts';

const FACTS: Readonly<Record<number, Fact>> = {
  0x010f: 'maker',
  0x0110: 'model',
  0x9003: 'taken',
  0x9004: 'created',
};
const TYPE_ASCII = 2;
const TAG_THUMBNAIL = 0x0201;
const TAG_THUMBNAIL_LENGTH = 0x0202;

/** Changes `bytes` in place. @returns whether they were a TIFF structure at all */
export function blankTiff(bytes: Uint8Array, found: Found): boolean {
  const tiff = openTiff(bytes);
  if (tiff === undefined) return false;
  found.present = true;
  const { directories, complete } = allDirectories(tiff);
  if (!complete) found.unsure.add('EXIF');
  for (const directory of directories) {
    const gone = directory.entries.filter((entry) => goes(bytes, tiff, directory, entry, found));
    // From the last to the first, so that the places of earlier ones stay true.
    for (const entry of gone.toReversed()) removeEntry(bytes, tiff, directory.at, entry.at);
  }
  return true;
}

/** @returns whether the entry itself is to be taken out of its directory */
function goes(
  bytes: Uint8Array,
  tiff: Tiff,
  directory: TiffDirectory,
  entry: TiffEntry,
  found: Found,
): boolean {
  const { tag, type, valueAt, valueLength } = entry;
  if (tag === TAG_GPS) {
    blankGps(bytes, tiff, entry, found);
    found.removed.add('GPS');
    return true;
  }
  if (valueAt + valueLength > bytes.length) return false;
  const value = bytes.subarray(valueAt, valueAt + valueLength);
  const erase = (what: string): true => {
    found.removed.add(what);
    value.fill(0);
    return true;
  };
  if (GEO_TAGS.has(tag)) return erase('GeoTIFF');
  if (tag === TAG_MAKER_NOTES) return makerNotesNamePlace(bytes, entry, found) && erase('maker’s notes');
  if (tag === TAG_XMP) blankXmp(value, found);
  else if (tag === TAG_IPTC) blankIptc(value, found);
  else if (tag === TAG_RESOURCES) found.nested.push({ kind: 'resources', bytes: value });
  else if (tag === TAG_THUMBNAIL) {
    const length = directory.entries.find((other) => other.tag === TAG_THUMBNAIL_LENGTH);
    const at = readNumber(tiff, entry) ?? 0;
    if (length)
      found.nested.push({ kind: 'picture', bytes: bytes.subarray(at, at + (readNumber(tiff, length) ?? 0)) });
  } else if (tag === TAG_KEYWORDS && found.dropKeywords) {
    return erase('keywords');
  } else if (TEXT_TAGS.has(tag)) {
    if (blankText(value, tag === TAG_KEYWORDS ? 'keywords' : 'words', found)) {
      found.removed.add('text with coordinates');
      if (tag === TAG_KEYWORDS) found.keywords = true;
    }
    noteWords(found, value);
  } else if (type === TYPE_ASCII) {
    const fact = FACTS[tag];
    if (fact) note(found, fact, textOf(value));
    else if (blankText(value, 'words', found)) found.removed.add('text with coordinates');
  } else if ((type === 1 || type === 7) && valueLength > 4 && mentionsPlace(value, found)) {
    return erase('unknown EXIF tag');
  }
  return false;
}

function textOf(value: Uint8Array): string {
  return new TextDecoder().decode(value).replace(/\0.*$/s, '');
}

function blankGps(bytes: Uint8Array, tiff: Tiff, pointer: TiffEntry, found: Found): void {
  const gps = readDirectory(tiff, readNumber(tiff, pointer) ?? 0);
  if (gps === undefined) return;
  const degrees = (refTag: number): number | undefined => degreesOf(tiff, gps, refTag);
  found.latitude ??= degrees(1);
  found.longitude ??= degrees(3);
  for (const { valueAt, valueLength } of gps.entries) {
    // Values of up to 4 bytes lie inside the entry and go with it.
    if (valueLength > 4 && valueAt >= 8)
      bytes.fill(0, valueAt, Math.min(valueAt + valueLength, bytes.length));
  }
  const last = gps.entries.at(-1);
  // Count and entries; an entry list of a hostile file may run into other things: only whole entries go.
  bytes.fill(0, gps.at, Math.min((last?.at ?? gps.at + 2 - 12) + 12, bytes.length));
}

/** Degrees, minutes and seconds as rationals behind the reference (N, S, E, W) of the tag before. */
function degreesOf({ view, little }: Tiff, gps: TiffDirectory, refTag: number): number | undefined {
  const reference = gps.entries.find(({ tag }) => tag === refTag);
  const value = gps.entries.find(({ tag }) => tag === refTag + 1);
  if (value === undefined || value.count < 1 || value.valueAt + 8 * value.count > view.byteLength)
    return undefined;
  let degrees = 0;
  for (let part = 0; part < Math.min(value.count, 3); part++) {
    const numerator = view.getUint32(value.valueAt + 8 * part, little);
    const denominator = view.getUint32(value.valueAt + 8 * part + 4, little);
    if (denominator === 0) {
      if (numerator !== 0 || part === 0) return undefined;
    } else {
      degrees += numerator / denominator / 60 ** part;
    }
  }
  const letter = reference && reference.valueAt < view.byteLength ? view.getUint8(reference.valueAt) : 0;
  return letter === 0x53 || letter === 0x57 ? -degrees : degrees;
}

/** Later entries and the next-directory offset move up by one entry; the 12 bytes left over are zeroed. */
function removeEntry(bytes: Uint8Array, { view, little }: Tiff, directoryAt: number, entryAt: number): void {
  const count = view.getUint16(directoryAt, little);
  const end = Math.min(directoryAt + 2 + 12 * count + 4, bytes.length);
  bytes.copyWithin(entryAt, entryAt + 12, end);
  bytes.fill(0, Math.max(end - 12, entryAt), end);
  view.setUint16(directoryAt, count - 1, little);
}

/**
 * A TIFF structure behind what some writers put in front of it ("Exif\0\0", with or without a wrong byte).
 */
export function blankExif(bytes: Uint8Array, found: Found): void {
  const front = latin1(bytes, 0, 16);
  const at = /II\*\0|MM\0\*/.exec(front)?.index ?? 0;
  if (blankTiff(bytes.subarray(at), found)) return;
  if (!bytes.some((byte) => byte !== 0)) return;
  // Another reader may follow what we cannot: it goes whole.
  found.present = true;
  found.broken = true;
  found.hidden.add('unreadable EXIF');
  bytes.fill(0);
}
