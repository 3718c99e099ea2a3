/**
 * The browser's own word on a picture's size, which costs no pixels: an element that nobody draws decodes
 * none.
 */
import { HEADER_BYTES, type Dimensions, naturalSize } from './dimensions.ts';
import { LONG_HEADER_BYTES } from './measure.ts';

/** In pixels. */
export interface Size {
  width: number;
  height: number;
}

/** @returns in CSS pixels, as seen; `undefined`: it would show nothing */
export async function elementSize(blob: Blob): Promise<Size | undefined> {
  const image = new Image();
  const url = URL.createObjectURL(blob);
  try {
    return await new Promise((resolve) => {
      image.addEventListener('load', () =>
        resolve({ width: image.naturalWidth, height: image.naturalHeight }),
      );
      image.addEventListener('error', () => resolve(undefined));
      image.src = url;
    });
  } finally {
    image.src = '';
    URL.revokeObjectURL(url);
  }
}

/** Whether two sizes are equal, in the same orientation. */
export function sameSize(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height;
}

/**
 * Whether the browser sees the picture that was read, by the front of it: to be asked before a decoder that
 * has no element gets it. `undefined`: it sees none yet.
 */
export async function agreesWithElement(front: Blob, read: Dimensions): Promise<boolean | undefined> {
  const seen = await elementSize(front);
  return seen && sameSize(seen, naturalSize(read));
}

/**
 * The same for a whole file, of which no more is looked at than its header takes. Rejects what is not the
 * picture that was read.
 */
export async function expectSize(file: Blob, natural: Size): Promise<void> {
  for (const length of [HEADER_BYTES, LONG_HEADER_BYTES]) {
    const seen = await elementSize(file.slice(0, length, file.type));
    if (seen && sameSize(seen, natural)) return;
    if (seen !== undefined || length >= file.size) break;
  }
  throw new SizeError();
}

/** The browser's decoder sees another picture than the one whose header was read. */
export class SizeError extends Error {
  constructor() {
    super('another size than was read');
    this.name = 'SizeError';
  }
}
