/** What a received or picked file is and how large, from as much of its front as that takes. */
import { HEADER_BYTES, naturalSize, readDimensions, uprightSize } from './dimensions.ts';
import { sniffType, type ImageKind } from './sniff.ts';

/** Second look, for a header behind much metadata (depth maps, extended XMP, large colour profiles). */
export const LONG_HEADER_BYTES = 4 * 1024 * 1024;

/** Kind and size of a picture by its header. */
export interface Measured {
  kind: ImageKind | undefined;
  /** As seen; `undefined` when the header is not within reach, or makes no sense. */
  size: { width: number; height: number } | undefined;
  /**
   * What an element that holds it has to say of its size; anything else is not the picture that was looked
   * at.
   */
  natural: { width: number; height: number } | undefined;
}

/** Rejects when the file cannot be read. */
export async function measure(file: Blob): Promise<Measured> {
  const front = new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer());
  const kind = sniffType(front);
  if (kind === undefined) return { kind, size: undefined, natural: undefined };
  let stored = readDimensions(front, kind.type);
  if (stored === undefined && file.size > HEADER_BYTES)
    stored = readDimensions(new Uint8Array(await file.slice(0, LONG_HEADER_BYTES).arrayBuffer()), kind.type);
  return { kind, size: stored && uprightSize(stored), natural: stored && naturalSize(stored) };
}
