import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { inspectImage } from '../inspect/inspect.ts';
import { walkJpeg } from '../inspect/jpeg-segments.ts';
import { sniffType } from '../inspect/sniff.ts';
import { stripLocation } from './strip-location.ts';
import {
  avif,
  bytesOf,
  box,
  exifSegment,
  gif,
  GPS_XMP,
  gpsTiff,
  jpeg,
  png,
  pngChunk,
  riffChunk,
  segment,
  u16,
  u32,
  vp8x,
  webp,
  type Bytes,
} from '../test-images.ts';

const SHARED = new URL('../../../../shared/images/', import.meta.url);
const XMP = 'http://ns.adobe.com/xap/1.0/\0';

async function strip(bytes: Bytes, type = sniffType(bytes)!.type) {
  const result = await stripLocation(new Blob([bytes]), type);
  const out = result.kind === 'stripped' ? new Uint8Array(await result.blob.arrayBuffer()) : bytes;
  return { result, out, facts: await inspectImage(new Blob([out])) };
}

const text = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

const iptc = (set: number, value: string): Bytes => bytesOf([0x1c, 2, set], u16(value.length), value);
const photoshop = (data: Uint8Array): Bytes =>
  bytesOf('8BIM', u16(0x0404), [0, 0], u32(data.length), data, data.length % 2 === 1 ? [0] : []);
const rawProfile = (bytes: Uint8Array): string =>
  `\nexif\n${String(bytes.length).padStart(8)}\n${Buffer.from(bytes)
    .toString('hex')
    .replaceAll(/(.{72})/g, '$1\n')}\n`;
const xmpText = (keywordTail: string) => bytesOf(`XML:com.adobe.xmp\0${keywordTail}`);

test.each<[string, Bytes]>([
  ['JPEG with EXIF', jpeg(64, 48, [exifSegment()])],
  ['JPEG with XMP', jpeg(64, 48, [segment(0xe1, XMP, GPS_XMP)])],
  [
    'JPEG with IPTC',
    jpeg(64, 48, [
      segment(0xed, 'Photoshop 3.0\0', photoshop(bytesOf(iptc(90, 'GPSLatitude-ville'), iptc(5, 'Title')))),
    ]),
  ],
  ['PNG with EXIF', png(64, 48, [pngChunk('eXIf', gpsTiff())])],
  ['PNG with XMP', png(64, 48, [pngChunk('iTXt', xmpText('\0\0\0\0'), GPS_XMP)])],
  ['PNG with compressed XMP', png(64, 48, [pngChunk('iTXt', xmpText('\x01\0\0\0'), deflateSync(GPS_XMP))])],
  [
    'PNG with a raw profile',
    png(64, 48, [pngChunk('tEXt', 'Raw profile type exif\0', rawProfile(bytesOf('Exif\0\0', gpsTiff())))]),
  ],
  [
    'PNG with a compressed raw profile',
    png(64, 48, [
      pngChunk('zTXt', 'Raw profile type APP1\0\0', deflateSync(rawProfile(bytesOf('Exif\0\0', gpsTiff())))),
    ]),
  ],
  [
    'PNG with a text that names the place',
    png(64, 48, [pngChunk('tEXt', 'exif:GPSLatitude\0', '57/1, 30/1, 0/1')]),
  ],
  ['WebP with EXIF', webp(vp8x(64, 48), riffChunk('EXIF', gpsTiff()))],
  ['WebP with XMP', webp(vp8x(64, 48), riffChunk('XMP ', GPS_XMP))],
])('the place in a %s is gone, and stripping again finds nothing', async (_, bytes) => {
  const { result, out, facts } = await strip(bytes);
  expect(result.kind).toBe('stripped');
  expect(facts.place).toBeUndefined();
  expect(facts.problem).toBeUndefined();
  expect(text(out)).not.toMatch(/GPS(?:Lat|Long)/);
  // "57/1": the degrees, as numbers and as hex
  expect(text(out)).not.toContain(text(bytesOf(u32(57), u32(1))));
  expect(text(out)).not.toContain('0000003900000001');
  expect((await strip(out)).result.kind).toBe('nothing-to-remove');
});

test('what is not the place stays: orientation, rating, title', async () => {
  const title = photoshop(
    bytesOf(iptc(5, 'Title'), iptc(90, 'Town'), iptc(101, 'Land'), iptc(120, 'Caption')),
  );
  const { out, facts } = await strip(
    jpeg(64, 48, [exifSegment(), segment(0xe1, XMP, GPS_XMP), segment(0xed, 'Photoshop 3.0\0', title)]),
  );
  expect(facts.orientation).toBe(6);
  expect(text(out)).toContain('xmp:Rating="5"');
  expect(text(out)).toContain('Title');
  expect(text(out)).toContain('Caption');
  expect(text(out)).not.toMatch(/Town|Land/);
});

test('XMP that is split over two extended segments in the middle of the place is cleaned', async () => {
  const part = (from: number, to: number): Bytes =>
    segment(
      0xe1,
      'http://ns.adobe.com/xmp/extension/\0',
      'A'.repeat(32),
      u32(GPS_XMP.length),
      u32(from),
      GPS_XMP.slice(from, to),
    );
  const cut = GPS_XMP.indexOf('GPSLatitude="57') + 13;
  // Out of order, as the specification allows.
  const { result, out } = await strip(jpeg(64, 48, [part(cut, GPS_XMP.length), part(0, cut)]));
  expect(result.kind).toBe('stripped');
  expect(text(out)).not.toMatch(/57|GPS|30\.0N/);
});

test('a second picture behind the first, found by its index, is cleaned and stays where it was', async () => {
  const hidden = jpeg(32, 24, [exifSegment(), segment(0xe1, XMP, GPS_XMP)]);
  const index = (offset: number): Bytes =>
    segment(
      0xe2,
      'MPF\0',
      'MM',
      u16(42),
      u32(8),
      u16(1),
      u16(0xb002),
      u16(7),
      u32(32),
      u32(26),
      u32(0),
      new Uint8Array(16),
      u32(0),
      u32(hidden.length),
      u32(offset),
      u32(0),
    );
  const gap = 1000;
  const front = jpeg(64, 48, [index(0)]);
  const mpfAt = 2 + 4 + 4;
  const whole = jpeg(64, 48, [index(front.length + gap - mpfAt)], bytesOf(new Uint8Array(gap), hidden));
  const { result, out } = await strip(whole);
  expect(result).toMatchObject({ kind: 'stripped', removed: ['GPS', 'XMP location'] });
  expect(out.length).toBe(whole.length);
  const second = out.subarray(front.length + gap);
  expect((await inspectImage(new Blob([second]))).place).toBeUndefined();
  expect(walkJpeg(second).end).toBe(hidden.length);
});

test('the film of a motion photo loses its place and keeps its length', async () => {
  const film = bytesOf(
    box('ftyp', 'mp42', u32(0)),
    box('moov', box('mvhd', 'stays'), box('udta', box('\xa9xyz', '+57.5000+010.2500/'))),
    box('mdat', 'film'),
  );
  const picture = jpeg(64, 48, [], bytesOf('padding ', film));
  const { result, out } = await strip(picture);
  expect(result).toMatchObject({ kind: 'stripped', removed: ['film location'] });
  expect(out.length).toBe(picture.length);
  expect(text(out)).toContain('mvhdstays');
  expect(text(out)).not.toContain('57.5');
});

test('content credentials that name a place go whole', async () => {
  const { result, out } = await strip(jpeg(64, 48, [segment(0xeb, 'JP c2pa … exif:GPSLatitude 57,30.0N')]));
  expect(result).toMatchObject({ kind: 'stripped', removed: ['content credentials'] });
  expect(text(out)).not.toContain('57,30');
});

test('a place that may be in a part that we cannot rewrite is admitted', async () => {
  const { result, facts } = await strip(jpeg(64, 48, [segment(0xe1, 'FLIR\0\x01\0\0', 'raw values')]));
  expect(result).toEqual({ kind: 'impossible', reason: 'cannot-be-sure' });
  expect(facts.namesPlace).toBe('perhaps');
});

test('formats that we do not rewrite are refused', async () => {
  expect((await strip(bytesOf('<svg xmlns="">'))).result).toEqual({ kind: 'impossible', reason: 'format' });
  expect((await strip(bytesOf('hello'), 'image/heic')).result).toEqual({
    kind: 'impossible',
    reason: 'cannot-be-sure',
  });
});

test('a picture without a place is left alone', async () => {
  for (const bytes of [jpeg(64, 48), png(64, 48), webp(vp8x(64, 48)), gif(64, 48), avif(600, 700)]) {
    expect((await strip(bytes)).result).toEqual({ kind: 'nothing-to-remove', words: false });
  }
});

test('damaged files give an answer, and their scan is never touched', async () => {
  const pictures = [
    jpeg(40, 30, [
      exifSegment(),
      segment(0xe1, XMP, GPS_XMP),
      segment(0xed, 'Photoshop 3.0\0', photoshop(iptc(90, 'Town'))),
    ]),
    png(40, 30, [pngChunk('eXIf', gpsTiff()), pngChunk('iTXt', xmpText('\x01\0\0\0'), deflateSync(GPS_XMP))]),
    webp(vp8x(40, 30), riffChunk('EXIF', gpsTiff()), riffChunk('XMP ', GPS_XMP)),
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...pictures),
      fc.array(fc.tuple(fc.nat(900), fc.nat(255)), { maxLength: 8 }),
      async (picture, edits) => {
        const bytes = picture.slice();
        for (const [at, value] of edits) bytes[2 + (at % (bytes.length - 2))] = value;
        const { scanAt } = walkJpeg(bytes);
        const { out } = await strip(bytes, sniffType(picture)!.type);
        // Damage may make a scan of the metadata: marker segments that follow it are cleaned, too.
        const own = walkJpeg(picture).scanAt;
        if (sniffType(picture)!.type === 'image/jpeg' && scanAt >= own) {
          expect(Buffer.from(out.subarray(scanAt)).equals(bytes.subarray(scanAt))).toBe(true);
        }
      },
    ),
    { numRuns: 600 },
  );
});

test.skipIf(!existsSync(SHARED)).each(existsSync(SHARED) ? readdirSync(SHARED) : [])(
  'the shared picture %s: place gone, scan untouched, length kept [needs the shared pictures]',
  async (name) => {
    const bytes = new Uint8Array(readFileSync(new URL(name, SHARED)));
    const before = await inspectImage(new Blob([bytes]));
    const { result, out, facts } = await strip(bytes.slice());
    expect(result.kind).toBe(before.namesPlace === 'none' ? 'nothing-to-remove' : 'stripped');
    expect(facts.namesPlace).toBe('none');
    expect(facts).toMatchObject({
      byteLength: before.byteLength,
      width: before.width,
      height: before.height,
    });
    expect(facts.camera).toBe(before.camera);
    expect(facts.takenAt).toBe(before.takenAt);
    if (before.type === 'image/jpeg') {
      const { scanAt, end } = walkJpeg(bytes);
      expect(scanAt).toBeGreaterThan(0);
      expect(Buffer.from(out.subarray(scanAt, end)).equals(bytes.subarray(scanAt, end))).toBe(true);
    }
  },
);
