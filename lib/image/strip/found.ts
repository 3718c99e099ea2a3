/**
 * What was found in a picture's metadata: facts to show, and places. Its fields are fixed: no key is ever
 * taken from a file.
 */

/** What a walk through a file has found so far, for the warning and for the removal. */
export interface Found {
  /** Parts that named a place and no longer do, in plain words. */
  removed: Set<string>;
  /** Parts that could not be looked into and were taken out whole. */
  hidden: Set<string>;
  /** Parts that may name a place and were left. */
  unsure: Set<string>;
  /** A list of keywords names a place. */
  keywords: boolean;
  /** Title, caption, comment or keywords that a person may have written are still there. */
  words: boolean;
  /** There is EXIF, XMP or IPTC of any kind. */
  present: boolean;
  /** There is some, but it could not be read. */
  broken: boolean;
  maker: string | undefined;
  model: string | undefined;
  /** As written: "2024:05:01 12:00:00" or ISO 8601. */
  taken: string | undefined;
  created: string | undefined;
  /** Degrees, north and east positive. */
  latitude: number | undefined;
  longitude: number | undefined;
  /** By kind, so that the narrowest is first whatever the order in the file. */
  sublocation: string | undefined;
  city: string | undefined;
  state: string | undefined;
  country: string | undefined;
  /** Bytes that were searched as text. */
  searched: number;
  /** Take every list of keywords out: one of them names a place. */
  readonly dropKeywords: boolean;
  /** Parts inside others that still have to be looked at: thumbnails, Photoshop's resources inside EXIF. */
  nested: { kind: 'picture' | 'resources'; bytes: Uint8Array }[];
}

/** The facts that are shown, all text or numbers. */
export type Fact = 'maker' | 'model' | 'taken' | 'created' | 'sublocation' | 'city' | 'state' | 'country';

export function nothingFound(dropKeywords = false): Found {
  return {
    removed: new Set(),
    hidden: new Set(),
    unsure: new Set(),
    keywords: false,
    words: false,
    present: false,
    broken: false,
    maker: undefined,
    model: undefined,
    taken: undefined,
    created: undefined,
    latitude: undefined,
    longitude: undefined,
    sublocation: undefined,
    city: undefined,
    state: undefined,
    country: undefined,
    searched: 0,
    dropKeywords,
    nested: [],
  };
}

/** The first word on a fact counts: the picture's own metadata precedes that of its thumbnail. */
export function note(found: Found, fact: Fact, text: string): void {
  if (text.trim() !== '') found[fact] ??= text;
}

/** A place that a person would recognise, a place that may be there, or none. */
export function placeIn({ removed, hidden, unsure }: Found): 'yes' | 'perhaps' | 'none' {
  if (removed.size > 0) return 'yes';
  return hidden.size > 0 || unsure.size > 0 ? 'perhaps' : 'none';
}
