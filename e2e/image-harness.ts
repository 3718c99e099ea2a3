/** What `image.spec.ts` calls in a page: the image and storage layers themselves, and pixels to compare. */
import { compressImage } from '../lib/image/make/compress.ts';
import { inspectImage } from '../lib/image/inspect/inspect.ts';
import { createPartialPainter } from '../lib/image/partial/partial.ts';
import { makePreview } from '../lib/image/make/preview.ts';
import { sniffType } from '../lib/image/inspect/sniff.ts';
import { stripLocation } from '../lib/image/strip/strip-location.ts';
import { thumbToDataUrl } from '../lib/image/make/thumb.ts';

async function fetchFile(path: string): Promise<File> {
  const response = await fetch(path);
  return new File([await response.blob()], path.split('/').at(-1)!);
}

type Size = { width: number; height: number };

/** Draws upright, at a given size or at `side` pixels along the longest side. */
async function pixels(source: Blob | HTMLCanvasElement, side: number | Size): Promise<ImageData> {
  const bitmap = await createImageBitmap(source);
  const canvas = document.createElement('canvas');
  if (typeof side === 'number') {
    const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  } else {
    canvas.width = side.width;
    canvas.height = side.height;
  }
  const context = canvas.getContext('2d')!;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** dB over all channels; Infinity when equal; NaN when the sizes differ. */
function psnr(a: ImageData, b: ImageData): number {
  if (a.width !== b.width || a.height !== b.height) return Number.NaN;
  let sum = 0;
  for (let at = 0; at < a.data.length; at++) sum += (a.data[at]! - b.data[at]!) ** 2;
  return sum === 0 ? Infinity : 10 * Math.log10((255 * 255 * a.data.length) / sum);
}

/** Share of what is not transparent. */
async function coverage(canvas: HTMLCanvasElement): Promise<number> {
  const { data } = await pixels(canvas, 64);
  return data.filter((value, at) => at % 4 === 3 && value > 0).length / (data.length / 4);
}

async function digest(image: ImageData): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', image.data));
  return `${image.width}x${image.height} ${Array.from(hash, (byte) => byte.toString(16)).join('')}`;
}

const settle = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const api = {
  async inspect(path: string) {
    return inspectImage(await fetchFile(path));
  },

  async strip(path: string) {
    const file = await fetchFile(path);
    const facts = await inspectImage(file);
    const result = await stripLocation(file, facts.type);
    if (result.kind !== 'stripped') return { kind: result.kind, place: facts.place !== undefined };
    const after = await inspectImage(result.blob);
    const [before, now] = [await pixels(file, Infinity), await pixels(result.blob, Infinity)];
    return {
      kind: result.kind,
      place: after.place !== undefined,
      equal: (await digest(before)) === (await digest(now)),
    };
  },

  async preview(path: string) {
    const file = await fetchFile(path);
    const facts = await inspectImage(file);
    const started = performance.now();
    const { thumb, preview, width, height } = await makePreview(file, facts);
    const ms = performance.now() - started;
    if (thumb === undefined || preview === undefined) return { ms, made: false };
    const small = new Blob([preview as Uint8Array<ArrayBuffer>]);
    const shown = await pixels(small, Infinity);
    return {
      ms,
      made: true,
      thumbBytes: thumb.length,
      previewBytes: preview.length,
      type: sniffType(preview)?.type,
      side: Math.max(shown.width, shown.height),
      turned: shown.width > shown.height === facts.width! > facts.height!,
      sizeAgrees: width === facts.width && height === facts.height,
      psnr: psnr(shown, await pixels(file, shown)),
      thumbUrl: thumbToDataUrl(thumb).slice(0, 22),
    };
  },

  /** The preview of a file that nothing else here can decode to compare it with. */
  async heicPreview(path: string) {
    const file = await fetchFile(path);
    const started = performance.now();
    const { thumb, preview, width, height } = await makePreview(file, await inspectImage(file));
    const ms = performance.now() - started;
    if (thumb === undefined || preview === undefined) return { ms, made: false };
    const shown = await pixels(new Blob([preview as Uint8Array<ArrayBuffer>]), Infinity);
    let [sum, squares] = [0, 0];
    const count = shown.data.length / 4;
    for (let at = 0; at < shown.data.length; at += 4) {
      sum += shown.data[at + 1]! / count;
      squares += shown.data[at + 1]! ** 2 / count;
    }
    return {
      ms,
      made: true,
      type: sniffType(preview)?.type,
      thumbBytes: thumb.length,
      previewBytes: preview.length,
      width,
      height,
      shown: { width: shown.width, height: shown.height },
      deviation: Math.sqrt(squares - sum * sum),
    };
  },

  /**
   * `huge`: its header claims 81 megapixels; `cut`: the header is whole and most of the picture is missing.
   */
  async spoiltHeic(path: string, how: 'huge' | 'cut') {
    const bytes = new Uint8Array(await (await fetchFile(path)).arrayBuffer());
    const ispe = [0x69, 0x73, 0x70, 0x65];
    if (how === 'huge') {
      const view = new DataView(bytes.buffer);
      for (let at = 0; at < 65_536; at++) {
        if (!ispe.every((byte, i) => bytes[at + i] === byte)) continue;
        view.setUint32(at + 8, 9000);
        view.setUint32(at + 12, 9000);
      }
    }
    const file = new File([how === 'cut' ? bytes.slice(0, 40_000) : bytes], 'spoilt.heic');
    const { thumb, preview } = await makePreview(file, await inspectImage(file));
    return { made: thumb !== undefined || preview !== undefined };
  },

  /** Feeds the front of a file as it would arrive, and reports what the canvas shows at each share. */
  async partial(path: string, type: string, shares: number[], without: 'nothing' | 'ImageDecoder') {
    const decoder = globalThis.ImageDecoder;
    if (without === 'ImageDecoder') Reflect.deleteProperty(globalThis, 'ImageDecoder');
    const bytes = new Uint8Array(await (await fetchFile(path)).arrayBuffer());
    const full = await pixels(new Blob([bytes]), 512).catch(() => undefined);
    const canvas = document.createElement('canvas');
    document.body.append(canvas);
    let paints = 0;
    let upTo = 0;
    const paintedUpTo = async (until: number): Promise<void> => {
      for (let wait = 0; wait < 60; wait++) {
        if (upTo >= until) return;
        await settle(50);
      }
    };
    const painter = createPartialPainter({
      canvas,
      type,
      length: bytes.length,
      read: (from, to) => Promise.resolve(bytes.slice(from, to)),
      onPaint: (prefix) => {
        paints += 1;
        upTo = prefix;
      },
    });
    const started = performance.now();
    const seen: { share: number; psnr: number; painted: boolean; covered: number }[] = [];
    let arrived = 0;
    for (const share of shares) {
      const until = Math.floor(bytes.length * share);
      // In ten pieces each, 50 ms apart.
      for (let piece = 1; piece <= 10; piece++) {
        painter.advance(Math.floor(arrived + ((until - arrived) * piece) / 10));
        await settle(50);
      }
      arrived = until;
      await paintedUpTo(until);
      const shown = paints > 0 && full ? psnr(full, await pixels(canvas, 512)) : 0;
      const covered = paints > 0 ? await coverage(canvas) : 0;
      seen.push({ share, psnr: shown, painted: upTo === until, covered });
    }
    const seconds = (performance.now() - started) / 1000;
    painter.close();
    canvas.remove();
    globalThis.ImageDecoder = decoder;
    return { seen, paints, seconds, width: canvas.width, height: canvas.height };
  },

  async compress(path: string, quality: number, longestSide: number) {
    const file = await fetchFile(path);
    const progress: number[] = [];
    try {
      const small = await compressImage(
        file,
        { quality, longestSide },
        { onProgress: (done) => progress.push(done) },
      );
      const image = await pixels(small, Infinity);
      const { width, height } = image;
      let clear = 0;
      for (let at = 3; at < image.data.length; at += 4) if (image.data[at]! < 128) clear += 1;
      const facts = await inspectImage(small);
      return {
        name: small.name,
        type: facts.type,
        bytes: small.size,
        before: file.size,
        width,
        height,
        clear,
        place: facts.place,
        last: progress.at(-1),
      };
    } catch (error) {
      return {
        error: (error as { code?: string }).code,
        message: String(error),
        cause: String((error as Error).cause),
      };
    }
  },

  /** A picture of very low quality cannot get smaller at the highest. */
  async compressAgain(path: string) {
    const poor = await compressImage(await fetchFile(path), { quality: 0.05, longestSide: 4000 });
    return compressImage(poor, { quality: 1, longestSide: 4000 }).then(
      () => 'done',
      (error: unknown) => (error as { code?: string }).code,
    );
  },

  async compressAborted(path: string) {
    const file = await fetchFile(path);
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error('changed my mind')), 30);
    return compressImage(file, { quality: 0.5, longestSide: 1000 }, { signal: abort.signal }).then(
      () => 'done',
      (error: unknown) => String(error),
    );
  },

  async store(): Promise<unknown> {
    const worker = new Worker('/store.js', { type: 'module' });
    const answer = await new Promise((resolve) => {
      worker.addEventListener('message', ({ data }) => resolve(data), { once: true });
      worker.addEventListener('error', ({ message }) => resolve({ error: message }), { once: true });
    });
    worker.terminate();
    return answer;
  },
};

export type ImageApi = typeof api;
Object.assign(globalThis, { image: api });
