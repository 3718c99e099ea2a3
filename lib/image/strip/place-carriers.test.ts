/**
 * Carriers of a place that ExifTool cannot write: each is made here, warned about, and looked through
 * afterwards.
 */
import { existsSync, readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { webpChunks, pngChunks } from '../inspect/chunks.ts';
import { inspectImage } from '../inspect/inspect.ts';
import { walkJpeg } from '../inspect/jpeg-segments.ts';
import { latin1, sniffType } from '../inspect/sniff.ts';
import {
  box,
  bytesOf,
  exifSegment,
  GPS_XMP,
  gpsTiff,
  jpeg,
  png,
  pngChunk,
  riffChunk,
  segment,
  u16,
  u32,
  type Bytes,
  type Piece,
} from '../test-images.ts';
import { stripLocation } from './strip-location.ts';

type Entry = readonly [tag: number, type: number, value: Uint8Array];
const UNDEFINED = 7;
const ASCII = 2;
const LENGTHS: Readonly<Record<number, number>> = { 3: 2, 4: 4, 12: 8 };

/** A directory whose offsets count from `base` before it. */
function directory(base: number, entries: readonly Entry[]): Bytes {
  let at = base + 2 + 12 * entries.length + 4;
  const values: Uint8Array[] = [];
  const rows = entries.map(([tag, type, value]) => {
    const count = value.length / (LENGTHS[type] ?? 1);
    const row = (place: Piece): Bytes => bytesOf(u16(tag), u16(type), u32(count), place);
    if (value.length <= 4) return row([...value, 0, 0, 0, 0].slice(0, 4));
    values.push(value);
    at += value.length;
    return row(u32(at - value.length));
  });
  return bytesOf(u16(entries.length), ...rows, u32(0), ...values);
}

const tiff = (...entries: readonly Entry[]): Bytes => bytesOf('MM', u16(42), u32(8), directory(8, entries));

/**
 * EXIF with maker's notes in its EXIF directory. `make`: the notes for the offset at which they will start.
 */
function withNotes(make: (at: number) => Bytes): Bytes {
  const exifAt = 8 + 2 + 12 + 4;
  return bytesOf(
    'MM',
    u16(42),
    u32(8),
    directory(8, [[0x8769, 4, bytesOf(u32(exifAt))]]),
    directory(exifAt, [[0x927c, UNDEFINED, make(exifAt + 2 + 12 + 4)]]),
  );
}

/** Notes whose offsets count from the surrounding structure. */
const notes = (signature: string, skipped: readonly number[], ...entries: readonly Entry[]) =>
  withNotes((at) => bytesOf(signature, skipped, directory(at + signature.length + skipped.length, entries)));

const iptc = (set: number, value: string): Bytes => bytesOf([0x1c, 2, set], u16(value.length), value);
const resource = (id: number, data: Uint8Array): Bytes =>
  bytesOf('8BIM', u16(id), [0, 0], u32(data.length), data, data.length % 2 === 1 ? [0] : []);
const TOWN = iptc(90, 'Skagen-town');
const TITLE = iptc(5, 'Title stays');
const tags = (...all: Bytes[]): Bytes => resource(0x0404, bytesOf(...all));

const psd = (resources: Uint8Array): Bytes =>
  bytesOf(
    '8BPS',
    u16(1),
    new Uint8Array(6),
    u16(3),
    u32(40),
    u32(60),
    u16(8),
    u16(3),
    u32(0),
    u32(resources.length),
    resources,
    'coded picture',
  );

const jp2 = (...boxes: Uint8Array[]): Bytes =>
  bytesOf(
    box('jP  ', [0x0d, 0x0a, 0x87, 0x0a]),
    box('ftyp', 'jp2 ', u32(0), 'jp2 '),
    box('jp2h', box('ihdr', u32(40), u32(60), u16(3), [7, 7, 0, 0])),
    ...boxes,
    box('jp2c', 'coded picture'),
  );
const hexBytes = (hex: string): Bytes => bytesOf(Buffer.from(hex, 'hex'));

const jxl = (...boxes: Uint8Array[]): Bytes =>
  bytesOf(
    box('JXL ', [0x0d, 0x0a, 0x87, 0x0a]),
    box('ftyp', 'jxl ', u32(0), 'jxl '),
    ...boxes,
    box('jxlc', [0xff, 0x0a, 0, 0x10], 'coded picture'),
  );

type Item = { type: string; mime?: string; method: 0 | 1; pieces: readonly Uint8Array[] };

/**
 * HEIC whose items lie in several pieces, in `mdat` (method 0, with other bytes between) or in `idat` (method
 * 1).
 */
function heic(items: readonly Item[], tail: Uint8Array = bytesOf()): Bytes {
  const between = bytesOf('coded picture');
  const data = (method: 0 | 1): Bytes =>
    bytesOf(
      ...items
        .filter((item) => item.method === method)
        .flatMap(({ pieces }) => pieces.flatMap((piece) => [between, piece])),
    );
  const front = box('ftyp', 'heic', u32(0), 'mif1', 'heic');
  const meta = (dataAt: number): Bytes => {
    const at = [dataAt, 0];
    const locations = items.map(({ method, pieces }, index) =>
      bytesOf(
        u16(index + 1),
        u16(method),
        u16(0),
        u16(pieces.length),
        ...pieces.map(({ length }) => {
          const from = at[method]! + between.length;
          at[method] = from + length;
          return bytesOf(u32(from), u32(length));
        }),
      ),
    );
    return box(
      'meta',
      u32(0),
      box('hdlr', u32(0), u32(0), 'pict', new Uint8Array(13)),
      box('pitm', u32(0), u16(1)),
      box(
        'iinf',
        u32(0),
        u16(items.length),
        ...items.map(({ type, mime = '' }, index) =>
          box('infe', [2, 0, 0, 0], u16(index + 1), u16(0), type, '\0', mime),
        ),
      ),
      box('iloc', [1, 0, 0, 0], [0x44, 0], u16(items.length), ...locations),
      box('iprp', box('ipco', box('ispe', u32(0), u32(600), u32(400)))),
      box('idat', data(1)),
    );
  };
  return bytesOf(front, meta(front.length + meta(0).length + 8), box('mdat', data(0), between), tail);
}

const cut = (bytes: Uint8Array, ...at: number[]): Uint8Array[] =>
  [0, ...at].map((from, index) => bytes.slice(from, at[index]));
const EXIF_ITEM = bytesOf(u32(0), gpsTiff());
const XMP_ITEM = { type: 'mime', mime: 'application/rdf+xml\0' } as const;

const film = bytesOf(
  box('ftyp', 'mp42', u32(0)),
  box('mdat', 'coded film'),
  box('moov', box('mvhd', 'stays'), box('udta', box('\xa9xyz', '+57.5000+010.2500/'))),
);
const drone = (attribute: string): string => GPS_XMP.replace('exif:GPSLatitude', attribute);

/** `gone`: what must not be found in the bytes afterwards; `stays`: what must. */
const CARRIERS: Record<string, { file: Bytes; gone: RegExp; stays?: string }> = {
  'Panasonic’s city': {
    file: jpeg(64, 48, [
      exifSegment(notes('Panasonic\0\0\0', [], [0x6d, UNDEFINED, bytesOf('Skagen-town\0')])),
    ]),
    gone: /Skagen/,
  },
  'Panasonic’s landmark': {
    file: jpeg(64, 48, [
      exifSegment(
        notes(
          'Panasonic\0\0\0',
          [],
          [0x6d, UNDEFINED, bytesOf('---\0\0\0')],
          [0x6f, UNDEFINED, bytesOf('Skagen light')],
        ),
      ),
    ]),
    gone: /Skagen/,
  },
  'Leica’s country': {
    file: jpeg(64, 48, [exifSegment(notes('LEICA\0\0\0', [], [0x69, UNDEFINED, bytesOf('Skagen-land\0')]))]),
    gone: /Skagen/,
  },
  'Nikon’s location': {
    file: jpeg(64, 48, [
      exifSegment(
        withNotes(() =>
          bytesOf('Nikon\0\x02\x10\0\0', tiff([0x0039, UNDEFINED, bytesOf('0100\0\x01\0Skagen-town')])),
        ),
      ),
    ]),
    gone: /Skagen/,
  },
  'Samsung’s location': {
    file: jpeg(64, 48, [
      exifSegment(
        notes('', [], [0x0001, UNDEFINED, bytesOf('0100')], [0x0030, ASCII, bytesOf('Skagen-town\0')]),
      ),
    ]),
    gone: /Skagen/,
  },
  'Samsung’s country code behind the picture': {
    file: jpeg(64, 48, [], bytesOf('Image_UTC_Data1', 'MCC_Data262', 'SEFH')),
    gone: /MCC_Data262/,
    stays: 'MCC_Data000',
  },
  'GoPro’s telemetry in APP6': {
    file: jpeg(64, 48, [segment(0xe6, 'GoPro\0', 'DEVC', 'GPS5', [1, 2, 3], 'Skagen')]),
    gone: /GPS5|Skagen/,
  },
  'EXIF of a JPEG 2000': {
    file: jp2(box('uuid', hexBytes('4a706754696666457869662d3e4a5032'), gpsTiff())),
    gone: /\0{3}9\0{3}/,
    stays: 'coded picture',
  },
  'XMP of a JPEG 2000': {
    file: jp2(box('uuid', hexBytes('be7acfcb97a942e89c71999491e3afac'), GPS_XMP)),
    gone: /57,30/,
    stays: 'xmp:Rating="5"',
  },
  'IPTC of a JPEG 2000': {
    file: jp2(box('uuid', hexBytes('33c7a4d2b81d4723a0baf1a3e097ad38'), TOWN, TITLE)),
    gone: /Skagen/,
    stays: 'Title stays',
  },
  'IPTC of a Photoshop file': { file: psd(tags(TOWN, TITLE)), gone: /Skagen/, stays: 'Title stays' },
  'EXIF of a Photoshop file': {
    file: psd(resource(0x0422, gpsTiff())),
    gone: /\0{3}9\0{3}/,
    stays: 'coded picture',
  },
  'XMP of a Photoshop file': {
    file: psd(resource(0x0424, bytesOf(GPS_XMP))),
    gone: /57,30/,
    stays: 'xmp:Rating="5"',
  },
  'GeoTIFF’s tie points': {
    file: tiff(
      [0x0100, 4, bytesOf(u32(60))],
      [0x0101, 4, bytesOf(u32(40))],
      [0x8482, 12, bytesOf('Skagen-x', 'Skagen-y')],
    ),
    gone: /Skagen/,
  },
  'GeoTIFF’s scale, transformation and keys': {
    file: tiff(
      [0x0100, 4, bytesOf(u32(60))],
      [0x0101, 4, bytesOf(u32(40))],
      [0x830e, 12, bytesOf('Skagen-1')],
      [0x85d8, 12, bytesOf('Skagen-2')],
      [0x87af, 3, bytesOf('Skagen-3')],
      [0x87b1, ASCII, bytesOf('Skagen-4')],
    ),
    gone: /Skagen/,
  },
  'a TIFF’s own XMP': {
    file: tiff([0x0100, 4, bytesOf(u32(60))], [0x0101, 4, bytesOf(u32(40))], [0x02bc, 1, bytesOf(GPS_XMP)]),
    gone: /57,30/,
    stays: 'xmp:Rating="5"',
  },
  'a TIFF’s IPTC': {
    file: tiff(
      [0x0100, 4, bytesOf(u32(60))],
      [0x0101, 4, bytesOf(u32(40))],
      [0x83bb, UNDEFINED, bytesOf(TOWN, TITLE)],
    ),
    gone: /Skagen/,
    stays: 'Title stays',
  },
  'Photoshop’s resources in a TIFF': {
    file: tiff([0x0100, 4, bytesOf(u32(60))], [0x0101, 4, bytesOf(u32(40))], [0x8649, 1, tags(TOWN, TITLE)]),
    gone: /Skagen/,
    stays: 'Title stays',
  },
  'a JPEG XL’s metadata under Brotli': {
    file: jxl(box('brob', 'xml ', brotliCompressSync(GPS_XMP))),
    gone: /brobxml/,
    stays: 'coded picture',
  },
  'EXIF of a HEIC in three pieces': {
    file: heic([{ type: 'Exif', method: 0, pieces: cut(EXIF_ITEM, 3, 104) }]),
    gone: /\0{3}9\0{3}/,
    stays: 'coded picture',
  },
  'XMP of a HEIC, cut in the middle of the place': {
    file: heic([{ ...XMP_ITEM, method: 0, pieces: cut(bytesOf(GPS_XMP), GPS_XMP.indexOf('57,30') + 2) }]),
    gone: /57|,30\.0N/,
    stays: 'xmp:Rating="5"',
  },
  'EXIF and XMP of a HEIC in its item data box': {
    file: heic([
      { type: 'Exif', method: 1, pieces: [EXIF_ITEM] },
      { ...XMP_ITEM, method: 1, pieces: cut(bytesOf(GPS_XMP), 100, 200) },
    ]),
    gone: /57,30|\0{3}9\0{3}/,
    stays: 'xmp:Rating="5"',
  },
  'the film of a motion photo inside a HEIC': {
    file: heic([], box('mpvd', film)),
    gone: /57\.5/,
    stays: 'coded film',
  },
  'a drone’s laser target': {
    file: jpeg(64, 48, [
      segment(
        0xe1,
        'http://ns.adobe.com/xap/1.0/\0',
        drone('drone-dji:LRFTargetLat').replaceAll(/exif:GPS\w+="[^"]*"|<exif.*exif:GPSAltitude>/g, ''),
      ),
    ]),
    gone: /57,30|LRF/,
    stays: 'xmp:Rating="5"',
  },
};

const strip = async (file: Bytes) => {
  const facts = await inspectImage(new Blob([file]));
  const result = await stripLocation(new Blob([file]), facts.type);
  const out = result.kind === 'stripped' ? new Uint8Array(await result.blob.arrayBuffer()) : undefined;
  return { facts, result, out };
};

test.each(Object.entries(CARRIERS))('%s: warned about, and gone', async (name, { file, gone, stays }) => {
  expect(latin1(file)).toMatch(name.includes('cut in') ? /57/ : gone);
  const { facts, result, out } = await strip(file);
  expect(facts.namesPlace).toBe(name.includes('Brotli') ? 'perhaps' : 'yes');
  expect(result.kind).toBe('stripped');
  expect(out!.length).toBe(file.length);
  expect(latin1(out!)).not.toMatch(gone);
  if (stays !== undefined) expect(latin1(out!)).toContain(stays);
  expect((await strip(out as Bytes)).result.kind).toBe('nothing-to-remove');
});

test('empty fields of Panasonic’s notes are no place', async () => {
  const file = jpeg(64, 48, [
    exifSegment(
      notes(
        'Panasonic\0\0\0',
        [],
        [0x6d, UNDEFINED, bytesOf('---\0\0\0')],
        [0x6f, UNDEFINED, new Uint8Array(72)],
      ),
    ),
  ]);
  const { facts, result } = await strip(file);
  expect(facts.namesPlace).toBe('none');
  expect(result.kind).toBe('nothing-to-remove');
});

test('a film behind a gain map, which the index names, loses its place; both pictures stay where they were', async () => {
  const gainMap = jpeg(32, 24, [segment(0xe2, 'urn:iso:std:iso:ts:21496:-1\0', [0, 0, 0, 0])]);
  const index = (offset: number): Bytes =>
    segment(
      0xe2,
      'MPF\0',
      tiff([
        0xb002,
        UNDEFINED,
        bytesOf(new Uint8Array(16), u32(0), u32(gainMap.length), u32(offset), u32(0)),
      ]),
    );
  const front = jpeg(64, 48, [index(0)]);
  const file = jpeg(64, 48, [index(front.length - (2 + 4 + 4))], bytesOf(gainMap, film));
  const { facts, result, out } = await strip(file);
  expect(facts.namesPlace).toBe('yes');
  expect(result).toMatchObject({ kind: 'stripped', removed: ['film location'] });
  expect(out!.length).toBe(file.length);
  expect(latin1(out!)).not.toMatch(/57\.5|xyz/);
  expect(latin1(out!)).toContain('coded film');
  const filmAt = front.length + gainMap.length;
  expect(Buffer.from(out!.slice(0, filmAt)).equals(file.slice(0, filmAt))).toBe(true);
});

test('parts that are too large to be searched are admitted, not passed over', async () => {
  const front = png(64, 48);
  const file = new Uint8Array(front.length + 3 * 1024 * 1024);
  file.set(front);
  const { facts, result } = await strip(file);
  expect(facts.namesPlace).toBe('perhaps');
  expect(result).toEqual({ kind: 'impossible', reason: 'cannot-be-sure' });
});

test('coordinates far inside a long text are found and go; beyond what is searched they are admitted', async () => {
  const caption = (length: number): Bytes =>
    png(64, 48, [
      pngChunk('tEXt', Buffer.from(`Comment\0${'a long story '.repeat(length / 13)}geo:48.1372,11.5756`)),
    ]);
  const { facts, result, out } = await strip(caption(600_000));
  expect(facts.namesPlace).toBe('yes');
  expect(result.kind).toBe('stripped');
  expect(Buffer.from(out!).includes('48.1372')).toBe(false);
  const beyond = await strip(caption(2_200_000));
  expect(beyond.facts.namesPlace).toBe('perhaps');
  expect(beyond.result).toEqual({ kind: 'impossible', reason: 'cannot-be-sure' });
  const description = `${'a long story '.repeat(40_000)}geo:48.1372,11.5756`;
  const file = png(64, 48, [
    pngChunk(
      'iTXt',
      Buffer.from(
        `XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description>${description}</dc:description></rdf:Description></rdf:RDF></x:xmpmeta>`,
      ),
    ),
  ]);
  const inXmp = await strip(file);
  expect(inXmp.facts.namesPlace).toBe('yes');
  expect(Buffer.from(inXmp.out!).includes('48.1372')).toBe(false);
});

test('files made of beginnings of pictures or films end in an answer', async () => {
  const [pictures, films] = [[0xff, 0xd8, 0xff, 0xe1], 'ftyp'].map((piece) =>
    bytesOf(...Array.from({ length: 50_000 }, () => piece)),
  ) as [Bytes, Bytes];
  for (const file of [bytesOf(gpsTiff(), pictures), jpeg(64, 48, [], pictures), jpeg(64, 48, [], films)]) {
    const { facts, result } = await strip(file);
    expect(facts.namesPlace).not.toBe('none');
    expect(result).toEqual({ kind: 'impossible', reason: 'cannot-be-sure' });
  }
});

const SHARED = new URL('../../../../shared/images/', import.meta.url);

/** A real picture with a place put into it, and its coded data. */
const REAL: readonly (readonly [
  name: string,
  put: (bytes: Bytes) => Bytes,
  coded: (bytes: Bytes) => Uint8Array,
])[] = [
  ['phone.jpg', (bytes) => bytes, (bytes) => bytes.slice(walkJpeg(bytes).scanAt)],
  [
    'transparent.png',
    (bytes) => {
      const at = pngChunks(bytes)[0]!.end;
      return bytesOf(bytes.slice(0, at), pngChunk('eXIf', gpsTiff()), bytes.slice(at));
    },
    (bytes) =>
      Buffer.concat(
        pngChunks(bytes)
          .filter(({ name }) => name !== 'eXIf')
          .map(({ at, end }) => bytes.slice(at, end)),
      ),
  ],
  [
    'wood.webp',
    (bytes) => bytesOf(bytes, riffChunk('EXIF', gpsTiff())),
    (bytes) =>
      Buffer.concat(
        webpChunks(bytes)
          .filter(({ name }) => name.startsWith('VP8'))
          .map(({ at, end }) => bytes.slice(at, end)),
      ),
  ],
];

test.skipIf(!existsSync(SHARED)).each(REAL)(
  'the coded data of the real picture %s is the same byte for byte without its place [needs the shared pictures]',
  async (name, put, coded) => {
    const file = put(bytesOf(readFileSync(new URL(name, SHARED))));
    expect(sniffType(file)?.type).toBeDefined();
    const { facts, result, out } = await strip(file);
    expect(facts.namesPlace).toBe('yes');
    expect(result.kind).toBe('stripped');
    const before = coded(file);
    expect(before.length).toBeGreaterThan(1000);
    expect(Buffer.from(coded(out as Bytes)).equals(before)).toBe(true);
  },
);
