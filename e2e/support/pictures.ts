/** Photographs of our own making, drawn in a page: the same seed gives the same picture. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';

export interface Picture {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export interface Drawing {
  name: string;
  mimeType: 'image/jpeg' | 'image/png' | 'image/webp';
  width: number;
  height: number;
  /** 0: smooth, compresses well. 1: grain all over. */
  grain: number;
  seed: number;
}

/** `page` may show anything; it is only drawn in. */
export async function draw(page: Page, drawing: Drawing): Promise<Picture> {
  const base64 = await page.evaluate(async ({ mimeType, width, height, grain, seed }) => {
    let state = seed;
    const random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext('2d')!;
    const sky = context.createLinearGradient(0, 0, width / 3, height);
    sky.addColorStop(0, '#1d4f91');
    sky.addColorStop(0.6, '#f4c27a');
    sky.addColorStop(1, '#20301c');
    context.fillStyle = sky;
    context.fillRect(0, 0, width, height);
    for (let hill = 0; hill < 40; hill++) {
      context.fillStyle = `hsl(${random() * 360} 40% ${20 + random() * 50}% / 0.5)`;
      context.beginPath();
      context.arc(random() * width, random() * height, (random() * width) / 6, 0, 7);
      context.fill();
    }
    const image = context.getImageData(0, 0, width, height);
    for (let at = 0; at < image.data.length; at += 4) {
      const shade = (random() - 0.5) * 160 * grain;
      for (let colour = 0; colour < 3; colour++) image.data[at + colour]! += shade;
    }
    context.putImageData(image, 0, 0);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, mimeType, 0.9));
    const bytes = new Uint8Array(await blob!.arrayBuffer());
    let text = '';
    for (let at = 0; at < bytes.length; at += 8192)
      text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return btoa(text);
  }, drawing);
  return { name: drawing.name, mimeType: drawing.mimeType, buffer: Buffer.from(base64, 'base64') };
}

/** Looks the same and has another digest: a receiver that knows a file's digest asks for nothing of it. */
export function unlike(picture: Picture, name: string): Picture {
  // What follows the end of a picture shows nothing.
  return { ...picture, name, buffer: Buffer.concat([picture.buffer, Buffer.from(name)]) };
}

/** Bytes without a picture in them, of an exact length. */
export function plainBytes(name: string, length: number): Picture {
  const buffer = Buffer.alloc(length);
  for (let at = 0; at < length; at++) buffer[at] = (at * 131 + length) & 0xff;
  return { name, mimeType: 'image/jpeg', buffer };
}

/** Photographs handed around among developers; empty where they are not. */
const SHARED = fileURLToPath(new URL('../../../shared/images', import.meta.url));

const TYPES: Record<string, string> = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  heic: 'image/heic',
};

export function sharedPictures(): Picture[] {
  const folder = process.env.TESSERA_PICTURES ?? SHARED;
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const mimeType = TYPES[name.split('.').at(-1)!];
      return mimeType ? [{ name, mimeType, buffer: readFileSync(join(folder, name)) }] : [];
    });
}
