/** The image and storage layers in a real browser, with the shared pictures where they are present. */
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { chromium, expect, test, type Browser, type Page } from '@playwright/test';
import { build } from 'esbuild';
import {
  avif,
  bytesOf,
  gif,
  jpeg,
  png,
  pngChunk,
  riffChunk,
  vp8x,
  webp,
  le32,
  u32,
} from '../lib/image/test-images.ts';
import { vendorBytes, vendorFiles } from '../scripts/vendor.mjs';
import type { ImageApi } from './image-harness.ts';
import { LONG } from './support/long.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SHARED = fileURLToPath(new URL('../../shared/images/', import.meta.url));
const SHARED_NAMES = existsSync(SHARED) ? readdirSync(SHARED) : [];
/** The strictest policy that everything here must live with. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self' blob:; img-src 'self' blob: data:";
const CONTENT_TYPES: Record<string, string> = {
  js: 'text/javascript',
  mjs: 'text/javascript',
  ts: 'text/javascript',
  wasm: 'application/wasm',
};
const MB = 1024 * 1024;

let server: Server;
let browser: Browser;
let page: Page;
let url: string;
const served = new Map<string, Uint8Array>();
const problems: string[] = [];

async function bundle(entry: string): Promise<Uint8Array> {
  const result = await build({
    entryPoints: [`${ROOT}${entry}`],
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    define: { 'process.env.NEXT_PUBLIC_BASE_PATH': '""' },
    write: false,
    logLevel: 'silent',
  });
  return result.outputFiles[0]!.contents;
}

test.beforeAll(async () => {
  served.set('/harness.js', await bundle('e2e/image-harness.ts'));
  served.set('/store.js', await bundle('e2e/image-store-harness.ts'));
  // Where `new URL('./preview.worker.ts', import.meta.url)` of the bundle at the root points to.
  served.set('/preview.worker.ts', await bundle('lib/image/make/preview.worker.ts'));
  for (const file of vendorFiles) served.set(`/vendor/${file.to}`, vendorBytes(file));
  for (const name of SHARED_NAMES) served.set(`/pictures/${name}`, readFileSync(SHARED + name));
  server = createServer((request, response) => {
    const path = request.url ?? '/';
    const found = served.get(path);
    response.setHeader('content-security-policy', POLICY);
    if (path === '/') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end('<!doctype html><title>harness</title><script type="module" src="/harness.js"></script>');
    } else if (path === '/favicon.ico') {
      response.writeHead(204).end();
    } else if (found === undefined) {
      response.writeHead(404).end();
    } else {
      const ending = path.split('.').at(-1) ?? '';
      response.setHeader('content-type', CONTENT_TYPES[ending] ?? 'application/octet-stream');
      response.end(found);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  url = `http://localhost:${address.port}/`;
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
  });
});

test.beforeEach(async () => {
  page = await browser.newPage();
  problems.length = 0;
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`${message.text()} ${message.location().url}`);
  });
  await page.goto(url);
  await page.waitForFunction(() => 'image' in globalThis);
});

test.afterEach(async () => {
  await page.close();
});

test.afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
});

function call<Name extends keyof ImageApi>(
  name: Name,
  ...parameters: Parameters<ImageApi[Name]>
): Promise<Awaited<ReturnType<ImageApi[Name]>>> {
  return page.evaluate(
    ([which, given]) => {
      const api = (globalThis as unknown as { image: Record<string, (...all: unknown[]) => unknown> }).image;
      return api[which as string]!(...(given as unknown[]));
    },
    [name, parameters] as const,
  ) as Promise<Awaited<ReturnType<ImageApi[Name]>>>;
}

/** What is missing of these shows what lies beneath. */
const BASELINE = new Set(['phone.jpg', 'storm.jpg', 'rotated-6.jpg', 'rotated-8.jpg']);
/** Decoding is slow: an ordinary run takes a picture of each kind, `TESSERA_LONG=1` all of them. */
const OF_EACH_KIND = new Set([
  'phone.jpg',
  'storm.jpg',
  'rotated-6.jpg',
  'damaged.jpg',
  'transparent.png',
  'wood.webp',
]);
const CHOSEN = LONG ? SHARED_NAMES : SHARED_NAMES.filter((name) => OF_EACH_KIND.has(name));
const SHOWN = CHOSEN.filter((name) => !name.endsWith('.heic'));

for (const name of SHARED_NAMES) {
  test(`without location, every pixel of ${name} is the same and no place is left`, async () => {
    const result = await call('strip', `/pictures/${name}`);
    const hasPlace = ['gps-1.jpg', 'gps-2.jpg', 'iphone-hdr.jpg', 'phone.jpg'].includes(name);
    if (hasPlace) expect(result).toEqual({ kind: 'stripped', place: false, equal: true });
    else expect(result).toEqual({ kind: 'nothing-to-remove', place: false });
  });
}

for (const name of SHOWN) {
  test(`the preview of ${name} is small, upright and like the picture`, async () => {
    const result = await call('preview', `/pictures/${name}`);
    test.info().annotations.push({ type: 'preview', description: JSON.stringify(result) });
    expect(result).toMatchObject({
      made: true,
      type: 'image/webp',
      turned: true,
      sizeAgrees: true,
      thumbUrl: 'data:image/png;base64,',
    });
    expect(result.previewBytes).toBeLessThanOrEqual(12 * 1024);
    expect(result.thumbBytes).toBeLessThanOrEqual(1024);
    expect(result.side).toBeLessThanOrEqual(320);
    expect(result.psnr).toBeGreaterThan(18);
    expect(problems).toEqual([]);
  });
}

test('a HEIC that this browser cannot decode has a preview all the same, upright, and its decoder came only for it', async () => {
  test.skip(SHARED_NAMES.length === 0, 'the shared pictures are not here');
  const loaded: string[] = [];
  const note = (request: { url(): string }): void => void loaded.push(new URL(request.url()).pathname);
  page.context().on('request', note);
  await call('preview', '/pictures/wood.webp');
  expect(loaded.filter((path) => path.startsWith('/vendor/'))).toEqual([]);
  const result = await call('heicPreview', '/pictures/iphone.heic');
  test.info().annotations.push({ type: 'preview', description: JSON.stringify(result) });
  page.context().off('request', note);
  expect(result).toMatchObject({ made: true, type: 'image/webp', width: 3024, height: 4032 });
  expect(result.previewBytes).toBeLessThanOrEqual(12 * 1024);
  expect(result.thumbBytes).toBeLessThanOrEqual(1024);
  // Portrait, and not one colour: the deviation of its brightness.
  expect(result.shown).toEqual({ width: 240, height: 320 });
  expect(result.deviation).toBeGreaterThan(20);
  expect(loaded.filter((path) => path.startsWith('/vendor/')).toSorted()).toEqual([
    '/vendor/libheif/libheif.mjs',
    '/vendor/libheif/libheif.wasm',
  ]);
  expect(problems).toEqual([]);
});

test('a HEIC above 50 megapixels, or with its picture cut away, has no preview and no error', async () => {
  test.skip(SHARED_NAMES.length === 0, 'the shared pictures are not here');
  expect(await call('spoiltHeic', '/pictures/iphone.heic', 'huge')).toEqual({ made: false });
  expect(await call('spoiltHeic', '/pictures/iphone.heic', 'cut')).toEqual({ made: false });
  expect(problems).toEqual([]);
});

/** The other way of drawing, in an ordinary run: one picture that grows, and one that is seen through. */
const WITHOUT_DECODER = new Set(['phone.jpg', 'transparent.png']);

for (const without of ['nothing', 'ImageDecoder'] as const) {
  for (const name of SHOWN) {
    if (!LONG && without !== 'nothing' && !WITHOUT_DECODER.has(name)) continue;
    test(`${name} sharpens at 30, 60 and 100 % of its bytes (a browser that lacks ${without})`, async () => {
      const type = { jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp' }[name.split('.').at(-1)!]!;
      const { seen, paints, seconds } = await call(
        'partial',
        `/pictures/${name}`,
        type,
        [0.3, 0.6, 1],
        without,
      );
      test
        .info()
        .annotations.push({ type: 'partial', description: JSON.stringify({ seen, paints, seconds }) });
      const [first, second, whole] = seen;
      if (BASELINE.has(name)) {
        expect(first!.covered).toBeGreaterThan(0.05);
        expect(first!.covered).toBeLessThan(second!.covered);
        expect(second!.covered).toBeLessThan(0.95);
        expect(whole!.covered).toBe(1);
      }
      expect(whole!.painted).toBe(true);
      expect(whole!.psnr).toBeGreaterThan(30);
      // Above 35 dB two ways of scaling differ more than the pictures do.
      expect(second!.psnr).toBeGreaterThanOrEqual(Math.min(first!.psnr, 35) - 0.5);
      expect(whole!.psnr).toBeGreaterThan(Math.min(first!.psnr, 35));
      // Chromium shows nothing of these two before their last byte: they stay on their preview.
      const late = name.endsWith('.webp');
      expect(first!.psnr > 0).toBe(!late);
      expect(paints).toBeGreaterThanOrEqual(late ? 1 : 3);
      // One at the start, then one every 250 ms.
      expect(paints).toBeLessThanOrEqual(1 + 4 * seconds);
      expect(problems).toEqual([]);
    });
  }
}

test('a file that is no picture inside costs nothing but the partial picture', async () => {
  const rubbish = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 31 + (index >> 8)) & 0x7f);
  const bytes = jpeg(800, 600, [], rubbish);
  served.set('/rubbish.jpg', bytes);
  for (const without of ['nothing', 'ImageDecoder'] as const) {
    await call('partial', '/rubbish.jpg', 'image/jpeg', [0.5, 1], without);
  }
  expect(await call('preview', '/rubbish.jpg')).toHaveProperty('made');
  expect(problems).toEqual([]);
});

test('smaller is smaller, upright, without a place, and keeps what is transparent', async () => {
  test.skip(SHARED_NAMES.length === 0, 'the shared pictures are not here');
  const phone = await call('compress', '/pictures/phone.jpg', 0.8, 2000);
  test.info().annotations.push({ type: 'phone.jpg', description: JSON.stringify(phone) });
  expect(phone).toMatchObject({ name: 'phone.jpg', type: 'image/jpeg', width: 2000, height: 857, last: 1 });
  expect(phone.place).toBeUndefined();
  expect(phone.bytes).toBeLessThan(phone.before!);
  const clear = await call('compress', '/pictures/transparent.png', 0.8, 800);
  test.info().annotations.push({ type: 'transparent.png', description: JSON.stringify(clear) });
  expect(clear).toMatchObject({ type: 'image/png', width: 800 });
  expect(clear.clear).toBeGreaterThan(1000);
  const webpResult = await call('compress', '/pictures/wood.webp', 0.7, 2048);
  test.info().annotations.push({ type: 'wood.webp', description: JSON.stringify(webpResult) });
  expect(webpResult).toMatchObject({ type: 'image/webp', width: 2048 });
  const turned = await call('compress', '/pictures/rotated-6.jpg', 0.5, 300);
  expect(turned).toMatchObject({ width: 300, height: 225 });
  expect(await call('compress', '/pictures/iphone.heic', 0.8, 2000)).toMatchObject({ error: 'not-possible' });
  expect(await call('compressAgain', '/pictures/storm.jpg')).toBe('not-smaller');
  expect(await call('compressAborted', '/pictures/large-8mb.jpg')).toBe('Error: changed my mind');
  // Also proves that the worker lives with the policy: a refusal is an error on the console.
  expect(problems).toEqual([]);
});

test('an animation is not made smaller: it would stand still', async () => {
  const one = gif(40, 30);
  const second = one.subarray(27);
  served.set('/made/moving.gif', bytesOf(one.subarray(0, -1), second));
  served.set('/made/still.gif', one);
  expect(await call('compress', '/made/moving.gif', 0.8, 20)).toMatchObject({ error: 'moves' });
  expect(await call('compress', '/made/still.gif', 0.8, 20)).not.toMatchObject({ error: 'moves' });
});

/** A PNG that really unfolds: 20,000 × 20,000 of one colour in some 50 KB. */
function realBomb(): Uint8Array {
  const rows = deflateSync(Buffer.alloc(20_000 * (1 + 20_000 / 8)), { level: 9 });
  return bytesOf(
    [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    pngChunk('IHDR', u32(20_000), u32(20_000), [1, 0, 0, 0, 0]),
    pngChunk('IDAT', rows),
    pngChunk('IEND'),
  );
}

/** Bytes of all renderers of the browser, resident. */
function rendererBytes(): number {
  let sum = 0;
  for (const id of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      if (!readFileSync(`/proc/${id}/cmdline`, 'utf8').includes('--type=renderer')) continue;
      const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1];
      if (!ours(parent)) continue;
      sum += Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) * 1024;
    } catch {
      // Gone in the meantime.
    }
  }
  return sum;
}

/** Other tests' browsers run beside this one. */
function ours(parent: string | undefined): boolean {
  for (let id = parent; id !== undefined && id !== '0';) {
    if (id === String(process.pid)) return true;
    id = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1];
  }
  return false;
}

test('bombs of 8,000² to 65,535² in each format are never decoded', async () => {
  const bombs: [string, string, Uint8Array][] = [['real.png', 'image/png', realBomb()]];
  for (const side of [8_000, 16_383, 20_000, 65_535]) {
    bombs.push(
      [`${side}.jpg`, 'image/jpeg', jpeg(side, side)],
      [`${side}.png`, 'image/png', png(side, side)],
      [`${side}.gif`, 'image/gif', gif(side, side)],
      [`${side}.webp`, 'image/webp', webp(vp8x(side, side))],
      [`${side}.avif`, 'image/avif', avif(side, side)],
    );
  }
  bombs.push([
    'lossless.webp',
    'image/webp',
    webp(riffChunk('VP8L', 0x2f, le32(16_382 | (16_382 << 14)), 0)),
  ]);
  // What the harness itself needs is no growth.
  await call('inspect', '/store.js');
  const before = rendererBytes();
  expect(before).toBeGreaterThan(10 * MB);
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, rendererBytes() - before);
  }, 50);
  for (const [name, type, bytes] of bombs) {
    served.set(`/${name}`, bytes);
    expect(await call('inspect', `/${name}`)).toMatchObject({ type, problem: 'too-many-pixels' });
    expect(await call('preview', `/${name}`)).toMatchObject({ made: false });
    expect(await call('compress', `/${name}`, 0.8, 2000)).toMatchObject({ error: 'not-possible' });
  }
  for (const [name, type] of bombs.slice(0, 5)) {
    const bytes = served.get(`/${name}`)!;
    await page.evaluate(
      async ([path, kind]) => {
        // The harness's own reference picture would decode the bomb: only the painter is wanted here.
        globalThis.createImageBitmap = () => Promise.reject(new Error('not in this test'));
        const api = (globalThis as unknown as { image: ImageApi }).image;
        await api.partial(path!, kind!, [0.5], 'nothing');
      },
      [`/${name}`, type],
    );
    expect(bytes.length).toBeLessThan(100_000);
  }
  clearInterval(watch);
  test.info().annotations.push({ type: 'growth', description: `${Math.round(most / MB)} MB` });
  expect(most).toBeLessThanOrEqual(150 * MB);
});

test('received bytes lie in OPFS, in any order, survive closing, cost no claimed length, and old ones are swept', async () => {
  const result = await call('store');
  expect(result).toMatchObject({
    kind: 'opfs',
    equal: true,
    busy: 'busy',
    state: [1, 2, 3],
    hole: [0, 0, 0, 0],
    outside: 'out-of-range',
    list: [{ id: 'first', length: 5_000_000 }],
    later: true,
    missing: true,
    swept: 0,
  });
  expect((result as { usage: number }).usage).toBeLessThan(20 * MB);
});
