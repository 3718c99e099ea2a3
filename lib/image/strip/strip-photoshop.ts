/**
 * Takes places out of Photoshop's image resources (JPEG APP13, TIFF tag 0x8649, PSD), keeping every length.
 */
import { latin1 } from '../inspect/sniff.ts';
import type { Found } from './found.ts';
import { blankIptc } from './strip-iptc.ts';
import { blankText, mentionsPlace } from './strip-text.ts';
import { blankTiff } from './strip-tiff.ts';
import { blankXmp } from './strip-xmp.ts';

const RESOURCE_IPTC = 0x0404;
const RESOURCE_EXIF = new Set([0x0422, 0x0423]);
const RESOURCE_XMP = 0x0424;
/** A resource of text, Photoshop 2's caption (in Pascal's form) and the lists of addresses. */
const RESOURCE_TEXT = new Set([0x03f0, 0x040b, 0x041e]);
/** Thumbnails: JPEGs behind 28 bytes. */
const RESOURCE_THUMBNAIL = new Set([0x0409, 0x040c]);
/** Adobe's own, ImageReady's, PhotoDeluxe's and others'. */
const RESOURCE_SIGNATURES = new Set(['8BIM', 'MeSa', 'PHUT', 'AgHg', 'DCSR']);

/** Photoshop's image resources: `8BIM`, id, padded name, length, padded data. */
export function blankResources(bytes: Uint8Array, found: Found): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + 12 <= bytes.length && RESOURCE_SIGNATURES.has(latin1(bytes, at, at + 4))) {
    const id = view.getUint16(at + 4);
    const name = 1 + bytes[at + 6]!;
    const dataAt = at + 6 + name + (name & 1) + 4;
    if (dataAt > bytes.length) break;
    const end = dataAt + view.getUint32(dataAt - 4);
    if (end > bytes.length) break;
    const data = bytes.subarray(dataAt, end);
    if (id === RESOURCE_IPTC) blankIptc(data, found);
    else if (id === RESOURCE_XMP) blankXmp(data, found);
    else if (RESOURCE_EXIF.has(id)) blankTiff(data, found);
    else if (RESOURCE_THUMBNAIL.has(id)) found.nested.push({ kind: 'picture', bytes: data.subarray(28) });
    else if (RESOURCE_TEXT.has(id)) {
      if (blankText(data, 'words', found)) found.removed.add('Photoshop text');
    } else if (mentionsPlace(data, found)) {
      data.fill(0);
      found.hidden.add('Photoshop resource');
    }
    at = end + ((end - dataAt) & 1);
  }
  const rest = bytes.subarray(at);
  if (rest.some((byte) => byte !== 0) && mentionsPlace(rest, found)) found.unsure.add('Photoshop resources');
}
