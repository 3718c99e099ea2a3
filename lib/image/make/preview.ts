/**
 * The first thing that the other side sees: a ThumbHash for the offer and a small WebP sent ahead of the
 * original. Made in a worker under a time limit. Never rejects: a picture without a preview is sent all the
 * same.
 */
import { fitsDecodeLimit } from '../inspect/dimensions.ts';
import type { ImageFacts } from '../inspect/inspect.ts';
import type { PreviewAnswer, PreviewRequest } from './preview.worker.ts';

/** What is sent ahead of a picture; every part may be missing. */
export interface Preview {
  /** ThumbHash, at most 1 KB; for `thumbToDataUrl`. */
  thumb?: Uint8Array;
  /** WebP (JPEG where the browser writes no WebP), upright, at most about 12 KB. */
  preview?: Uint8Array;
  /** Of the original, as seen, when the decoder knows better than the header. */
  width?: number;
  height?: number;
}

/** A 48-megapixel JPEG takes 1.5 s on a slow phone; what takes longer than this is stuck. */
const MAX_PREVIEW_MS = 10_000;
/**
 * Twelve megapixels of HEIC in WebAssembly: 2 s on one of our cores, library and all; a phone from years ago
 * is slower.
 */
const MAX_HEIF_PREVIEW_MS = 30_000;
/** The worker is let go when it was idle for this long. */
const IDLE_MS = 15_000;

let worker: Worker | undefined;
let idle: ReturnType<typeof setTimeout> | undefined;
/** One picture at a time: two decoded ones in memory are one too many on a phone. */
let last: Promise<unknown> = Promise.resolve();
let nextId = 1;

/**
 * @param facts size in pixels, as the header says it
 * @returns an empty one when nothing can be decoded within the limits, or `signal` was aborted; never
 * rejects
 */
export function makePreview(
  blob: Blob,
  facts: Pick<ImageFacts, 'type' | 'width' | 'height'>,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Preview> {
  const { type, width, height } = facts;
  const heif = type === 'image/heic' || type === 'image/heif';
  // No size, no decode: the header did not make sense, and the decoder might be led astray.
  if (width === undefined || height === undefined || !fitsDecodeLimit({ width, height }))
    return Promise.resolve({});
  const job = last.then(() => (signal?.aborted ? {} : runJob({ blob, width, height, heif }, signal)));
  last = job;
  return job;
}

function runJob(picture: Omit<PreviewRequest, 'id'>, signal: AbortSignal | undefined): Promise<Preview> {
  clearTimeout(idle);
  let running: Worker;
  try {
    running = worker ??= new Worker(new URL('./preview.worker.ts', import.meta.url), { type: 'module' });
  } catch {
    return Promise.resolve({});
  }
  const id = nextId++;
  return new Promise((resolve) => {
    const finish = (result: Preview, keep: boolean): void => {
      clearTimeout(limit);
      signal?.removeEventListener('abort', giveUp);
      running.removeEventListener('message', answered);
      running.removeEventListener('error', giveUp);
      // A decode cannot be called back; its worker can be ended.
      if (keep) idle = setTimeout(endWorker, IDLE_MS);
      else endWorker();
      resolve(result);
    };
    const giveUp = (): void => finish({}, false);
    const answered = ({ data }: MessageEvent<PreviewAnswer>): void => {
      if (data.id === id) finish(data.preview, true);
    };
    const limit = setTimeout(giveUp, picture.heif ? MAX_HEIF_PREVIEW_MS : MAX_PREVIEW_MS);
    signal?.addEventListener('abort', giveUp);
    running.addEventListener('message', answered);
    running.addEventListener('error', giveUp);
    running.postMessage({ id, ...picture } satisfies PreviewRequest);
  });
}

function endWorker(): void {
  clearTimeout(idle);
  worker?.terminate();
  worker = undefined;
}
