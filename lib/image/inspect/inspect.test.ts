import { existsSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { inspectImage } from './inspect.ts';
import {
  avif,
  bytesOf,
  exifSegment,
  gif,
  GPS_XMP,
  gpsTiff,
  jpeg,
  png,
  pngChunk,
  riffChunk,
  segment,
  vp8x,
  webp,
} from '../test-images.ts';

const SHARED = new URL('../../../../shared/images/', import.meta.url);
const inspect = (bytes: Uint8Array, name = 'a.jpg') =>
  inspectImage(new File([bytes as Uint8Array<ArrayBuffer>], name));
const shared = (name: string) => inspect(readFileSync(new URL(name, SHARED)), name);

const place = { latitude: 57.5, longitude: 10.25 };
const xmpSegment = segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0', GPS_XMP);

test.each([
  ['JPEG with EXIF', jpeg(64, 48, [exifSegment()])],
  ['JPEG with XMP', jpeg(64, 48, [xmpSegment])],
  ['PNG with EXIF', png(64, 48, [pngChunk('eXIf', gpsTiff())])],
  ['PNG with XMP', png(64, 48, [pngChunk('iTXt', 'XML:com.adobe.xmp\0\0\0\0\0', GPS_XMP)])],
  ['WebP with EXIF', webp(vp8x(64, 48), riffChunk('EXIF', gpsTiff()))],
  ['WebP with EXIF behind a JPEG prefix', webp(vp8x(64, 48), riffChunk('EXIF', 'Exif\0\0', gpsTiff()))],
  ['WebP with XMP', webp(vp8x(64, 48), riffChunk('XMP ', GPS_XMP))],
])('the place in a %s is found', async (_, bytes) => {
  const facts = await inspect(bytes);
  expect(facts.place?.latitude).toBeCloseTo(place.latitude, 6);
  expect(facts.place?.longitude).toBeCloseTo(place.longitude, 6);
  expect(facts.hasMetadata).toBe(true);
  expect(facts.problem).toBeUndefined();
});

test('the size is the one that a person sees', async () => {
  expect(await inspect(jpeg(64, 48, [exifSegment()]))).toMatchObject({
    width: 48,
    height: 64,
    orientation: 6,
  });
});

test.each([
  ['empty', bytesOf()],
  ['not-an-image', bytesOf('hello')],
  ['damaged', bytesOf([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0])],
  ['too-many-pixels', png(20_000, 20_000)],
  ['metadata-broken', webp(vp8x(64, 48), riffChunk('EXIF', 'rubbish that is long enough'))],
])('a file can be %s', async (problem, bytes) => {
  expect((await inspect(bytes)).problem).toBe(problem);
});

test('a file that cannot be read says so', async () => {
  const gone = new Blob(['x']);
  gone.slice = () => {
    throw new DOMException('gone', 'NotReadableError');
  };
  expect((await inspectImage(gone)).problem).toBe('unreadable');
});

test.each([
  ['IMG_0001.HEIC', jpeg(64, 48), true],
  ['IMG_0001.jpeg', jpeg(4032, 3024), true],
  ['IMG_0001.jpeg', jpeg(4032, 3024, [exifSegment()]), true],
  ['IMG_0001.jpeg', jpeg(1170, 2532), false],
  ['holiday.jpg', jpeg(4032, 3024), false],
  ['IMG_0001.png', png(1170, 2532), false],
])('%s (%#) was converted while picking: a guess', async (name, bytes, expected) => {
  expect((await inspect(bytes, name)).looksConverted).toBe(expected);
});

test('damaged pictures and metadata never throw', async () => {
  const pictures = [
    jpeg(40, 30, [exifSegment(), xmpSegment]),
    png(40, 30, [pngChunk('eXIf', gpsTiff())]),
    webp(vp8x(40, 30), riffChunk('EXIF', gpsTiff()), riffChunk('XMP ', GPS_XMP)),
    gif(40, 30),
    avif(600, 700),
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...pictures),
      fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 8 }),
      async (picture, edits) => {
        const bytes = picture.slice();
        for (const [at, value] of edits) bytes[at % bytes.length] = value;
        expect((await inspect(bytes)).byteLength).toBe(bytes.length);
      },
    ),
    { numRuns: 400 },
  );
});

test.skipIf(!existsSync(SHARED)).each([
  [
    'gps-1.jpg',
    {
      camera: 'NIKON COOLPIX P6000',
      width: 640,
      height: 480,
      place: { latitude: 43.46744833333334, longitude: 11.885126666663888 },
    },
  ],
  ['iphone-hdr.jpg', { camera: 'Apple iPhone 6', width: 3264, looksConverted: false }],
  [
    'iphone.heic',
    { type: 'image/heic', camera: 'Apple iPhone 13 Pro Max', showable: false, width: 3024, height: 4032 },
  ],
  ['rotated-6.jpg', { width: 600, height: 450, orientation: 6 }],
  ['damaged.jpg', { width: 3648, height: 2736 }],
  ['wood.webp', { type: 'image/webp', width: 4096, height: 4096, hasMetadata: false }],
  ['transparent.png', { type: 'image/png', width: 2140, height: 1200 }],
])('%s of the shared pictures is described [needs the shared pictures]', async (name, expected) => {
  expect(await shared(name)).toMatchObject(expected);
});

// exifr 7.1.3, which read such pictures before, gave every object two more properties for the first.
test.each(['__proto__:rooms="poisoned"', 'constructor:prototype="poisoned"'])(
  'a picture whose XMP names a property of every object changes none: %s',
  async (attribute) => {
    const packet =
      '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">' +
      `<rdf:Description xmlns:__proto__="urn:x" ${attribute}>` +
      '<__proto__:x>poisoned</__proto__:x><__proto__:City>Nowhere</__proto__:City></rdf:Description></rdf:RDF></x:xmpmeta>';
    const before = Reflect.ownKeys(Object.prototype).length;
    const facts = await inspect(jpeg(64, 48, [segment(0xe1, 'http://ns.adobe.com/xap/1.0/\0', packet)]));
    expect(facts.namesPlace).toBe('yes');
    expect(Reflect.ownKeys(Object.prototype).length).toBe(before);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  },
);
