/**
 * *Original without location*: the picture's or film's own bytes are not touched, only metadata is
 * rewritten. Where that cannot be done for certain it says so, and the person chooses between the original
 * and a smaller copy.
 */
import { blankPlaces, canBlank } from './blank-places.ts';
import { blankFilmFile, isFilmOfBoxes } from './film-file.ts';
import { type Found, placeIn } from './found.ts';

/** A closed set; each has a sentence in the text catalogue. */
export type StripRefusal =
  /** SVG, icons, films in other containers than MP4 and MOV, documents: we do not rewrite these. */
  | 'format'
  /** Above `MAX_STRIP_BYTES`. */
  | 'too-large'
  /**
   * A place may be named in a part that we cannot rewrite (a thermal camera's data, a film's track of
   * positions).
   */
  | 'cannot-be-sure'
  /** The file could not be read. */
  | 'unreadable';

/** What became of the places in a file; `removed` names the kinds that were found, for the person to read. */
export type StripResult =
  /** `words`: title, caption, comment or keywords are still there, and may name a place in words. */
  | { kind: 'stripped'; blob: Blob; removed: string[]; words: boolean }
  | { kind: 'nothing-to-remove'; words: boolean }
  | { kind: 'impossible'; reason: StripRefusal };

/** A picture is held in memory while it is rewritten; of a film only what describes it. */
export const MAX_STRIP_BYTES = 256 * 1024 * 1024;

/**
 * @param type MIME type found in the bytes; of what is no picture, as the file says
 * @returns the new file, of the same length for all but PNG. Never rejects.
 */
export async function stripLocation(blob: Blob, type: string): Promise<StripResult> {
  try {
    let blank: (file: Blob) => Promise<{ parts: BlobPart[]; found: Found }>;
    if (canBlank(type)) {
      if (blob.size > MAX_STRIP_BYTES) return { kind: 'impossible', reason: 'too-large' };
      blank = async (file) => blankPlaces(new Uint8Array(await file.arrayBuffer()), type);
    } else {
      const front = new Uint8Array(await blob.slice(0, 8).arrayBuffer());
      if (type.startsWith('image/') || !isFilmOfBoxes(front)) return { kind: 'impossible', reason: 'format' };
      blank = blankFilmFile;
    }
    const { parts, found } = await blank(blob);
    if (found.unsure.size > 0) return { kind: 'impossible', reason: 'cannot-be-sure' };
    const { words } = found;
    if (placeIn(found) === 'none') return { kind: 'nothing-to-remove', words };
    const stripped = new Blob(parts, { type });
    // Once more over the result: what is found now was not removed.
    const again = await blank(stripped);
    if (placeIn(again.found) !== 'none') return { kind: 'impossible', reason: 'cannot-be-sure' };
    return { kind: 'stripped', blob: stripped, removed: [...found.removed, ...found.hidden], words };
  } catch {
    return { kind: 'impossible', reason: 'unreadable' };
  }
}
