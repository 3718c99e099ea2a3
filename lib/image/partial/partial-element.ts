/**
 * The front of a file as a blob in an `<img>`: every browser paints what is there, and turns it upright
 * itself.
 */
import { Front } from '../inspect/front.ts';
import type { DrawableFrame, PartialDecoder } from './decoder.ts';

interface ElementOptions {
  type: string;
  read: (from: number, to: number) => Promise<Uint8Array>;
}

/** Types whose truncated files `<img>` paints. */
const PAINTED = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif']);

/** @returns `undefined` when the type is not shown partly */
export async function decodeWithElement({ type, read }: ElementOptions): Promise<PartialDecoder | undefined> {
  if (!PAINTED.has(type)) return undefined;
  const front = new Front(read);
  return {
    async decode(prefix) {
      const pieces = await front.upTo(prefix);
      const url = URL.createObjectURL(new Blob([...pieces], { type }));
      const image = new Image();
      image.src = url;
      try {
        await loaded(image);
      } catch {
        // Too little for a first row; more bytes may do.
        URL.revokeObjectURL(url);
        return undefined;
      }
      return elementFrame(image, url);
    },
    close: () => front.release(),
  };
}

function elementFrame(image: HTMLImageElement, url: string): DrawableFrame {
  return {
    draw(context, width, height) {
      context.drawImage(image, 0, 0, width, height);
    },
    close() {
      image.src = '';
      URL.revokeObjectURL(url);
    },
  };
}

/** `decode()` refuses truncated files, `load` does not. */
function loaded(image: HTMLImageElement): Promise<void> {
  return new Promise((resolve, reject) => {
    image.addEventListener('load', () => resolve(), { once: true });
    image.addEventListener('error', () => reject(new Error('nothing to paint yet')), { once: true });
  });
}
