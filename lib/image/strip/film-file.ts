/**
 * Films and sounds of boxes (ISO 14496-12: MP4, M4A, 3GP; QuickTime: MOV) as files of any size: only what
 * describes them is read and rewritten, and the coded film stays where it is, on the disk.
 */
import { latin1 } from '../inspect/sniff.ts';
import { nothingFound, type Found } from './found.ts';
import { blankFilm } from './strip-film.ts';

/** What such a file begins with; old QuickTime has no `ftyp`. */
const FIRST = new Set(['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip', 'pnot']);
/** The coded film, and tables of where its parts are. */
const NO_PLACE = new Set(['ftyp', 'styp', 'mdat', 'wide', 'sidx', 'ssix', 'mfra', 'moof', 'pnot', 'prft']);
/** Gaps of a file, which writers leave and cameras fill. */
const GAPS = new Set(['free', 'skip']);
const LOOKED_INTO = new Set(['moov', 'udta', 'meta', 'uuid']);
/** Twelve hours of film have tables of some 30 MB. */
const MAX_READ_BYTES = 64 * 1024 * 1024;
/** Boxes side by side; a film of fragments has two for each second or so. */
const MAX_TOP_BOXES = 20_000;

/** @param front the first 8 bytes of a file at least, which is no picture */
export function isFilmOfBoxes(front: Uint8Array): boolean {
  return FIRST.has(latin1(front, 4, 8));
}

/**
 * The file without its places, of the same length, and what was found; parts that were not changed are the
 * file's own.
 *
 * @throws DOMException when the file cannot be read
 */
export async function blankFilmFile(file: Blob): Promise<{ parts: BlobPart[]; found: Found }> {
  const found = nothingFound();
  const parts: BlobPart[] = [];
  /** Everything before it is in `parts`. */
  let kept = 0;
  let read = 0;
  let at = 0;
  for (let boxes = 0; at < file.size; boxes++) {
    const box = await boxAt(file, at);
    if (box === undefined || boxes >= MAX_TOP_BOXES) {
      // A trailer in a format of its own, or a file that is cut off.
      found.unsure.add('trailer');
      break;
    }
    const { name, end } = box;
    if (!NO_PLACE.has(name)) {
      if ((read += end - at) > MAX_READ_BYTES) {
        found.unsure.add('more than is read');
        break;
      }
      const bytes = new Uint8Array(await file.slice(at, end).arrayBuffer());
      if (GAPS.has(name)) blankGap(bytes, found);
      else {
        blankFilm(bytes, 0, found);
        if (!LOOKED_INTO.has(name) && !onlyFree(bytes)) found.unsure.add('unknown box');
      }
      parts.push(file.slice(kept, at), bytes);
      kept = end;
    }
    at = end;
  }
  parts.push(file.slice(kept));
  return { parts, found };
}

/** `undefined`: there is none. */
async function boxAt(file: Blob, at: number): Promise<{ name: string; end: number } | undefined> {
  const header = new DataView(await file.slice(at, at + 16).arrayBuffer());
  if (header.byteLength < 8) return undefined;
  const name = latin1(new Uint8Array(header.buffer), 4, 8);
  let length = header.getUint32(0);
  if (length === 0) length = file.size - at;
  else if (length === 1 && header.byteLength === 16) length = Number(header.getBigUint64(8));
  const end = at + length;
  return length < 8 || end > file.size ? undefined : { name, end };
}

/** A gap holds nothing of the film. */
function blankGap(bytes: Uint8Array, found: Found): void {
  const gap = bytes.subarray(8);
  if (!gap.some((byte) => byte !== 0)) return;
  gap.fill(0);
  found.hidden.add('unused space');
}

/** A box with a place in its name is a gap now. */
function onlyFree(bytes: Uint8Array): boolean {
  return latin1(bytes, 4, 8) === 'free';
}
