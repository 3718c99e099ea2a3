/**
 * The front of a JPEG with an end put behind it, which `createImageBitmap` then takes for a whole file:
 * decoded off the page's thread, at the size it is drawn at, and gone when it was drawn. Of an `<img>` that
 * is drawn Chromium keeps every decoded pixel, fifty megabytes of each front of a phone's photograph.
 */
import type { Dimensions } from '../inspect/dimensions.ts';
import { Front } from '../inspect/front.ts';
import { inTurn } from '../make/in-turn.ts';
import { JpegEnd } from '../inspect/jpeg-end.ts';
import type { PartialDecoder } from './decoder.ts';

interface JpegOptions {
  type: string;
  stored: Dimensions;
  /** What it will be drawn at, as seen. */
  size: { width: number; height: number };
  /** Bytes of the whole file. */
  length: number;
  read: (from: number, to: number) => Promise<Uint8Array>;
}

const END = Uint8Array.of(0xff, 0xd9);
/** Fronts in a row that may be too short for a first row; then this browser wants whole files only. */
const MAX_REFUSED = 3;
/** Rounding of colours, and of scaling. */
const NEARLY = 2;
/** Rows of a picture that arrive together at most; the last of them ends somewhere in the middle. */
const MCU_ROWS = 16;
/** Pixels across, of the picture made narrow to look for its end. */
const LOOKED_AT = 16;

/** @returns `undefined` for other types */
export function openJpegDecoder({
  type,
  stored,
  size,
  length,
  read,
}: JpegOptions): PartialDecoder | undefined {
  if (type !== 'image/jpeg' || typeof createImageBitmap === 'undefined') return undefined;
  const end = new JpegEnd();
  const front = new Front(read, (bytes) => end.push(bytes));
  let refused = 0;
  const edge = lastRowAt(stored.orientation ?? 1);
  return {
    async decode(prefix) {
      const pieces = await front.upTo(prefix);
      let bitmap: ImageBitmap;
      try {
        bitmap = await inTurn(() =>
          createImageBitmap(new Blob([...pieces, END], { type }), {
            resizeWidth: size.width,
            resizeHeight: size.height,
            resizeQuality: 'medium',
          }),
        );
      } catch (error) {
        refused += 1;
        if (refused > MAX_REFUSED) throw error;
        return undefined;
      }
      refused = 0;
      const last = prefix >= length || end.at !== undefined;
      // What a whole picture lacks it really lacks.
      const missing = last ? 0 : missingShare(bitmap, edge, MCU_ROWS / stored.height);
      return {
        last,
        draw(context, width, height) {
          context.drawImage(bitmap, 0, 0, width, height);
          const across = edge === 'left' || edge === 'right' ? Math.ceil(width * missing) : width;
          const down = edge === 'top' || edge === 'bottom' ? Math.ceil(height * missing) : height;
          // What is missing is no colour but what lies beneath.
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
    close: () => front.release(),
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

/**
 * The share of the picture, from its last row back, that is all of one colour (decoders fill up with zero
 * coefficients, a grey that the picture's colour profile turns into some other), and the rows half filled. A
 * picture that really ends in one colour shows its preview there for the moment.
 */
function missingShare(bitmap: ImageBitmap, edge: Edge, rowsHalfFilled: number): number {
  const upright = edge === 'top' || edge === 'bottom';
  const lines = upright ? bitmap.height : bitmap.width;
  const canvas = document.createElement('canvas');
  canvas.width = upright ? LOOKED_AT : lines;
  canvas.height = upright ? lines : LOOKED_AT;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) return 0;
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const { data, width } = context.getImageData(0, 0, canvas.width, canvas.height);
  /** A line's place counted from the last row, where pixel `i` of it is in `data`. */
  const at = (fromLast: number, i: number): number => {
    const line = edge === 'bottom' || edge === 'right' ? lines - 1 - fromLast : fromLast;
    return 4 * (upright ? line * width + i : i * width + line);
  };
  const fill = data.slice(at(0, 0), at(0, 0) + 3);
  const isFill = (fromLast: number): boolean => {
    for (let i = 0; i < LOOKED_AT; i++)
      for (let colour = 0; colour < 3; colour++)
        if (Math.abs((data[at(fromLast, i) + colour] as number) - (fill[colour] as number)) > NEARLY)
          return false;
    return true;
  };
  let missing = 0;
  while (missing < lines && isFill(missing)) missing++;
  return missing === 0 ? 0 : Math.min(1, missing / lines + rowsHalfFilled);
}
