/** A film of the browser's own making. */
import type { Page } from '@playwright/test';
import type { Picture } from './pictures.ts';

/** Half a second of a red disc on blue, recorded by the browser itself. */
export async function film(page: Page, name: string): Promise<Picture> {
  const base64 = await page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    canvas.width = 320;
    canvas.height = 180;
    const context = canvas.getContext('2d')!;
    const draw = (frame: number) => {
      context.fillStyle = '#123a8c';
      context.fillRect(0, 0, 320, 180);
      context.fillStyle = '#d03020';
      context.beginPath();
      context.arc(60 + frame * 10, 90, 40, 0, 7);
      context.fill();
    };
    // Before it is captured: a stream may begin with what the canvas holds.
    draw(0);
    const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: 'video/webm' });
    const parts: Blob[] = [];
    recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
    const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve));
    recorder.start();
    for (let frame = 0; frame < 15; frame++) {
      draw(frame);
      await new Promise((next) => setTimeout(next, 33));
    }
    recorder.stop();
    await stopped;
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  });
  return { name, mimeType: 'video/webm', buffer: Buffer.from(base64, 'base64') };
}
