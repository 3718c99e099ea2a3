/**
 * How good a picture looks that is still arriving: peak signal-to-noise ratio against the whole picture, both
 * at a quarter of their size, as a person sees a photograph on a page (the metric of Raman et al., "ITP: an
 * image transport protocol", ICNP 2000). A front of a file always decodes to the same picture, so quality
 * over time follows from quality over bytes.
 */
import type { Millis } from '../protocol/endpoint.ts';
import { lastBefore, type Steps, type Timeline } from './timeline.ts';

/** Decibels of an exact copy, whose ratio is infinite: above what 8 bits a colour show. */
export const EXACT_DB = 60;

/**
 * From here on one sees what the picture shows. A preview of 320 pixels reaches 22 to 30 dB, the first pass
 * of a progressive JPEG about 22; the top half of a picture over grey stays below 20.
 */
export const FIRST_PICTURE_DB = 20;

/** Quality of the front of one file, over growing fronts. `NaN`: nothing to see yet. */
export interface QualityCurve {
  /** Sorted; the last is the whole file. */
  readonly bytes: Float64Array;
  /** Over nothing but grey. */
  readonly bare: Float64Array;
  /** Over the preview, as Tessera shows it; the same as `bare` without one. */
  readonly overPreview: Float64Array;
  /** Of the preview and of the thumb alone. */
  readonly preview: number | undefined;
  readonly thumb: number | undefined;
}

/** Decibels between two pictures of the same size, RGBA with full alpha. */
export function psnr(a: Uint8ClampedArray, b: Uint8ClampedArray): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 4) {
    const red = (a[i] as number) - (b[i] as number);
    const green = (a[i + 1] as number) - (b[i + 1] as number);
    const blue = (a[i + 2] as number) - (b[i + 2] as number);
    sum += red * red + green * green + blue * blue;
  }
  const mean = sum / ((a.length / 4) * 3);
  return mean === 0 ? EXACT_DB : Math.min(EXACT_DB, 10 * Math.log10((255 * 255) / mean));
}

/** Fronts worth a decode: closer together at the beginning, where most of the picture arrives. */
export function frontsToMeasure(byteLength: number, count: number): number[] {
  const fronts = Array.from({ length: count }, (_, i) => Math.ceil(byteLength * ((i + 1) / count) ** 1.5));
  return [...new Set(fronts)].filter((front) => front > 0);
}

/**
 * Quality over time as a person on this side sees it. Every change is a step; `NaN` before anything is seen.
 */
export function qualityOver(timeline: Timeline, curve: QualityCurve): Steps {
  const at: number[] = [];
  const value: number[] = [];
  const see = (time: Millis, decibels: number | undefined): void => {
    if (decibels === undefined || Number.isNaN(decibels) || decibels <= (value.at(-1) ?? -Infinity)) return;
    at.push(time);
    value.push(decibels);
  };
  const ours = timeline.system === 'tessera';
  // The thumb is in the offer: it is there when the person accepts.
  if (ours) see(0, curve.thumb);
  const { previewAt = Infinity } = timeline;
  let previewSeen = false;
  for (const [index, time] of timeline.front.at.entries()) {
    if (!previewSeen && previewAt <= time) {
      previewSeen = true;
      see(previewAt, curve.preview);
    }
    const measured = lastBefore(curve.bytes, timeline.front.value[index] as number);
    see(time, (previewSeen ? curve.overPreview : curve.bare)[measured]);
  }
  if (!previewSeen && previewAt !== Infinity) see(previewAt, curve.preview);
  return { at: Float64Array.from(at), value: Float64Array.from(value) };
}

/** When the picture can be made out; the thumb of the offer does not count. */
export function firstPictureAt(quality: Steps): Millis | undefined {
  const index = quality.value.findIndex(
    (decibels, i) => decibels >= FIRST_PICTURE_DB && (quality.at[i] ?? 0) > 0,
  );
  return index < 0 ? undefined : quality.at[index];
}
