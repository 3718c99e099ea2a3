/** The one door to thumbhash: a picture in about 25 bytes, for the offer itself. */
import { rgbaToThumbHash, thumbHashToDataURL } from 'thumbhash';

/** Room for a thumb in an offer (design §6); a ThumbHash has 5 to about 25 bytes. */
export const MAX_THUMB_BYTES = 1024;
/** thumbhash refuses larger sides. */
export const THUMB_SIDE = 100;

/** A ThumbHash has at least its 5 header bytes. */
const MIN_THUMB_BYTES = 5;

/** @param rgba `width * height * 4` bytes, not premultiplied; both sides at most `THUMB_SIDE` */
export function thumbFromPixels(width: number, height: number, rgba: Uint8ClampedArray): Uint8Array {
  return rgbaToThumbHash(width, height, rgba);
}

/**
 * A `data:` URL of a blurred PNG of at most 32 × 32 pixels, or `''` for bytes that are no ThumbHash: the
 * other side sent them.
 */
export function thumbToDataUrl(thumb: Uint8Array): string {
  if (thumb.length < MIN_THUMB_BYTES || thumb.length > MAX_THUMB_BYTES) return '';
  try {
    const url = thumbHashToDataURL(thumb);
    return url.startsWith('data:image/png;base64,') ? url : '';
  } catch {
    return '';
  }
}
