/**
 * A photograph of the bench's own making: detail on every scale, as cameras see the world, so that it
 * compresses like one.
 */
import type { Page } from '@playwright/test';

export interface Photograph {
  width: number;
  height: number;
  /** Of the JPEG, 0 … 1. */
  quality: number;
  seed: number;
}

/**
 * Drawn in `page`, which may show anything; the same values give the same picture. Noise of octaves, each
 * with half the contrast of the one twice as coarse (natural images have amplitudes of about 1 / frequency),
 * over a coloured ground.
 */
export async function drawPhotograph(page: Page, photograph: Photograph): Promise<Buffer> {
  const base64 = await page.evaluate(async ({ width, height, quality, seed }) => {
    let state = seed;
    const random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext('2d')!;
    const ground = context.createLinearGradient(0, 0, width / 3, height);
    ground.addColorStop(0, '#2a5a9a');
    ground.addColorStop(0.55, '#e8c08a');
    ground.addColorStop(0.6, '#5a6a3c');
    ground.addColorStop(1, '#2c2418');
    context.fillStyle = ground;
    context.fillRect(0, 0, width, height);
    for (let hill = 0; hill < 30; hill++) {
      context.fillStyle = `hsl(${random() * 360} 45% ${25 + random() * 45}% / 0.6)`;
      context.beginPath();
      context.ellipse(
        random() * width,
        height * (0.4 + random() * 0.6),
        (random() * width) / 5,
        (random() * height) / 9,
        random(),
        0,
        7,
      );
      context.fill();
    }
    context.globalCompositeOperation = 'overlay';
    context.imageSmoothingQuality = 'high';
    for (let cell = Math.max(width, height) / 4, contrast = 0.9; cell >= 1; cell /= 2, contrast *= 0.72) {
      const noise = document.createElement('canvas');
      noise.width = Math.ceil(width / cell);
      noise.height = Math.ceil(height / cell);
      const small = noise.getContext('2d')!;
      const image = small.createImageData(noise.width, noise.height);
      for (let at = 0; at < image.data.length; at += 4) {
        const shade = random() * 255;
        for (let colour = 0; colour < 3; colour++) image.data[at + colour] = shade + (random() - 0.5) * 60;
        image.data[at + 3] = 255;
      }
      small.putImageData(image, 0, 0);
      context.globalAlpha = contrast;
      context.drawImage(noise, 0, 0, noise.width * cell, noise.height * cell);
    }
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality));
    const bytes = new Uint8Array(await blob!.arrayBuffer());
    let text = '';
    for (let at = 0; at < bytes.length; at += 8192)
      text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(text);
  }, photograph);
  return Buffer.from(base64, 'base64');
}
