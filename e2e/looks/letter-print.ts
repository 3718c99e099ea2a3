import type { Page } from '@playwright/test';

/**
 * A short text that is the same where letters are drawn the same: fonts differ from machine to machine, and a
 * picture of a page with other letters is another picture.
 */
export function letterPrint(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const style = getComputedStyle(document.documentElement);
    const canvas = document.createElement('canvas');
    canvas.width = 400;
    canvas.height = 120;
    const context = canvas.getContext('2d')!;
    for (const [i, font] of ['--font', '--mono'].entries()) {
      context.font = `20px ${style.getPropertyValue(font)}`;
      context.fillText('Hamburgefonstiv 0123 éß', 4, 24 + i * 60);
      context.fillText('صورة من البحر 夕方の港', 4, 54 + i * 60);
    }
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', pixels));
    return Array.from(hash.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('');
  });
}
