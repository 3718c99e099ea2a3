/**
 * Our header readers beside the browser's decoders: whatever a file's bytes are, a picture that we would show
 * has the size that we read. 2,000 spoilt pictures in an ordinary run, 120,000 with `TESSERA_LONG=1`. A fault
 * prints its file.
 */
import { chromium, expect, test, type Browser, type Page } from '@playwright/test';
import {
  bytesOf,
  exifSegment,
  gif,
  gpsTiff,
  le16,
  le32,
  pngChunk,
  riffChunk,
  segment,
  u16,
  u32,
  webp,
} from '../lib/image/test-images.ts';
import { serveHarness, type Harness } from '../testbed/harness.ts';
import type { Fault, ReadersApi } from './readers-harness.ts';
import { LONG } from './support/long.ts';
import { AVIF_PICTURE, AVIF_SEQUENCE } from './support/tiny-avif.ts';

const EACH = LONG ? 24_000 : 400;
/** In one call of the page: a page that is stuck is seen early. */
const BATCH = 1000;
const SEED = Number(process.env['TESSERA_SEED'] ?? 1);

let browser: Browser;
let harness: Harness;
let page: Page;

test.beforeAll(async () => {
  harness = await serveHarness(new URL('readers-harness.ts', import.meta.url));
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
  });
});
test.beforeEach(async () => {
  page = await browser.newPage();
  await page.goto(harness.url);
  await page.waitForFunction(() => 'readers' in globalThis);
});
test.afterEach(() => page.close());
test.afterAll(async () => {
  await browser.close();
  await harness.close();
});

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

/** A picture of 24 × 16 as this browser encodes it. */
async function drawn(type: string, quality: number): Promise<Buffer> {
  const made = await page.evaluate(
    async ([mime, how]) => {
      const canvas = document.createElement('canvas');
      canvas.width = 24;
      canvas.height = 16;
      const context = canvas.getContext('2d')!;
      context.fillStyle = 'teal';
      context.fillRect(3, 2, 15, 9);
      const blob = await new Promise<Blob>((done) => canvas.toBlob((b) => done(b!), mime, how));
      return btoa(String.fromCharCode(...new Uint8Array(await blob.arrayBuffer())));
    },
    [type, quality] as const,
  );
  return Buffer.from(made, 'base64');
}

/** `bytes` with `part` put in at `at`. */
const withPart = (bytes: Uint8Array, at: number, ...part: Uint8Array[]): Uint8Array =>
  bytesOf(bytes.subarray(0, at), ...part, bytes.subarray(at));

async function jpegs(): Promise<Uint8Array[]> {
  const plain = await drawn('image/jpeg', 0.5);
  const progressive = Buffer.from(plain);
  progressive[plain.indexOf(Buffer.of(0xff, 0xc0)) + 1] = 0xc2;
  return [
    plain,
    progressive,
    withPart(plain, 2, exifSegment(gpsTiff(6))),
    withPart(plain, 2, exifSegment(gpsTiff(3)), segment(0xfe, 'words'), segment(0xe2, 'ICC_PROFILE\0')),
    withPart(plain, 2, exifSegment(densityTiff(24, 16, 72)), segment(0xdd, u16(1))),
    withPart(plain, 2, exifSegment(densityTiff(12, 8, 144))),
  ];
}

/**
 * EXIF of a picture that is meant for another density than its pixels': browsers make it larger or smaller on
 * the page.
 */
function densityTiff(width: number, height: number, dotsPerInch: number): Uint8Array {
  const entry = (tag: number, type: number, value: readonly number[]): number[] => [
    ...u16(tag),
    ...u16(type),
    ...u32(1),
    ...value,
  ];
  const exifAt = 8 + 2 + 4 * 12 + 4;
  const valuesAt = exifAt + 2 + 2 * 12 + 4;
  return bytesOf(
    'MM',
    u16(42),
    u32(8),
    u16(4),
    entry(0x011a, 5, u32(valuesAt)),
    entry(0x011b, 5, u32(valuesAt + 8)),
    entry(0x0128, 3, [...u16(2), 0, 0]),
    entry(0x8769, 4, u32(exifAt)),
    u32(0),
    u16(2),
    entry(0xa002, 4, u32(width)),
    entry(0xa003, 4, u32(height)),
    u32(0),
    u32(dotsPerInch),
    u32(1),
    u32(dotsPerInch),
    u32(1),
  );
}

async function pngs(): Promise<Uint8Array[]> {
  const plain = await drawn('image/png', 1);
  const header = 8 + 12 + 13;
  const data = plain.subarray(plain.indexOf('IDAT') + 4, plain.indexOf('IEND') - 8);
  const control = (sequence: number) =>
    pngChunk('fcTL', u32(sequence), u32(24), u32(16), u32(0), u32(0), u16(1), u16(10), [0, 0]);
  const interlaced = bytesOf(
    plain.subarray(0, 8),
    pngChunk('IHDR', plain.subarray(16, 28), [1]),
    plain.subarray(header),
  );
  return [
    plain,
    interlaced,
    withPart(plain, header, pngChunk('eXIf', gpsTiff(6))),
    withPart(plain, header, pngChunk('eXIf', densityTiff(12, 8, 144)), pngChunk('pHYs', u32(1), u32(2), [0])),
    withPart(
      withPart(plain, plain.indexOf('IEND') - 4, control(1), pngChunk('fdAT', u32(2), data)),
      header,
      pngChunk('acTL', u32(2), u32(0)),
      control(0),
    ),
  ];
}

const comment = bytesOf([0x21, 0xfe], [5], 'words', [0]);
const frame = (width: number, height: number, x = 0): Uint8Array =>
  bytesOf(0x2c, le16(x), le16(0), le16(width), le16(height), [0, 2, 2, 0x44, 1, 0]);

function gifs(): Uint8Array[] {
  const plain = gif(24, 16);
  return [
    plain,
    gif(8, 8, [24, 16]),
    withPart(plain, 19, comment, comment),
    withPart(plain, plain.length - 1, frame(40, 40), comment, frame(10, 10, 5)),
    withPart(plain, 19, bytesOf(0x21, 0xff, 11, 'NETSCAPE2.0', [3, 1, 0, 0, 0])),
  ];
}

async function webps(): Promise<Uint8Array[]> {
  const lossy = await drawn('image/webp', 0.5);
  const lossless = await drawn('image/webp', 1);
  const body = (bytes: Uint8Array) => bytes.subarray(12);
  const at = lossy.indexOf('VP8 ');
  const picture = lossy.subarray(at);
  const extended = (flags: number, ...parts: Uint8Array[]) =>
    webp(riffChunk('VP8X', [flags, 0, 0, 0], le32(23).slice(0, 3), le32(15).slice(0, 3)), ...parts);
  const moving = (x: number) =>
    riffChunk('ANMF', [x, 0, 0, 0, 0, 0], [23, 0, 0, 15, 0, 0], [50, 0, 0, 0], picture);
  return [
    lossy,
    lossless,
    webp(picture),
    extended(0, picture),
    extended(8, picture, riffChunk('EXIF', gpsTiff(6))),
    extended(8, picture, riffChunk('EXIF', densityTiff(12, 8, 144))),
    extended(2, riffChunk('ANIM', u32(0), u16(0)), moving(0), moving(0)),
    webp(body(lossless)),
  ];
}

const boxAt = (bytes: Buffer, name: string): number => bytes.indexOf(name) - 4;

/** With a turn that the picture is associated with, in place of its colours. */
function turned(property: Uint8Array): Uint8Array {
  const bytes = Buffer.from(AVIF_PICTURE, 'base64');
  const at = boxAt(bytes, 'colr');
  // It has to be understood, says the last association of `ipma`; and nothing else changes its place.
  bytes[boxAt(bytes, 'ipma') + 22] = 0x84;
  return bytesOf(
    bytes.subarray(0, at),
    property,
    bytesOf(u32(19 - property.length), 'free', new Uint8Array(19 - property.length - 8)),
    bytes.subarray(at + 19),
  );
}

const avifs = (): Uint8Array[] => [
  Buffer.from(AVIF_PICTURE, 'base64'),
  Buffer.from(AVIF_SEQUENCE, 'base64'),
  turned(bytesOf(u32(9), 'irot', [1])),
  turned(bytesOf(u32(9), 'imir', [1])),
];

const FORMATS: readonly [string, () => Uint8Array[] | Promise<Uint8Array[]>][] = [
  ['image/jpeg', jpegs],
  ['image/png', pngs],
  ['image/gif', gifs],
  ['image/webp', webps],
  ['image/avif', avifs],
];

for (const [type, make] of FORMATS) {
  test(`no spoilt ${type} is shown with another size than was read`, async () => {
    test.setTimeout(1_800_000);
    const seeds = (await make()).map(base64);
    for (const seed of seeds) {
      const { read, shown } = await both(seed);
      // A sequence is not read at all: see `avif-size.ts`.
      if (seed === AVIF_SEQUENCE) expect(read).toBe('nothing');
      else expect(read, 'a picture as it should be').toBe(shown);
      expect(shown).not.toBe('nothing');
    }
    const faults: Fault[] = [];
    let shown = 0;
    let agreed = 0;
    for (let from = 0; from < EACH; from += BATCH) {
      const some = await page.evaluate(
        ([all, mime, seed, start, count]) =>
          (globalThis as unknown as { readers: ReadersApi }).readers.fuzz(all, mime, seed, start, count),
        [seeds, type, SEED, from, Math.min(BATCH, EACH - from)] as const,
      );
      shown += some.shown;
      agreed += some.agreed;
      faults.push(...some.faults);
    }
    console.log(
      `      ${type}: of ${EACH} the browser shows ${shown}, and we ${agreed}; ${faults.length} with another size`,
    );
    for (const fault of faults.slice(0, 10)) console.log(`      ${JSON.stringify(fault)}`);
    expect(faults).toHaveLength(0);
    // Neither is a reader that reads nothing, nor a mutation that leaves nothing to show.
    expect(agreed).toBeGreaterThan(shown / 3);
    expect(shown).toBeGreaterThan(EACH / 10);
  });
}

function both(picture: string): Promise<{ read: string; shown: string }> {
  return page.evaluate(
    (bytes) => (globalThis as unknown as { readers: ReadersApi }).readers.both(bytes),
    picture,
  );
}
