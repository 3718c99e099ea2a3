/**
 * Files to send: a JPEG in front, then bytes that nothing compresses, so that every size can be had and no
 * two are alike.
 */
import { createCipheriv, createHash } from 'node:crypto';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';

const PIECE = 1 << 20;

/** A photograph-like picture of the browser's own making, about 60 KB. */
async function drawnJpeg(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = 640;
    canvas.height = 480;
    const context = canvas.getContext('2d')!;
    const image = context.createImageData(canvas.width, canvas.height);
    let state = 1;
    for (let i = 0; i < image.data.length; i += 4) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const x = (i / 4) % canvas.width;
      const y = i / 4 / canvas.width;
      image.data[i] = x * 0.4 + (state >>> 28);
      image.data[i + 1] = y * 0.5 + (state >>> 27);
      image.data[i + 2] = 128 + 100 * Math.sin((x + y) / 40);
      image.data[i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
    return canvas.toDataURL('image/jpeg', 0.8).split(',')[1]!;
  });
  return Buffer.from(base64, 'base64');
}

/** A folder of pictures that goes when the bench does. */
export class Pictures {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tessera-bench-'));
  readonly #front: Buffer;
  readonly #name: string;
  #count = 0;

  private constructor(front: Buffer, name = 'picture') {
    this.#front = front;
    this.#name = name;
  }

  /** @param photo a JPEG to put in front; without it the page draws one */
  static async make(page: Page, photo?: string): Promise<Pictures> {
    return new Pictures(photo === undefined ? await drawnJpeg(page) : readFileSync(photo));
  }

  /** @param front what every picture begins with @param name what their names begin with */
  static of(front: Buffer, name?: string): Pictures {
    return new Pictures(front, name);
  }

  /**
   * A new picture of exactly `bytes`, unlike all before it: a receiver that knows the digest would ask for
   * nothing. The bytes are the same in every run of the bench.
   */
  async next(bytes: number): Promise<{ name: string; path: string }> {
    const number = ++this.#count;
    const name = `${this.#name}-${number}.jpg`;
    const path = join(this.#folder, name);
    const key = createHash('sha256').update(`tessera bench ${number}`).digest();
    const noise = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
    const file = createWriteStream(path);
    const front = this.#front.subarray(0, bytes);
    file.write(front);
    for (let left = bytes - front.length; left > 0; left -= PIECE) {
      if (!file.write(noise.update(Buffer.alloc(Math.min(PIECE, left))))) await once(file, 'drain');
    }
    file.end();
    await once(file, 'close');
    return { name, path };
  }

  /** Forgets the file; its page has read it. */
  drop(picture: { path: string }): void {
    rmSync(picture.path, { force: true });
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
