/** The marker segments of a JPEG (ITU-T T.81 Annex B), found without looking into the picture. */

/** One marker segment. */
export interface Segment {
  /** Second byte of the marker, e.g. 0xe1 for APP1. */
  marker: number;
  /** Where the segment's 0xff is. */
  at: number;
  /** Payload, behind the two length bytes. */
  from: number;
  to: number;
}

export interface JpegLayout {
  segments: readonly Segment[];
  /** Where the first scan (SOS) starts; -1 when there is none. */
  scanAt: number;
  /** Behind the end-of-image marker; the length of the bytes when there is none (a truncated file). */
  end: number;
}

/** Second bytes of markers (ITU-T T.81, table B.1): Exif and XMP, ICC and MPF, Photoshop, a scan, the end. */
export const APP1 = 0xe1;
export const APP2 = 0xe2;
export const APP13 = 0xed;
export const SOS = 0xda;
export const EOI = 0xd9;

const isRestart = (code: number): boolean => code >= 0xd0 && code <= 0xd7;

/** Has no length and no payload: TEM, restarts, a start of image. */
export const standsAlone = (code: number): boolean => code === 0x01 || code === 0xd8 || isRestart(code);

/** In entropy-coded bytes, the byte behind 0xff: neither a stuffed zero nor a restart nor a fill byte. */
export const endsScan = (code: number): boolean => code !== 0 && code !== 0xff && !isRestart(code);

/** Segments of one picture; progressive ones have tables between some 10 scans. */
const MAX_SEGMENTS = 65_536;

/** Walks from the start-of-image marker at `start`, over whatever lies between segments, as decoders do. */
export function walkJpeg(bytes: Uint8Array, start = 0): JpegLayout {
  const segments: Segment[] = [];
  let scanAt = -1;
  let at = start + 2;
  while (segments.length < MAX_SEGMENTS) {
    at = nextMarker(bytes, at);
    if (at + 2 > bytes.length) break;
    const marker = bytes[at + 1]!;
    if (marker === EOI) return { segments, scanAt, end: at + 2 };
    if (standsAlone(marker)) {
      at += 2;
      continue;
    }
    if (at + 4 > bytes.length) break;
    const to = at + 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
    if (to > bytes.length || to < at + 4) break;
    segments.push({ marker, at, from: at + 4, to });
    if (marker === SOS) {
      if (scanAt < 0) scanAt = at;
      at = endOfScan(bytes, to);
    } else {
      at = to;
    }
  }
  return { segments, scanAt, end: bytes.length };
}

/** libjpeg's `next_marker`: garbage, stuffed zeros (FF 00) and fill bytes are passed over. */
function nextMarker(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0 && (bytes[at + 1] === 0 || bytes[at + 1] === 0xff)) at = bytes.indexOf(0xff, at + 1);
  return at < 0 ? bytes.length : at;
}

function endOfScan(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0 && at + 1 < bytes.length) {
    const next = bytes[at + 1]!;
    if (endsScan(next)) return at;
    at = bytes.indexOf(0xff, next === 0xff ? at + 1 : at + 2);
  }
  return bytes.length;
}
