/**
 * Large photographs in small boxes: of an `<img>` Chromium keeps every decoded pixel, fifty megabytes for
 * each card in sight.
 */
import { expectSize } from '../../../lib/image/inspect/element-size.ts';
import { inTurn } from '../../../lib/image/make/in-turn.ts';
import type { ReceivedFile } from '../transfer/received-file.ts';

/** Four bytes each. Below this an `<img>` costs less than the care. */
const MAX_ELEMENT_PIXELS = 3_000_000;

/** JPEG only: the other formats may move. */
export function isLarge({ kind, size }: ReceivedFile): boolean {
  return kind?.type === 'image/jpeg' && size !== undefined && size.width * size.height > MAX_ELEMENT_PIXELS;
}

/**
 * Decodes off the page's thread and draws at the size that the canvas has on the screen. Rejects what cannot
 * be decoded whole, and with a `SizeError` what is not what was read.
 */
export function drawScaled(
  canvas: HTMLCanvasElement,
  { blob, size, natural }: Pick<ReceivedFile, 'blob' | 'size' | 'natural'>,
  signal: AbortSignal,
): Promise<void> {
  return inTurn(async () => {
    if (signal.aborted || size === undefined || natural === undefined) return;
    await expectSize(blob, natural);
    const box = canvas.getBoundingClientRect();
    const across = Math.max(box.width, 1) * devicePixelRatio;
    const down = Math.max(box.height, 1) * devicePixelRatio;
    const scale = Math.min(1, across / size.width, down / size.height);
    const bitmap = await createImageBitmap(blob, {
      resizeWidth: Math.max(1, Math.round(size.width * scale)),
      resizeHeight: Math.max(1, Math.round(size.height * scale)),
      resizeQuality: 'high',
    });
    if (!signal.aborted) {
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
      canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
    }
    bitmap.close();
  });
}
