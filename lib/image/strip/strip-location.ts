/**
 * *Original without location*: the picture's own bytes are not touched, only metadata is rewritten. Where
 * that cannot be done for certain it says so, and the person chooses between the original and a smaller copy.
 */
import { blankPlaces, canBlank } from './blank-places.ts';
import { placeIn } from './found.ts';

/** A closed set; each has a sentence in the text catalogue. */
export type StripRefusal =
  /** SVG, icons and what is no image: we do not rewrite these. */
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

/** The file is held in memory while it is rewritten. */
export const MAX_STRIP_BYTES = 256 * 1024 * 1024;

/**
 * @param type MIME type found in the bytes
 * @returns the new file, of the same length for all but PNG. Never rejects.
 */
export async function stripLocation(blob: Blob, type: string): Promise<StripResult> {
  if (!canBlank(type)) return { kind: 'impossible', reason: 'format' };
  if (blob.size > MAX_STRIP_BYTES) return { kind: 'impossible', reason: 'too-large' };
  try {
    const { parts, found } = await blankPlaces(new Uint8Array(await blob.arrayBuffer()), type);
    if (found.unsure.size > 0) return { kind: 'impossible', reason: 'cannot-be-sure' };
    const { words } = found;
    if (placeIn(found) === 'none') return { kind: 'nothing-to-remove', words };
    const stripped = new Blob(parts, { type });
    // Once more over the result: what is found now was not removed.
    const again = await blankPlaces(new Uint8Array(await stripped.arrayBuffer()), type);
    if (placeIn(again.found) !== 'none') return { kind: 'impossible', reason: 'cannot-be-sure' };
    return { kind: 'stripped', blob: stripped, removed: [...found.removed, ...found.hidden], words };
  } catch {
    return { kind: 'impossible', reason: 'unreadable' };
  }
}
