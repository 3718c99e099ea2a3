/**
 * The one door to client-zip: stored, not deflated (pictures do not shrink), streamed, with the original
 * dates.
 */
import { makeZip } from 'client-zip';
import { cleanPath } from '../image/file-name.ts';
import { Placing } from './placing.ts';

export interface ZipEntry {
  /** With its folders before it. */
  name: string;
  blob: Blob;
  /** Unix milliseconds. */
  modified: number;
}

/** DOS dates of a zip begin in 1980. */
const FIRST_DATE = Date.UTC(1980, 0, 2);

/** @param onFile called as each file is begun */
export function zipStream(files: AsyncIterable<ZipEntry>, onFile: () => void): ReadableStream<Uint8Array> {
  const places = new Placing();
  async function* entries() {
    for await (const { name, blob, modified } of files) {
      onFile();
      const claimed = cleanPath(name, blob.type);
      const place = places.take(claimed.folders, claimed.name);
      yield {
        name: [...place.folders, place.name].join('/'),
        input: blob.stream(),
        size: blob.size,
        lastModified: new Date(Math.max(Number.isFinite(modified) ? modified : 0, FIRST_DATE)),
      };
    }
  }
  return makeZip(entries());
}
