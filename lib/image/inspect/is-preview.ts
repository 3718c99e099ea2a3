/** Which bytes of the other side are drawn before anyone has accepted anything. */
import { readDimensions } from './dimensions.ts';
import { sniffType } from './sniff.ts';

/** Longest side of a preview that is shown: ours have 320, and what claims much more is no preview. */
const PREVIEW_SIDE = 1024;

/**
 * Whether these bytes may be decoded as a preview without anybody asking: a small WebP by its own bytes,
 * whatever the other side says of it.
 */
export function isPreview(bytes: Uint8Array): boolean {
  if (sniffType(bytes)?.type !== 'image/webp') return false;
  const size = readDimensions(bytes, 'image/webp');
  return size !== undefined && isPreviewSize(size);
}

/** Also what an element that holds one has to say. */
export function isPreviewSize({ width, height }: { width: number; height: number }): boolean {
  return Math.max(width, height) <= PREVIEW_SIDE;
}
