/**
 * The front of a JPEG with an end put behind it, which `createImageBitmap` then takes for a whole file: decoded off the
 * page's thread, at the size it is drawn at, and gone when it was drawn. Of an `<img>` that is drawn Chromium keeps every
 * decoded pixel, fifty megabytes of each front of a phone's photograph.
 */
import type { Dimensions } from './dimensions.ts';
import type { PartialDecoder } from './partial.ts';

interface JpegOptions {
  type: string;
  stored: Dimensions;
  /** What it will be drawn at, as seen. */
  size: { width: number; height: number };
  read: (from: number, to: number) => Promise<Uint8Array>;
}

const END = Uint8Array.of(0xff, 0xd9);
/** Fronts in a row that may be too short for a first row; then this browser wants whole files only. */
const MOST_REFUSED = 3;
/** What decoders fill up with: coefficients of zero. */
const GREY = 128;
/** Rounding of colours, and of scaling. */
const NEARLY = 2;
/** Rows of a picture that come together at most; the last of them ends somewhere in the middle. */
const MCU_ROWS = 16;
/** Pixels across, of the picture made narrow to look for its end. */
const LOOKED_AT = 16;

/** @returns `undefined` for other types */
export function openJpegDecoder({ type, stored, size, read }: JpegOptions): PartialDecoder | undefined {
  if (type !== 'image/jpeg' || typeof createImageBitmap === 'undefined') return undefined;
  const pieces: BlobPart[] = [];
  let fed = 0;
  let refused = 0;
  const edge = lastRowAt(stored.orientation ?? 1);
  return {
    async decode(prefix) {
      if (prefix > fed) {
        pieces.push(new Blob([(await read(fed, prefix)) as Uint8Array<ArrayBuffer>]));
        fed = prefix;
      }
      let bitmap: ImageBitmap;
      try {
        bitmap = await createImageBitmap(new Blob([...pieces, END], { type }), {
          resizeWidth: size.width,
          resizeHeight: size.height,
          resizeQuality: 'medium',
        });
      } catch (error) {
        refused += 1;
        if (refused > MOST_REFUSED) throw error;
        return undefined;
      }
      refused = 0;
      const missing = missingShare(bitmap, edge, MCU_ROWS / stored.height);
      return {
        draw(context, width, height) {
          context.drawImage(bitmap, 0, 0, width, height);
          const across = edge === 'left' || edge === 'right' ? Math.ceil(width * missing) : width;
          const down = edge === 'top' || edge === 'bottom' ? Math.ceil(height * missing) : height;
          // What has not come is not grey but what lies beneath.
          if (missing > 0)
            context.clearRect(
              edge === 'right' ? width - across : 0,
              edge === 'bottom' ? height - down : 0,
              across,
              down,
            );
        },
        close: () => bitmap.close(),
      };
    },
    close() {
      pieces.length = 0;
    },
  };
}

type Edge = 'top' | 'right' | 'bottom' | 'left';

/** Where the last stored row is seen, for EXIF's eight ways of turning a picture. */
function lastRowAt(orientation: number): Edge {
  if (orientation === 3 || orientation === 4) return 'top';
  if (orientation === 5 || orientation === 8) return 'right';
  if (orientation === 6 || orientation === 7) return 'left';
  return 'bottom';
}

/** The share of the picture, from the edge on, that is nothing but what decoders fill up with, and the rows half filled. */
function missingShare(bitmap: ImageBitmap, edge: Edge, rowsHalfFilled: number): number {
  const upright = edge === 'top' || edge === 'bottom';
  const length = upright ? bitmap.height : bitmap.width;
  const canvas = document.createElement('canvas');
  canvas.width = upright ? LOOKED_AT : length;
  canvas.height = upright ? length : LOOKED_AT;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return 0;
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const { data, width } = context.getImageData(0, 0, canvas.width, canvas.height);
  const isGrey = (line: number): boolean => {
    for (let i = 0; i < LOOKED_AT; i++) {
      const at = 4 * (upright ? line * width + i : i * width + line);
      for (let colour = 0; colour < 3; colour++)
        if (Math.abs((data[at + colour] as number) - GREY) > NEARLY) return false;
    }
    return true;
  };
  const fromEnd = edge === 'bottom' || edge === 'right';
  let missing = 0;
  while (missing < length && isGrey(fromEnd ? length - 1 - missing : missing)) missing++;
  return missing === 0 ? 0 : Math.min(1, missing / length + rowsHalfFilled);
}
