/**
 * Shows a picture while it arrives: the contiguous front of the file is decoded as it grows and drawn in
 * place on one canvas (design §6). Three ways: `ImageDecoder` on a stream that stays open
 * (progressive JPEG), a front with an end put behind it (other JPEG), and `<img>` over a truncated blob
 * (everything else). Whatever goes wrong in here costs the person the partial picture and nothing else.
 */
import { fitsDecodeLimit, readDimensions, uprightSize, type Dimensions } from '../inspect/dimensions.ts';
import { agreesWithElement } from '../inspect/element-size.ts';
import type { DrawableFrame, PartialDecoder } from './decoder.ts';
import { decodeWithElement } from './partial-element.ts';
import { openJpegDecoder } from './partial-jpeg.ts';
import { openStreamDecoder } from './partial-stream.ts';
import { withinLimit } from '../inspect/within-limit.ts';

export interface PartialOptions {
  /** Drawn on; its width and height are set to the picture's, upright, scaled down to `MAX_SIDE`. */
  canvas: HTMLCanvasElement;
  /** From the magic bytes that arrived, never from the offer. */
  type: string;
  /** Bytes of the whole file. */
  length: number;
  /** Bytes [from, to) of the file, inside what `advance` was given. */
  read: (from: number, to: number) => Promise<Uint8Array>;
  /** After each paint that shows something, with the bytes that it represents. */
  onPaint?: (prefixBytes: number) => void;
}

/** Paints what is there of a picture onto a canvas while the rest arrives. */
export interface PartialPainter {
  /** The first `prefixBytes` of the file can be read now. Cheap: call it as often as it grows. */
  advance(prefixBytes: number): void;
  /** Stops painting and frees the decoder. What is on the canvas stays. */
  close(): void;
}

/** Four times a second looks alive and leaves the processor to the transfer. */
const PAINT_INTERVAL_MS = 250;
/**
 * Decoding takes at most one part in so many of the time: the picture's arrival matters more than its look on
 * the way.
 */
const REST = 8;
/** Canvas pixels along the longest side: sharper than any screen shows in a page, 16 MB at most. */
const MAX_SIDE = 2048;
/** Failed decodes and reads after which the partial picture is given up. */
const MAX_FAILURES = 3;
/** A header that is not whole by then never will be. */
const MAX_HEADER_BYTES = 4 * 1024 * 1024;
/** Fewer new bytes than this share of what was painted are not worth another decode of everything. */
const WORTHWHILE_GROWTH = 0.02;

/** Tries one decoder after the other, and gives up without an error when none can paint this file. */
export function createPartialPainter(options: PartialOptions): PartialPainter {
  const { canvas, type, length, read } = options;
  /** Known as soon as the header is there; nothing is decoded before. */
  let picture: { stored: Dimensions; size: { width: number; height: number } } | undefined;
  /** Ways still untried, best first. */
  const ways = [
    ({ stored }: NonNullable<typeof picture>) => openStreamDecoder({ type, stored, read }),
    ({ stored, size }: NonNullable<typeof picture>) => openJpegDecoder({ type, stored, size, length, read }),
    () => decodeWithElement({ type, read }),
  ];
  let decoder: PartialDecoder | undefined;
  let available = 0;
  let painted = 0;
  let busy = false;
  let closed = false;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastPaint = -Infinity;
  let lastCost = 0;
  /** Something of it was seen: looking at the canvas again would cost more than painting it. */
  let shown = false;

  function schedule(): void {
    if (closed || busy || timer !== undefined || available < painted * (1 + WORTHWHILE_GROWTH) + 1) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        void step();
      },
      Math.max(0, lastPaint + Math.max(PAINT_INTERVAL_MS, lastCost * REST) - performance.now()),
    );
  }

  async function step(): Promise<void> {
    busy = true;
    const prefix = available;
    lastPaint = performance.now();
    try {
      picture ??= await readSize(prefix);
      if (picture === undefined) {
        if (prefix >= MAX_HEADER_BYTES) close();
        painted = prefix;
        return;
      }
      decoder ??= await nextWay(picture);
      // No way left, or closed while one was being opened.
      if (decoder === undefined || closed) return close();
      const frame = await withinLimit(decoder.decode(prefix));
      painted = prefix;
      if (frame === undefined) return;
      if (!closed) {
        paint(frame, picture.size);
        // Some decoders answer with an empty picture until they have all: the preview is better than that.
        shown ||= !isBlank(canvas);
        if (shown) options.onPaint?.(prefix);
      }
      frame.close();
      if (frame.last === true) close();
    } catch {
      failures += 1;
      if (failures > MAX_FAILURES) return close();
      // This way does not work for this file: the next one starts from the beginning.
      decoder?.close();
      decoder = undefined;
      painted = 0;
    } finally {
      busy = false;
      lastCost = performance.now() - lastPaint;
      schedule();
    }
  }

  async function readSize(prefix: number): Promise<typeof picture> {
    const front = await read(0, Math.min(prefix, MAX_HEADER_BYTES));
    const stored = readDimensions(front, type);
    if (stored === undefined) return undefined;
    // A decoder that sees another picture than we do is not asked again.
    const agrees =
      fitsDecodeLimit(stored) &&
      (await agreesWithElement(new Blob([front as Uint8Array<ArrayBuffer>], { type }), stored));
    if (agrees === undefined) return undefined;
    if (!agrees) {
      close();
      return undefined;
    }
    const { width, height } = uprightSize(stored);
    const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
    const size = {
      width: Math.max(1, Math.round(width * scale)),
      height: Math.max(1, Math.round(height * scale)),
    };
    return { stored, size };
  }

  async function nextWay(known: NonNullable<typeof picture>): Promise<PartialDecoder | undefined> {
    for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
      const opened = await way(known);
      if (opened !== undefined) return opened;
    }
    return undefined;
  }

  function paint(frame: DrawableFrame, size: { width: number; height: number }): void {
    // Setting a canvas's size clears it, even to the same value: only once, and drawn over in the same task.
    if (canvas.width !== size.width) canvas.width = size.width;
    if (canvas.height !== size.height) canvas.height = size.height;
    const context = canvas.getContext('2d');
    if (context === null) return;
    // Each frame takes the place of the one before: drawn over it, what is half transparent would add up.
    context.globalCompositeOperation = 'copy';
    frame.draw(context, size.width, size.height);
  }

  function close(): void {
    closed = true;
    clearTimeout(timer);
    decoder?.close();
    decoder = undefined;
  }

  return {
    advance(prefixBytes) {
      if (prefixBytes > available) available = prefixBytes;
      schedule();
    },
    close,
  };
}

/** Samples taken along each side to see whether anything is drawn. */
const SAMPLES = 32;

function isBlank(canvas: HTMLCanvasElement): boolean {
  const small = document.createElement('canvas');
  small.width = SAMPLES;
  small.height = SAMPLES;
  const context = small.getContext('2d', { willReadFrequently: true });
  if (context === null) return false;
  context.imageSmoothingQuality = 'high';
  context.drawImage(canvas, 0, 0, SAMPLES, SAMPLES);
  return context.getImageData(0, 0, SAMPLES, SAMPLES).data.every((value) => value === 0);
}
