/**
 * Measures the quality of a picture's fronts in this browser, with the decoders of the receiving page. On the
 * page, because only `<img>` decodes a file other than a JPEG that is cut short; each step is a few
 * milliseconds, with a pause after it.
 */
import { readDimensions } from '../image/inspect/dimensions.ts';
import type { PartialDecoder } from '../image/partial/decoder.ts';
import { decodeWithElement } from '../image/partial/partial-element.ts';
import { openJpegDecoder } from '../image/partial/partial-jpeg.ts';
import { thumbToDataUrl } from '../image/make/thumb.ts';
import type { LabPicture } from './picture.ts';
import { EXACT_DB, frontsToMeasure, psnr, type QualityCurve } from './quality.ts';

/** Fronts decoded. Each is a decode of everything before it. */
const FRONTS = 32;
/** A quarter of the picture's sides, but no more pixels than a comparison of a few milliseconds takes. */
const SCALE = 4;
const MAX_SIDE = 640;
/** What a page shows where nothing is yet. */
const NOTHING = '#808080';

type Draw = (context: CanvasRenderingContext2D, width: number, height: number) => void;

/** @returns `undefined` when the browser cannot show the picture after all, or `signal` is aborted */
export async function measureQuality(
  picture: LabPicture,
  signal: AbortSignal,
): Promise<QualityCurve | undefined> {
  const scale = Math.min(1 / SCALE, MAX_SIDE / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return undefined;
  context.imageSmoothingQuality = 'high';

  const pixels = (...layers: (Draw | undefined)[]): Uint8ClampedArray => {
    context.fillStyle = NOTHING;
    context.fillRect(0, 0, width, height);
    for (const layer of layers) layer?.(context, width, height);
    return context.getImageData(0, 0, width, height).data;
  };

  const whole = await drawUrl(URL.createObjectURL(picture.blob));
  if (whole === undefined) return undefined;
  const exact = pixels(whole);
  const previewUrl =
    picture.preview && URL.createObjectURL(new Blob([picture.preview as Uint8Array<ArrayBuffer>]));
  const preview = previewUrl === undefined ? undefined : await drawUrl(previewUrl);
  const thumbUrl = picture.thumb && thumbToDataUrl(picture.thumb);
  const thumb = thumbUrl ? await drawUrl(thumbUrl) : undefined;

  const decoder = await openDecoder(picture, { width, height });
  const layer = document.createElement('canvas');
  layer.width = width;
  layer.height = height;
  const layerContext = layer.getContext('2d');
  if (layerContext === null) return undefined;
  // Each front takes the place of the one before.
  layerContext.globalCompositeOperation = 'copy';
  const fronts = frontsToMeasure(picture.bytes.length, FRONTS);
  const bare = new Float64Array(fronts.length).fill(Number.NaN);
  const overPreview = new Float64Array(fronts.length).fill(Number.NaN);
  for (const [index, front] of fronts.entries()) {
    if (signal.aborted) return undefined;
    if (front === picture.bytes.length) {
      bare[index] = EXACT_DB;
      overPreview[index] = EXACT_DB;
      continue;
    }
    // Refused: too short for a first row.
    const frame = await decoder?.decode(front).catch(() => undefined);
    if (frame !== undefined) {
      // A decoder clears what is missing of its frame, which is not to clear the preview beneath it.
      frame.draw(layerContext, width, height);
      const draw: Draw = (onto) => onto.drawImage(layer, 0, 0);
      bare[index] = psnr(pixels(draw), exact);
      overPreview[index] = preview ? psnr(pixels(preview, draw), exact) : bare[index];
      frame.close();
    }
    // Leaves room for input and painting between two decodes.
    await new Promise((resolve) => setTimeout(resolve));
  }
  decoder?.close();
  return {
    bytes: Float64Array.from(fronts),
    bare,
    overPreview,
    preview: preview && psnr(pixels(preview), exact),
    thumb: thumb && psnr(pixels(thumb), exact),
  };
}

/**
 * A front with an end put behind it, where that is possible: of each file that is cut short Firefox reports
 * an error on its console.
 */
async function openDecoder(
  { type, bytes }: LabPicture,
  size: { width: number; height: number },
): Promise<PartialDecoder | undefined> {
  const read = (from: number, to: number) => Promise.resolve(bytes.subarray(from, to));
  const stored = readDimensions(bytes, type);
  const jpeg = stored && openJpegDecoder({ type, stored, size, length: bytes.length, read });
  return jpeg ?? decodeWithElement({ type, read });
}

async function drawUrl(url: string): Promise<Draw | undefined> {
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    return undefined;
  } finally {
    // The decoded image is independent of it.
    if (url.startsWith('blob:')) URL.revokeObjectURL(url);
  }
  return (context, width, height) => context.drawImage(image, 0, 0, width, height);
}
