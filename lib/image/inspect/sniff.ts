/**
 * What a file is, from its magic bytes alone. Names and claimed types are never asked: a sender may be
 * hostile. Sources: the WHATWG MIME Sniffing Standard, ISO 14496-12 (`ftyp`), TIFF 6.0.
 */

/** What a format means for us, by its first bytes. */
export interface ImageKind {
  /** MIME type. */
  type: string;
  /** Usual extension, without a dot. */
  extension: string;
  /** May be handed to `<img>`. Everything else is only saved, as `application/octet-stream`. */
  showable: boolean;
  /** Browsers paint the front of such a file before the rest is there. */
  partial: boolean;
}

/** Bytes from the start of a file that `sniffType` may look at. */
export const SNIFF_BYTES = 4096;

function kind(type: string, extension: string, shown: 'partial' | 'whole' | 'never'): ImageKind {
  return { type, extension, showable: shown !== 'never', partial: shown === 'partial' };
}

const JPEG = kind('image/jpeg', 'jpg', 'partial');
const PNG = kind('image/png', 'png', 'partial');
const WEBP = kind('image/webp', 'webp', 'partial');
const GIF = kind('image/gif', 'gif', 'partial');
const AVIF = kind('image/avif', 'avif', 'whole');
const HEIC = kind('image/heic', 'heic', 'never');
const HEIF = kind('image/heif', 'heif', 'never');
const TIFF = kind('image/tiff', 'tif', 'never');
const SVG = kind('image/svg+xml', 'svg', 'never');

/** Magic bytes at the start of the file; `undefined` matches any byte. */
const MAGIC: readonly (readonly [ImageKind, readonly (number | undefined)[]])[] = [
  [JPEG, [0xff, 0xd8, 0xff]],
  [PNG, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  [GIF, [0x47, 0x49, 0x46, 0x38, 0x37, 0x61]],
  [GIF, [0x47, 0x49, 0x46, 0x38, 0x39, 0x61]],
  [WEBP, [0x52, 0x49, 0x46, 0x46, undefined, undefined, undefined, undefined, 0x57, 0x45, 0x42, 0x50]],
  [TIFF, [0x49, 0x49, 0x2a, 0x00]],
  [TIFF, [0x4d, 0x4d, 0x00, 0x2a]],
  [TIFF, [0x49, 0x49, 0x2b, 0x00]],
  [TIFF, [0x4d, 0x4d, 0x00, 0x2b]],
  [kind('image/bmp', 'bmp', 'never'), [0x42, 0x4d, undefined, undefined, undefined, undefined, 0, 0, 0, 0]],
  [kind('image/x-icon', 'ico', 'never'), [0x00, 0x00, 0x01, 0x00]],
  [kind('image/vnd.adobe.photoshop', 'psd', 'never'), [0x38, 0x42, 0x50, 0x53]],
  [kind('image/jxl', 'jxl', 'never'), [0xff, 0x0a]],
  [kind('image/jxl', 'jxl', 'never'), [0, 0, 0, 0x0c, 0x4a, 0x58, 0x4c, 0x20]],
  [kind('image/jp2', 'jp2', 'never'), [0, 0, 0, 0x0c, 0x6a, 0x50, 0x20, 0x20]],
];

const AVIF_BRANDS = new Set(['avif', 'avis']);
const HEIC_BRANDS = new Set(['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs']);
const HEIF_BRANDS = new Set(['mif1', 'msf1']);
/** Brands read from a `ftyp` box: real files list at most about ten. */
const MAX_BRANDS = 32;

/** @returns what the bytes are, or `undefined` when they are no image that we know. */
export function sniffType(bytes: Uint8Array): ImageKind | undefined {
  const found = MAGIC.find(([, magic]) =>
    magic.every((byte, at) => (byte === undefined ? bytes.length > at : bytes[at] === byte)),
  );
  return found?.[0] ?? sniffBoxes(bytes) ?? sniffSvg(bytes);
}

/** A picture of this type is only ever saved. The sender's word may be wrong: the bytes decide in the end. */
export function neverShown(type: string): boolean {
  return type.startsWith('image/') && ![JPEG, PNG, WEBP, GIF, AVIF].some((kind) => kind.type === type);
}

function sniffBoxes(bytes: Uint8Array): ImageKind | undefined {
  if (bytes.length < 16 || latin1(bytes, 4, 8) !== 'ftyp') return undefined;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const end = Math.min(bytes.length, length, 16 + 4 * MAX_BRANDS);
  const brands = [latin1(bytes, 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(latin1(bytes, at, at + 4));
  if (brands.some((brand) => AVIF_BRANDS.has(brand))) return AVIF;
  if (brands.some((brand) => HEIC_BRANDS.has(brand))) return HEIC;
  return brands.some((brand) => HEIF_BRANDS.has(brand)) ? HEIF : undefined;
}

function sniffSvg(bytes: Uint8Array): ImageKind | undefined {
  const text = new TextDecoder().decode(bytes.subarray(0, SNIFF_BYTES)).trimStart();
  return /^(?:<\?xml|<!--|<!DOCTYPE\s+svg|<svg[\s>])/i.test(text) && /<svg[\s>]/i.test(text)
    ? SVG
    : undefined;
}

/** Bytes as characters U+0000 … U+00FF, one each. */
export function latin1(bytes: Uint8Array, from = 0, to = bytes.length): string {
  let text = '';
  for (let at = from; at < Math.min(to, bytes.length); at++) text += String.fromCharCode(bytes[at]!);
  return text;
}
