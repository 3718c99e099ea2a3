/**
 * Reads QR pictures where the browser cannot by itself (Firefox, Safari). The one door of qr; loaded when a
 * camera opens.
 */
import { decodeQR } from 'qr/decode.js';

/** A text longer than any link of ours is no link of ours. */
const MAX_TEXT = 2000;

/** The text of a QR picture in an image of `width · height` RGBA pixels, or `undefined`. Never throws. */
export function readQr(image: {
  width: number;
  height: number;
  data: Uint8Array | Uint8ClampedArray;
}): string | undefined {
  try {
    const text = decodeQR(image, { format: 'RGBA' });
    return text.length > 0 && text.length <= MAX_TEXT ? text : undefined;
  } catch {
    // No QR picture, or half of one: the next look may be better.
    return undefined;
  }
}

/**
 * Frames are read at this width at most: enough for a link held in front of the camera, and quick on a phone.
 */
const FRAME_WIDTH = 640;

/** The part of `BarcodeDetector` that the scanner uses. */
export class FrameReader {
  readonly #canvas = document.createElement('canvas');

  async detect(source: HTMLVideoElement): Promise<readonly { rawValue: string }[]> {
    const { videoWidth, videoHeight } = source;
    if (videoWidth === 0 || videoHeight === 0) return [];
    const scale = Math.min(1, FRAME_WIDTH / videoWidth);
    this.#canvas.width = Math.round(videoWidth * scale);
    this.#canvas.height = Math.round(videoHeight * scale);
    const context = this.#canvas.getContext('2d', { willReadFrequently: true });
    if (!context) return [];
    context.drawImage(source, 0, 0, this.#canvas.width, this.#canvas.height);
    const text = readQr(context.getImageData(0, 0, this.#canvas.width, this.#canvas.height));
    return text === undefined ? [] : [{ rawValue: text }];
  }
}
