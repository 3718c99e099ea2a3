/**
 * Takes places out of files of boxes, in place: HEIC, HEIF and AVIF (ISO 23008-12, whose EXIF and XMP are
 * items that `iloc` locates), JPEG XL (ISO 18181-2) and JPEG 2000. The coded pictures are never touched, and
 * no offset moves.
 */
import { latin1 } from '../inspect/sniff.ts';
import type { Found } from './found.ts';
import { toHex } from '../../checksum/hex.ts';
import { blankBox, blankFilm, boxesIn, type Box } from './strip-film.ts';
import { heifItems, type HeifItem } from './heif-items.ts';
import { blankIptc } from './strip-iptc.ts';
import { drop } from './strip-jpeg.ts';
import { blankText } from './strip-text.ts';
import { blankExif } from './strip-tiff.ts';
import { blankXmp } from './strip-xmp.ts';

/** `uuid` boxes: XMP; JPEG 2000's EXIF ("JpgTiffExif->JP2") and IPTC. */
const UUID_XMP = 'be7acfcb97a942e89c71999491e3afac';
const UUID_EXIF = '4a706754696666457869662d3e4a5032';
const UUID_IPTC = '33c7a4d2b81d4723a0baf1a3e097ad38';

export function blankBoxes(bytes: Uint8Array, found: Found): void {
  const boxes = boxesIn(bytes);
  for (const box of boxes) blankTopBox(bytes, box, found);
  const end = boxes.at(-1)?.to ?? 0;
  if (end < bytes.length) blankFilm(bytes, end, found);
  if (end === 0) {
    found.broken = true;
    found.unsure.add('boxes');
  }
}

function blankTopBox(bytes: Uint8Array, box: Box, found: Found): void {
  const payload = bytes.subarray(box.from, box.to);
  switch (box.name) {
    case 'meta':
      blankItems(bytes, box, found);
      break;
    case 'moov':
      blankFilm(bytes, box.at, found, 0, box.to);
      break;
    case 'mpvd':
      // Samsung's and Google's motion photo inside a HEIC: a film of its own.
      blankFilm(bytes, box.from, found, 0, box.to);
      break;
    case 'Exif':
      blankExifItem(payload, found);
      break;
    case 'xml ':
      blankXmp(payload, found);
      break;
    case 'brob':
      // Metadata under Brotli, which browsers do not unfold: it goes whole.
      if (/^(?:Exif|xml |jumb)/.test(latin1(payload, 0, 4))) {
        found.hidden.add('compressed metadata');
        blankBox(bytes, box);
      }
      break;
    case 'uuid': {
      const body = payload.subarray(16);
      const id = toHex(payload.subarray(0, 16));
      if (id === UUID_XMP) blankXmp(body, found);
      else if (id === UUID_EXIF) blankExif(body, found);
      else if (id === UUID_IPTC) blankIptc(body, found);
      else drop(body, found, 'unknown box');
      break;
    }
    case 'ftyp':
    case 'mdat':
    case 'jxlc':
    case 'jxlp':
    case 'jp2c':
    case 'jbrd':
      break;
    default:
      drop(payload, found, 'unknown box');
  }
}

/** Four bytes say how far behind them the TIFF structure starts. */
function blankExifItem(data: Uint8Array, found: Found): void {
  if (data.length < 8) return;
  const offset = new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(0);
  blankExif(data.subarray(offset <= data.length - 12 ? 4 + offset : 4), found);
}

function blankItems(bytes: Uint8Array, meta: Box, found: Found): void {
  const { items, texts } = heifItems(bytes, meta);
  for (const text of texts) {
    if (blankText(text, 'words', found)) found.removed.add('description');
  }
  for (const item of items) {
    if (!MAY_NAME_PLACE.test(item.type)) continue;
    if (item.extents === undefined) {
      found.unsure.add(`item ${item.type}`);
      continue;
    }
    blankItem(bytes, item, item.extents, found);
  }
}

/** Everything but coded pictures: EXIF, MIME (XMP among them), URI items, and JUMBF. */
const MAY_NAME_PLACE = /^(?:Exif|mime|uri |jumb)$/;

function blankItem(
  bytes: Uint8Array,
  { type, contentType, encoded }: HeifItem,
  extents: readonly (readonly [number, number])[],
  found: Found,
): void {
  const whole = new Uint8Array(extents.reduce((sum, [from, to]) => sum + to - from, 0));
  let at = 0;
  for (const [from, to] of extents) {
    whole.set(bytes.subarray(from, to), at);
    at += to - from;
  }
  if (encoded) {
    whole.fill(0);
    found.hidden.add('compressed metadata');
  } else if (type === 'Exif') {
    blankExifItem(whole, found);
  } else if (contentType === 'application/rdf+xml' || latin1(whole, 0, 256).includes('<x:xmpmeta')) {
    blankXmp(whole, found);
  } else {
    drop(whole, found, 'unknown item');
  }
  at = 0;
  for (const [from, to] of extents) {
    bytes.set(whole.subarray(at, at + to - from), from);
    at += to - from;
  }
}
