/** Measures how good the fronts of a file look, in a page with nothing else on it. */
import { measureQuality } from '../../lib/lab/measure-quality.ts';
import { openPicture } from '../../lib/lab/picture.ts';

/** Decibels over bytes of the front, where a decoder shows something. */
export interface FrontQuality {
  width: number;
  height: number;
  bytes: number[];
  decibels: number[];
}

async function measure(base64: string): Promise<FrontQuality> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const picture = await openPicture(new Blob([bytes]), 'picture');
  if (typeof picture === 'string') throw new Error(picture);
  const curve = await measureQuality(picture, new AbortController().signal);
  if (curve === undefined) throw new Error('this browser does not show the picture');
  const { width, height } = picture;
  return { width, height, bytes: [...curve.bytes], decibels: [...curve.bare] };
}

const qualityPage = { measure };

declare global {
  interface Window {
    qualityPage: typeof qualityPage;
  }
}
window.qualityPage = qualityPage;
