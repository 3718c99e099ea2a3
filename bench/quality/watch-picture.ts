/**
 * Looks at the box of one picture on the receiver's page each time it changes, as a person would, and says
 * how good what it shows is: PSNR against the whole picture, both at a quarter of its size
 * (lib/lab/quality.ts).
 */
import type { Page } from '@playwright/test';
import { EXACT_DB, psnr } from '../../lib/lab/quality.ts';

interface Look {
  /** Milliseconds of the page's clock. */
  at: number;
  stage: string;
  pixels: Uint8ClampedArray;
}

interface Watched {
  name: string;
  width: number;
  height: number;
  looks: Look[];
}

declare global {
  var watchedPicture: Watched | undefined;
  var psnrOf: typeof psnr;
}

/** Runs in the page before its own scripts; must be self-contained. */
function watch(): void {
  let coming = false;

  function look(): void {
    coming = false;
    const watched = globalThis.watchedPicture;
    const card = watched && document.querySelector(`[data-testid=transfer][data-name="${watched.name}"]`);
    const box = card?.querySelector<HTMLElement>('[data-testid=preview]');
    if (!watched || !box) return;
    const canvas = document.createElement('canvas');
    canvas.width = watched.width;
    canvas.height = watched.height;
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    context.imageSmoothingQuality = 'high';
    context.fillStyle = '#808080';
    context.fillRect(0, 0, canvas.width, canvas.height);
    for (const layer of box.querySelectorAll<HTMLImageElement | HTMLCanvasElement>('img, canvas')) {
      const empty =
        layer instanceof HTMLImageElement ? !layer.complete || layer.naturalWidth === 0 : layer.width === 0;
      if (!empty && getComputedStyle(layer).visibility !== 'hidden')
        context.drawImage(layer, 0, 0, canvas.width, canvas.height);
    }
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
    watched.looks.push({ at: performance.now(), stage: box.dataset.stage ?? 'none', pixels });
  }

  /** After the next paint: the first frame callback runs before it. */
  function soon(): void {
    if (coming || !globalThis.watchedPicture) return;
    coming = true;
    requestAnimationFrame(() => void requestAnimationFrame(look));
  }

  new MutationObserver(soon).observe(document, {
    subtree: true,
    attributes: true,
    attributeFilter: ['data-stage', 'data-state'],
  });
  const prototype = CanvasRenderingContext2D.prototype;
  // oxlint-disable-next-line typescript/unbound-method -- called with the context below
  const drawImage = prototype.drawImage as (...all: unknown[]) => void;
  prototype.drawImage = function (this: CanvasRenderingContext2D, ...all: unknown[]) {
    Reflect.apply(drawImage, this, all);
    if (this.canvas.closest('[data-testid=preview]')) soon();
  };
}

export const WATCH_PICTURE = `globalThis.psnrOf = ((EXACT_DB) => ${psnr.toString()})(${EXACT_DB}); (${watch.toString()})()`;

/** Before the picture is offered. */
export async function watchPicture(page: Page, picture: Omit<Watched, 'looks'>): Promise<void> {
  await page.evaluate((picture) => {
    globalThis.watchedPicture = { ...picture, looks: [] };
  }, picture);
}

export interface Seen {
  /** Milliseconds of the page's clock. */
  at: number;
  stage: string;
  decibels: number;
}

/** What was seen, in order of time, held against the last look at the whole picture. */
export async function whatWasSeen(page: Page): Promise<Seen[]> {
  await page.waitForFunction(() => globalThis.watchedPicture?.looks.at(-1)?.stage === 'full');
  return page.evaluate(() => {
    const { looks } = globalThis.watchedPicture!;
    const whole = looks.at(-1)!;
    return looks.map(({ at, stage, pixels }) => ({ at, stage, decibels: psnrOf(pixels, whole.pixels) }));
  });
}
