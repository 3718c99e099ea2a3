/**
 * One frame of a film, small, as the picture that its preview is made of. Drawn by the browser's own player,
 * which decodes what the sender's browser plays anyway; whatever it cannot play has no preview.
 */
import { fitsDecodeLimit } from '../inspect/dimensions.ts';

export interface Poster {
  blob: Blob;
  /** Of `blob`, pixels. */
  drawn: { width: number; height: number };
  /** Of the film. */
  width: number;
  height: number;
}

/** A first frame of a phone's film is here within a second; a player that takes longer than this is stuck. */
const TIME_LIMIT_MS = 8000;
/** Longest side: twice the preview's, as for photographs. */
const SIDE = 640;
/** Films often begin in black. */
const SEEK_SECONDS = 1;

/** `undefined`: this browser does not play it, or not in time. Never rejects. */
export async function posterOf(film: Blob, signal: AbortSignal): Promise<Poster | undefined> {
  const video = document.createElement('video');
  const url = URL.createObjectURL(film);
  const stop = AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT_MS)]);
  video.muted = true;
  video.playsInline = true;
  video.preload = 'auto';
  try {
    video.src = url;
    await happens(video, 'loadeddata', stop);
    const { videoWidth: width, videoHeight: height, duration } = video;
    if (width === 0 || !fitsDecodeLimit({ width, height })) return undefined;
    // A film still being recorded has no length, and may refuse to be wound.
    if (Number.isFinite(duration)) {
      const wound = happens(video, 'seeked', stop);
      video.currentTime = Math.min(SEEK_SECONDS, duration / 2);
      await wound;
    }
    return await drawFrame(video, width, height);
  } catch {
    return undefined;
  } finally {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(url);
  }
}

async function drawFrame(video: HTMLVideoElement, width: number, height: number): Promise<Poster> {
  const scale = Math.min(1, SIDE / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.85));
  if (blob === null) throw new Error('the frame could not be encoded');
  return { blob, drawn: { width: canvas.width, height: canvas.height }, width, height };
}

function happens(video: HTMLVideoElement, event: string, stop: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error('the film cannot be played'));
    video.addEventListener(event, () => resolve(), { once: true });
    video.addEventListener('error', fail, { once: true });
    stop.addEventListener('abort', fail, { once: true });
    if (stop.aborted) fail();
  });
}
