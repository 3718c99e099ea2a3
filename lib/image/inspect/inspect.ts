/** Everything we say about a picture before it is sent, from its bytes. */
import { fileKind } from '../file-kind.ts';
import { canBlank } from '../strip/blank-places.ts';
import { blankFilmFile, isFilmOfBoxes } from '../strip/film-file.ts';
import { placeIn } from '../strip/found.ts';
import { fitsDecodeLimit, HEADER_BYTES, readDimensions, uprightSize, type Dimensions } from './dimensions.ts';
import { LONG_HEADER_BYTES } from './measure.ts';
import { placeOf, readMetadata, type Metadata, type Place } from './metadata.ts';
import { MESSAGE_TYPE } from '../text-message.ts';
import { sniffType } from './sniff.ts';

/** A closed set. The picture can be sent whatever the problem, except `unreadable`. */
export type ImageProblem =
  /** The browser could not read the file: gone, changed or forbidden since it was picked. Ours to report. */
  | 'unreadable'
  | 'empty'
  /** No image that we know, by its bytes. */
  | 'not-an-image'
  /** An image whose header is cut off or makes no sense. */
  | 'damaged'
  /** Above `MAX_PIXELS`: never decoded, so no preview. */
  | 'too-many-pixels'
  /** The metadata could not be read; the picture may well be fine. */
  | 'metadata-broken';

/** What the bytes of a file say of themselves; nothing of it is taken from its name. */
export interface ImageFacts {
  /**
   * From the bytes; when they are no image that we know, what the file says of itself, if that is none
   * either.
   */
  type: string;
  /** Without a dot; `''` when not known. */
  extension: string;
  showable: boolean;
  /** A browser can paint the front of the file before the rest is there. */
  partial: boolean;
  byteLength: number;
  /** As seen, after turning. */
  width?: number;
  height?: number;
  /** EXIF 1 … 8: how the stored picture is to be turned. */
  orientation?: number;
  camera?: string;
  /** Unix milliseconds; see `Metadata.takenAt`. */
  takenAt?: number;
  place?: Place;
  placeName?: string;
  /** It names a place anywhere, or has a part that may and cannot be looked into. */
  namesPlace: 'yes' | 'perhaps' | 'none';
  /** *Without location* knows this kind of file. */
  cleanable: boolean;
  hasMetadata: boolean;
  /**
   * The platform seems to have converted the photograph while it was picked, which loses metadata and
   * quality. A guess.
   */
  looksConverted: boolean;
  problem?: ImageProblem;
}

/**
 * Files up to here are searched for metadata whole (PNG and WebP may keep it at the end), larger ones only in
 * front.
 */
const WHOLE_READ_BYTES = 48 * 1024 * 1024;

/** Never rejects. */
export async function inspectImage(file: Blob & { readonly name?: string }): Promise<ImageFacts> {
  const nothing: ImageFacts = {
    type: typeOfNoImage(file.type),
    extension: '',
    showable: false,
    partial: false,
    byteLength: file.size,
    namesPlace: 'none',
    cleanable: false,
    hasMetadata: false,
    looksConverted: false,
  };
  // Whatever picture its words begin like.
  if (file.type === MESSAGE_TYPE) return { ...nothing, problem: 'not-an-image' };
  if (file.size === 0) return { ...nothing, problem: 'empty' };
  let front: Uint8Array;
  try {
    front = await readFront(file, HEADER_BYTES);
  } catch {
    return { ...nothing, problem: 'unreadable' };
  }
  const kind = sniffType(front);
  if (kind === undefined) return { ...nothing, problem: 'not-an-image', ...(await filmPlace(file, front)) };
  const facts = { ...nothing, ...kind };
  let dimensions: Dimensions | undefined;
  let metadata: Metadata;
  try {
    dimensions = readDimensions(front, kind.type);
    dimensions ??= readDimensions(await readFront(file, LONG_HEADER_BYTES), kind.type);
    const whole = await readFront(file, file.size <= WHOLE_READ_BYTES ? file.size : LONG_HEADER_BYTES);
    metadata = await readMetadata(whole, kind.type);
    // The rest of a very large file was not looked at.
    if (whole.length < file.size && metadata.namesPlace === 'none') metadata.namesPlace = 'perhaps';
  } catch {
    return { ...facts, problem: 'unreadable' };
  }
  const problem = problemOf(dimensions, metadata);
  const { camera, takenAt, place, placeName } = metadata;
  return {
    ...facts,
    ...(dimensions !== undefined && uprightSize(dimensions)),
    ...(dimensions?.orientation !== undefined && { orientation: dimensions.orientation }),
    ...(camera !== undefined && { camera }),
    ...(takenAt !== undefined && { takenAt }),
    ...(place !== undefined && { place }),
    ...(placeName !== undefined && { placeName }),
    namesPlace: metadata.namesPlace,
    cleanable: canBlank(kind.type),
    hasMetadata: metadata.present,
    looksConverted: looksConverted(file.name ?? '', kind.type, dimensions, metadata),
    ...(problem !== undefined && { problem }),
  };
}

/** Phones write where they were into films. Other containers than MP4's and MOV's we do not look into. */
async function filmPlace(
  file: Blob & { readonly name?: string },
  front: Uint8Array,
): Promise<Pick<ImageFacts, 'namesPlace' | 'place' | 'cleanable'>> {
  if (!isFilmOfBoxes(front)) {
    const film = fileKind(file.name ?? '', file.type) === 'film';
    return { namesPlace: film ? 'perhaps' : 'none', cleanable: false };
  }
  try {
    const { found } = await blankFilmFile(file);
    const place = placeOf(found);
    return { namesPlace: placeIn(found), cleanable: true, ...(place && { place }) };
  } catch {
    return { namesPlace: 'perhaps', cleanable: false };
  }
}

/** Browsers know it by the name's ending; a picture is one by its bytes alone. */
function typeOfNoImage(claimed: string): string {
  const plain = /^[a-z0-9]+\/[a-z0-9.+-]+$/.test(claimed) && !claimed.startsWith('image/');
  return plain ? claimed : 'application/octet-stream';
}

async function readFront(file: Blob, length: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.slice(0, length).arrayBuffer());
}

function problemOf(dimensions: Dimensions | undefined, metadata: Metadata): ImageProblem | undefined {
  if (dimensions === undefined) return 'damaged';
  if (!fitsDecodeLimit(dimensions)) return 'too-many-pixels';
  return metadata.broken ? 'metadata-broken' : undefined;
}

/** Full sizes of phone cameras that store HEIC by default, longer side first. */
const PHONE_SIZES = new Set(['4032x3024', '3264x2448', '4000x3000', '5712x4284', '8064x6048', '3088x2316']);

/**
 * Two signs. A name that says HEIC on other bytes: certain. A JPEG of a phone's full size under the name that
 * the phone's picker gives, without a trace of the camera: likely. A screenshot or a picture from a messenger
 * is neither.
 */
function looksConverted(
  name: string,
  type: string,
  dimensions: Dimensions | undefined,
  metadata: Metadata,
): boolean {
  if (type !== 'image/jpeg' && type !== 'image/png') return false;
  if (/\.hei[cf]$/i.test(name)) return true;
  if (type !== 'image/jpeg' || metadata.camera !== undefined || metadata.takenAt !== undefined) return false;
  if (!/^(?:IMG_\d{4}|image|[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}|\d{10,})\.jpe?g$/i.test(name))
    return false;
  if (dimensions === undefined) return false;
  const sides = [dimensions.width, dimensions.height].toSorted((a, b) => b - a);
  return PHONE_SIZES.has(sides.join('x'));
}
