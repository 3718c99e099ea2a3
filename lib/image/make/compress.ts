/**
 * *Smaller*: the one door to browser-image-compression. Its worker is a blob that imports our own copy of the
 * library: the page's policy needs `worker-src 'self' blob:` and `script-src 'self'`, nothing looser. Where
 * the policy or the browser refuses the worker, the library itself goes on without one.
 */
import { fitsDecodeLimit } from '../inspect/dimensions.ts';
import { measure } from '../inspect/measure.ts';
import { moves } from '../inspect/moves.ts';
import { sniffType, type ImageKind } from '../inspect/sniff.ts';
import { vendorUrl } from './vendor-url.ts';

/** How small a picture may become. */
export interface CompressChoice {
  /** 0 … 1; 0.8 looks like the original to most people. */
  quality: number;
  /** Pixels; a picture that is smaller keeps its size. */
  longestSide: number;
}

export interface CompressHooks {
  /** 0 … 1. */
  onProgress?: (done: number) => void;
  signal?: AbortSignal;
}

/** A closed set. */
export type CompressProblem =
  /** No picture that this browser decodes, or one above `MAX_PIXELS`. */
  | 'not-possible'
  /** The result would not be smaller: send the original instead. */
  | 'not-smaller'
  /** It has more than one frame, and would lose its motion: send the original instead. */
  | 'moves';

export class CompressError extends Error {
  readonly code: CompressProblem;

  constructor(code: CompressProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CompressError';
    this.code = code;
  }
}

/** Of a file that is looked at whole. */
const WHOLE_READ_BYTES = 48 * 1024 * 1024;

/** One decode, one draw, one encode; the person's quality is kept rather than searched for. */
const PASSES = 1;

/**
 * @returns a new file without metadata, upright, named after its type. Transparency stays: PNG and WebP keep
 * their type; JPEG stays JPEG.
 * @throws {CompressError} and the signal's reason
 */
export async function compressImage(
  file: File,
  { quality, longestSide }: CompressChoice,
  { onProgress, signal }: CompressHooks = {},
): Promise<File> {
  signal?.throwIfAborted();
  const { kind, size } = await measure(file);
  if (kind === undefined || size === undefined || !fitsDecodeLimit(size)) {
    throw new CompressError('not-possible', 'not a picture that can be made smaller here');
  }
  // A second frame of a GIF may be anywhere; beyond this much it is looked for no further.
  if (moves(new Uint8Array(await file.slice(0, WHOLE_READ_BYTES).arrayBuffer()), kind.type))
    throw new CompressError('moves', 'an animation would become one frame');
  const { default: shrink } = await import('browser-image-compression');
  const type = outputType(kind);
  let small: File | Blob;
  try {
    small = await shrink(typed(file, kind.type), {
      fileType: type,
      initialQuality: quality,
      maxWidthOrHeight: longestSide,
      maxIteration: PASSES,
      useWebWorker: true,
      // Absolute: a blob worker has no address that a relative one could start from.
      libURL: vendorUrl('browser-image-compression.js'),
      ...(signal !== undefined && { signal }),
      onProgress: (percent) => onProgress?.(Math.min(1, percent / 100)),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw new CompressError('not-possible', 'this browser could not decode the picture', { cause: error });
  }
  signal?.throwIfAborted();
  if (small.size >= file.size)
    throw new CompressError('not-smaller', `${small.size} bytes instead of ${file.size}`);
  // Some browsers write PNG when asked for WebP: the bytes say what was written.
  const found = sniffType(new Uint8Array(await small.slice(0, 64).arrayBuffer()));
  const { type: newType, extension } = found ?? { type, extension: kind.extension };
  return new File([small], renamed(file.name, newType, extension), {
    type: newType,
    lastModified: file.lastModified,
  });
}

/** Never JPEG for what may be transparent. GIF and AVIF have no encoder in browsers. */
function outputType({ type }: ImageKind): string {
  if (type === 'image/jpeg' || type === 'image/png') return type;
  // HEIC is made by cameras: opaque, and only Safari gets this far.
  return type === 'image/heic' || type === 'image/heif' ? 'image/jpeg' : 'image/webp';
}

/** The library believes the file's type. */
function typed(file: File, type: string): File {
  return file.type === type ? file : new File([file], file.name, { type, lastModified: file.lastModified });
}

function renamed(name: string, type: string, extension: string): string {
  if (type === 'image/jpeg' && /\.jpe?g$/i.test(name)) return name;
  return `${name.replace(/\.[a-z0-9]{1,5}$/i, '')}.${extension}`;
}
