/** The parts of a file that hold metadata, in a form that exifr reads. */
import { pngChunks, webpChunks } from './chunks.ts';
import { latin1 } from './sniff.ts';

/** exifr reads these containers itself, and a bare TIFF structure. */
const WHOLE = new Set(['image/jpeg', 'image/heic', 'image/heif', 'image/avif', 'image/tiff']);

export interface MetadataPart {
  kind: 'file' | 'tiff' | 'xmp';
  bytes: Uint8Array;
}

/** @returns pieces for exifr: a whole file, TIFF structures, XMP packets */
export function extractMetadata(bytes: Uint8Array, type: string): MetadataPart[] {
  if (WHOLE.has(type)) return [{ kind: 'file', bytes }];
  if (type === 'image/webp') {
    return webpChunks(bytes)
      .filter(({ name }) => name === 'EXIF' || name === 'XMP ')
      .map(({ name, from, to }) =>
        name === 'EXIF'
          ? bareTiff(bytes.subarray(from, to))
          : { kind: 'xmp', bytes: bytes.subarray(from, to) },
      );
  }
  if (type !== 'image/png') return [];
  const parts: MetadataPart[] = [];
  for (const { name, from, to } of pngChunks(bytes)) {
    if (name === 'eXIf') parts.push(bareTiff(bytes.subarray(from, to)));
    // Keyword, then compression flag and method, language and translated keyword, each with its closing zero.
    if (name === 'iTXt' && latin1(bytes, from, from + 20) === 'XML:com.adobe.xmp\0\0\0') {
      const text = bytes.indexOf(0x3c, from + 20);
      if (text >= 0 && text < to) parts.push({ kind: 'xmp', bytes: bytes.subarray(text, to) });
    }
  }
  return parts;
}

/** Some writers put JPEG's "Exif\0\0" in front of the TIFF structure. */
function bareTiff(part: Uint8Array): MetadataPart {
  return { kind: 'tiff', bytes: latin1(part, 0, 6) === 'Exif\0\0' ? part.subarray(6) : part };
}
