/**
 * What the sender's store needs from `lib/image`, as one value, so that the store runs without a canvas in
 * tests. Each tool is loaded when it is first used: none of them is needed before a picture was picked.
 */
import type { ImageFacts } from '../image/inspect/inspect.ts';
import type { StripResult } from '../image/strip/strip-location.ts';
import type { CompressChoice } from '../image/make/compress.ts';
import type { Preview } from '../image/make/preview.ts';

export type { ImageFacts, StripResult };

export interface ImageTools {
  inspect(file: File): Promise<ImageFacts>;
  preview(blob: Blob, facts: ImageFacts, signal: AbortSignal): Promise<Preview>;
  strip(blob: Blob, type: string): Promise<StripResult>;
  compress(
    file: File,
    choice: CompressChoice,
    progress: (share: number) => void,
    signal: AbortSignal,
  ): Promise<File>;
}

/** A script of the page itself could not be loaded: the file that it was for is not at fault. */
export class PartMissingError extends Error {
  override name = 'PartMissingError';
}

async function part<T>(loading: Promise<T>): Promise<T> {
  return loading.catch((error: unknown) => {
    throw new PartMissingError('a part of the page is missing', { cause: error });
  });
}

/** The real tools, each loaded when it is first used. */
export const imageTools: ImageTools = {
  async inspect(file) {
    const { inspectImage } = await part(import('../image/inspect/inspect.ts'));
    return inspectImage(file);
  },
  async preview(blob, facts, signal) {
    const { makePreview } = await part(import('../image/make/preview.ts'));
    if (!facts.type.startsWith('video/')) return makePreview(blob, facts, { signal });
    const { posterOf } = await part(import('../image/make/poster.ts'));
    const poster = await posterOf(blob, signal);
    if (!poster) return {};
    const { width, height, drawn } = poster;
    return {
      ...(await makePreview(poster.blob, { type: 'image/jpeg', ...drawn }, { signal })),
      width,
      height,
    };
  },
  async strip(blob, type) {
    const { stripLocation } = await part(import('../image/strip/strip-location.ts'));
    return stripLocation(blob, type);
  },
  async compress(file, choice, onProgress, signal) {
    const { compressImage } = await part(import('../image/make/compress.ts'));
    return compressImage(file, choice, { onProgress, signal });
  },
};
