/** Decodes one picture at a time and draws it small. The page ends this worker when it takes too long. */
import { THUMB_SIDE, thumbFromPixels } from './thumb.ts';

export interface PreviewRequest {
  id: number;
  blob: Blob;
  /** As seen. */
  width: number;
  height: number;
  /** HEIC or HEIF, by its bytes: where the browser cannot decode it, libheif may. */
  heif: boolean;
}

export interface PreviewAnswer {
  id: number;
  preview: {
    thumb?: Uint8Array;
    preview?: Uint8Array;
    width?: number;
    height?: number;
  };
}

/** Longest side of the preview, in pixels. */
const PREVIEW_SIDE = 320;
/** One small block of the erasure code: about 12 chunks. */
const PREVIEW_BYTES = 12 * 1024;
/** Tried in turn until the preview fits: first lower quality, then fewer pixels. */
const ATTEMPTS: readonly (readonly [side: number, quality: number])[] = [
  [PREVIEW_SIDE, 0.75],
  [PREVIEW_SIDE, 0.55],
  [PREVIEW_SIDE, 0.35],
  [PREVIEW_SIDE, 0.2],
  [240, 0.2],
  [160, 0.2],
  [96, 0.1],
];
/** Decoded at up to this multiple of the preview, so that the last, finer step of scaling is smooth. */
const OVERSAMPLE = 2;

self.addEventListener('message', ({ data }: MessageEvent<PreviewRequest>) => {
  void draw(data)
    .catch(() => ({}))
    .then((preview) => postMessage({ id: data.id, preview } satisfies PreviewAnswer));
});

async function draw({ blob, width, height, heif }: PreviewRequest): Promise<PreviewAnswer['preview']> {
  const decoded = decode(blob, width, height);
  const bitmap = await (heif ? decoded.catch(() => decodeForeign(blob, width, height)) : decoded);
  try {
    const preview = await encode(bitmap);
    const thumb = hash(bitmap);
    // The decoder's word on which way is up, the header's on how large.
    const sideways = bitmap.width !== bitmap.height && bitmap.width > bitmap.height !== width > height;
    return {
      thumb,
      ...(preview !== undefined && { preview }),
      width: sideways ? height : width,
      height: sideways ? width : height,
    };
  } finally {
    bitmap.close();
  }
}

/** Only one side is given to the decoder: it keeps the proportions whatever way the picture is turned. */
async function decode(blob: ImageBitmapSource, width: number, height: number): Promise<ImageBitmap> {
  const longest = Math.max(width, height);
  if (longest <= PREVIEW_SIDE * OVERSAMPLE) return createImageBitmap(blob);
  const scale = (PREVIEW_SIDE * OVERSAMPLE) / longest;
  return createImageBitmap(blob, {
    resizeWidth: Math.max(1, Math.round(width * scale)),
    resizeHeight: Math.max(1, Math.round(height * scale)),
    resizeQuality: 'medium',
  });
}

async function decodeForeign(blob: Blob, width: number, height: number): Promise<ImageBitmap> {
  const { decodeHeic } = await import('./decode-heic.ts');
  return decode(await decodeHeic(blob), width, height);
}

async function encode(bitmap: ImageBitmap): Promise<Uint8Array | undefined> {
  for (const [side, quality] of ATTEMPTS) {
    const { canvas } = drawn(bitmap, side);
    let blob = await canvas.convertToBlob({ type: 'image/webp', quality });
    // Safari writes PNG instead.
    if (blob.type !== 'image/webp') blob = await canvas.convertToBlob({ type: 'image/jpeg', quality });
    if (blob.size <= PREVIEW_BYTES) return new Uint8Array(await blob.arrayBuffer());
  }
  return undefined;
}

function hash(bitmap: ImageBitmap): Uint8Array {
  const { canvas, context } = drawn(bitmap, THUMB_SIDE);
  const { width, height } = canvas;
  return thumbFromPixels(width, height, context.getImageData(0, 0, width, height).data);
}

function drawn(bitmap: ImageBitmap, side: number) {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no 2d context in this worker');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  return { canvas, context };
}
