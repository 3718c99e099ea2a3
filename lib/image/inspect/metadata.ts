/**
 * What a picture's metadata says, plainly. Our own reader of the few fields that are shown; broken metadata
 * never throws.
 */
import { blankPlaces } from '../strip/blank-places.ts';
import { placeIn, type Found } from '../strip/found.ts';

export interface Place {
  /** Degrees, north positive. */
  latitude: number;
  /** Degrees, east positive. */
  longitude: number;
}

export interface Metadata {
  /** Maker and model. */
  camera?: string;
  /** Unix milliseconds, taking the camera's wall clock as this device's (EXIF seldom names a zone). */
  takenAt?: number;
  place?: Place;
  /** Town, region, country as written by a person or an album program. */
  placeName?: string;
  /**
   * Whether *without location* would take something out: a place for certain, or a part that cannot be looked
   * into.
   */
  namesPlace: 'yes' | 'perhaps' | 'none';
  /** There is EXIF, XMP or IPTC of any kind. */
  present: boolean;
  /** There is some, but it could not be read. */
  broken: boolean;
}

/** Characters shown of any one text found in metadata. */
const MAX_TEXT = 80;

/**
 * @param bytes the whole file, or its front when it is very large. They are changed: hand over a copy that
 * nobody needs
 */
export async function readMetadata(bytes: Uint8Array<ArrayBuffer>, type: string): Promise<Metadata> {
  const { found } = await blankPlaces(bytes, type);
  const camera = cameraOf(found);
  const takenAt = dateOf(found.taken) ?? dateOf(found.created);
  const place = placeOf(found);
  const placeName = placeNameOf(found);
  return {
    ...(camera !== undefined && { camera }),
    ...(takenAt !== undefined && { takenAt }),
    ...(place !== undefined && { place }),
    ...(placeName !== undefined && { placeName }),
    namesPlace: placeIn(found),
    present: found.present,
    broken: found.broken,
  };
}

function textOf(value: string | undefined): string | undefined {
  const text = value?.replace(/\p{C}/gu, ' ').replace(/\s+/g, ' ').trim().slice(0, MAX_TEXT);
  return text === '' ? undefined : text;
}

function cameraOf(found: Found): string | undefined {
  const maker = textOf(found.maker);
  const model = textOf(found.model);
  if (maker === undefined || model === undefined) return model ?? maker;
  // "Canon" + "Canon EOS 400D", "NIKON" + "COOLPIX P6000"
  return model.toLowerCase().startsWith(maker.toLowerCase()) ? model : `${maker} ${model}`;
}

/** EXIF's "2024:05:01 12:00:00", XMP's "2024-05-01T12:00:00+02:00": the camera's wall clock. */
function dateOf(written: string | undefined): number | undefined {
  const match = /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?/.exec(written?.trim() ?? '');
  if (match === null) return undefined;
  const parts = match.slice(1).map((part) => Number(part ?? 0));
  const [year = 0, month = 0, day = 0, hours, minutes, seconds] = parts;
  const date = new Date(year, month - 1, day, hours, minutes, seconds);
  // "0000:00:00 00:00:00" is what a camera without a clock writes.
  return month === 0 || day === 0 || Number.isNaN(date.getTime()) ? undefined : date.getTime();
}

/** Where it was taken, if that can be on a map. */
export function placeOf({ latitude, longitude }: Found): Place | undefined {
  if (latitude === undefined || longitude === undefined) return undefined;
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) return undefined;
  // What phones leave behind when they blank the place themselves.
  return latitude === 0 && longitude === 0 ? undefined : { latitude, longitude };
}

function placeNameOf({ sublocation, city, state, country }: Found): string | undefined {
  const names = [sublocation, city, state, country].map(textOf).filter((name) => name !== undefined);
  return textOf([...new Set(names)].join(', '));
}
