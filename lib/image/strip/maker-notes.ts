/** Maker's notes (EXIF tag 0x927c): a directory of a layout of the maker's own. */
import { latin1 } from '../inspect/sniff.ts';
import { openTiff, readDirectory, type Tiff, type TiffEntry } from '../inspect/tiff.ts';
import type { Found } from './found.ts';
import { MAKER_NOTES, type MakerNotes } from './place-table.ts';
import { mentionsPlace } from './strip-text.ts';

/**
 * Whether the notes name a place. If so they go whole: their offsets differ from model to model, and a value
 * that was looked for in the wrong place would stay.
 */
export function makerNotesNamePlace(
  bytes: Uint8Array,
  { valueAt, valueLength }: TiffEntry,
  found: Found,
): boolean {
  const notes = bytes.subarray(valueAt, valueAt + valueLength);
  const layout = MAKER_NOTES.find(({ signature, directoryAt }) => {
    const at = Math.max(-directoryAt, 0);
    return latin1(notes, at, at + signature.length) === signature;
  });
  return (layout !== undefined && hasPlaceTag(bytes, valueAt, notes, layout)) || mentionsPlace(notes, found);
}

function hasPlaceTag(
  bytes: Uint8Array,
  valueAt: number,
  notes: Uint8Array,
  { directoryAt, base, tags }: MakerNotes,
): boolean {
  const inner = base === 'outer' ? undefined : openTiff(notes.subarray(base));
  const outer = openTiff(bytes);
  const tiff: Tiff | undefined = base === 'outer' ? outer : inner;
  if (tiff === undefined) return false;
  const at = inner ? inner.first : valueAt + Math.max(directoryAt, 0);
  return (
    readDirectory(tiff, at)?.entries.some(
      ({ tag, valueAt: from, valueLength }) => tags.has(tag) && mayHoldWords(tiff, from, valueLength),
    ) ?? false
  );
}

/** Panasonic fills unset fields with zeros, spaces or dashes. A value outside the bytes may be anything. */
function mayHoldWords({ view }: Tiff, from: number, length: number): boolean {
  if (length === 0) return false;
  if (from + length > view.byteLength) return true;
  const value = new Uint8Array(view.buffer, view.byteOffset + from, length);
  return value.some((byte) => byte > 0x20 && byte !== 0x2d);
}
