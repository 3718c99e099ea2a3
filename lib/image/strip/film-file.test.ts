/** Places in films, with ExifTool as the judge where it is installed. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { hasProgram } from '../../../testbed/program.ts';
import { inspectImage } from '../inspect/inspect.ts';
import { latin1 } from '../inspect/sniff.ts';
import { box, bytesOf, u16, u32, type Bytes } from '../test-images.ts';
import { blankFilmFile } from './film-file.ts';
import { stripLocation } from './strip-location.ts';

const folder = mkdtempSync(join(tmpdir(), 'films-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const installed = hasProgram('exiftool', '-ver');

const CODED = 'coded film, which nothing touches';

interface Film {
  brand?: string;
  /** Children of `moov/udta`. */
  userData?: readonly Bytes[];
  /** Further children of `moov`. */
  moov?: readonly Bytes[];
  /** Handler and sample format of a second track. */
  track?: readonly [handler: string, format: string, ...description: string[]];
  /** Behind the film's data. */
  behind?: readonly Bytes[];
}

/** One track of one sample, as much as ExifTool wants to see. */
function film({ brand = 'isom', userData = [], moov = [], track, behind = [] }: Film = {}): Bytes {
  const front = box('ftyp', brand, u32(0), brand);
  const trak = (handler: string, format: string, ...description: string[]): Bytes =>
    box(
      'trak',
      box('tkhd', u32(1), new Uint8Array(80)),
      box(
        'mdia',
        box('mdhd', u32(0), u32(0), u32(0), u32(1000), u32(1000), u32(0)),
        box('hdlr', u32(0), u32(0), handler, new Uint8Array(13)),
        box(
          'minf',
          box('dinf', box('dref', u32(0), u32(1), box('url ', u32(1)))),
          box(
            'stbl',
            box('stsd', u32(0), u32(1), box(format, new Uint8Array(6), u16(1), ...description)),
            box('stts', u32(0), u32(1), u32(1), u32(1000)),
            box('stsc', u32(0), u32(1), u32(1), u32(1), u32(1)),
            box('stsz', u32(0), u32(CODED.length), u32(1)),
            box('stco', u32(0), u32(1), u32(front.length + 8)),
          ),
        ),
      ),
    );
  return bytesOf(
    front,
    box('mdat', CODED),
    box(
      'moov',
      box('mvhd', u32(0), u32(0), u32(0), u32(1000), u32(1000), new Uint8Array(80)),
      trak('vide', 'avc1', '\0'.repeat(70)),
      ...(track ? [trak(...track)] : []),
      ...(userData.length > 0 ? [box('udta', ...userData)] : []),
      ...moov,
    ),
    ...behind,
  );
}

const PLACES = [
  ['UserData:GPSCoordinates', '48.1372, 11.5756, 520'],
  ['ItemList:GPSCoordinates', '48.1372, 11.5756, 520'],
  ['Keys:GPSCoordinates', '48.1372, 11.5756, 520'],
  ['Keys:LocationName', 'Skagen'],
  ['Keys:LocationBody', 'Skagen'],
  ['Keys:LocationNote', 'Skagen'],
  ['Keys:LocationDate', '2024:05:01 12:00:00'],
  ['Keys:LocationAccuracyHorizontal', '12.5'],
  ['Keys:CameraDirection', '48.1372'],
  ['UserData:Comment', 'At 48.1372, 11.5756'],
  ['Keys:Description', 'At 48.1372, 11.5756'],
  ['ItemList:Description', 'geo:lat=48.1372'],
  ['XMP-exif:GPSLatitude', '48.1372'],
  ['XMP-iptcExt:LocationShownCity', 'Skagen'],
] as const;
const KEPT = ['-Keys:Model=Phone 12', '-Keys:Make=Maker', '-UserData:Author=Ada'];

const tagsIn = (where: string): Map<string, Record<string, unknown>> => {
  const json = execFileSync('exiftool', ['-j', '-a', '-G1', '-ee', '-n', '-q', '-q', where], {
    encoding: 'utf8',
  });
  return new Map(
    (JSON.parse(json) as Record<string, unknown>[]).map((tags) => [
      String(tags['SourceFile']).split('/').at(-1)!,
      tags,
    ]),
  );
};
const placesOf = (tags: Record<string, unknown>): string[] =>
  Object.entries(tags)
    .filter(([name]) => !/^(?:SourceFile|System|File|ExifTool)/.test(name))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .filter((line) => /GPS|Location|Direction|Latitude|Longitude|48\.1372|Skagen/.test(line));

test.skipIf(!installed)(
  'each tag of a film in which ExifTool knows a place is warned about, and gone afterwards; camera and author stay [needs exiftool]',
  async () => {
    const [made, clean] = ['made', 'clean'].map((name) => join(folder, name)) as [string, string];
    for (const path of [made, clean]) mkdirSync(path);
    const commands: string[] = [];
    for (const ending of ['mp4', 'mov']) {
      const base = join(folder, `base.${ending}`);
      writeFileSync(base, film({ brand: ending === 'mov' ? 'qt  ' : 'isom' }));
      for (const [index, [tag, value]] of PLACES.entries())
        commands.push(`-${tag}=${value}`, ...KEPT, '-o', join(made, `${index}.${ending}`), base, '-execute');
    }
    writeFileSync(join(folder, 'commands'), commands.join('\n'));
    execFileSync('exiftool', ['-q', '-q', '-m', '-@', join(folder, 'commands')], { stdio: 'ignore' });
    const before = tagsIn(made);
    expect(before.size).toBe(2 * PLACES.length);
    const wrong: string[] = [];
    for (const [name, tags] of before) {
      const what = `${name}: ${PLACES[Number.parseInt(name)]![0]}`;
      if (placesOf(tags).length === 0) wrong.push(`${what} was not written`);
      const file = new File([readFileSync(join(made, name))], name, { type: 'video/mp4' });
      const facts = await inspectImage(file);
      if (facts.namesPlace !== 'yes' || !facts.cleanable) wrong.push(`${what}: no warning`);
      const result = await stripLocation(file, facts.type);
      if (result.kind !== 'stripped') {
        wrong.push(`${what}: ${JSON.stringify(result)}`);
        continue;
      }
      const out = new Uint8Array(await result.blob.arrayBuffer());
      if (out.length !== file.size || !latin1(out).includes(CODED)) wrong.push(`${what}: the film changed`);
      writeFileSync(join(clean, name), out);
    }
    for (const [name, tags] of tagsIn(clean)) {
      const what = `${name}: ${PLACES[Number.parseInt(name)]![0]}`;
      if (placesOf(tags).length > 0) wrong.push(`${what}: left ${placesOf(tags).join(' ')}`);
      for (const [tag, value] of [
        ['Keys:Model', 'Phone 12'],
        ['Keys:Make', 'Maker'],
        ['UserData:Author', 'Ada'],
      ] as const)
        if (tags[tag] !== value) wrong.push(`${what}: ${tag} is ${String(tags[tag])}`);
    }
    expect(wrong).toEqual([]);
  },
  60_000,
);

const name = (text: string) => new Uint8Array(Array.from(text, (letter) => letter.charCodeAt(0)));
const xyz = box('xxxx', u16(20), u16(0), '+48.1372+011.5756+520/');
xyz.set(name('\xa9xyz'), 4);

const looked = async (file: Bytes) => {
  const blob = new Blob([file]);
  const { namesPlace, place } = await inspectImage(new File([file], 'a.mp4', { type: 'video/mp4' }));
  return { namesPlace, place, result: await stripLocation(blob, 'video/mp4') };
};

test('a phone’s film says where it was taken, and says it no more', async () => {
  const file = film({ userData: [xyz] });
  const { namesPlace, place, result } = await looked(file);
  expect(namesPlace).toBe('yes');
  expect(place).toEqual({ latitude: 48.1372, longitude: 11.5756 });
  if (result.kind !== 'stripped') throw new Error(result.kind);
  const out = new Uint8Array(await result.blob.arrayBuffer());
  expect(out.length).toBe(file.length);
  expect(latin1(out)).not.toContain('48.1372');
  expect(latin1(out)).toContain(CODED);
  expect((await looked(out)).namesPlace).toBe('none');
});

test('a film without a place is said to have none', async () => {
  const { namesPlace, result } = await looked(film({ behind: [box('free', new Uint8Array(40))] }));
  expect(namesPlace).toBe('none');
  expect(result).toMatchObject({ kind: 'nothing-to-remove' });
});

const gpsDirectory = bytesOf('II*\0', [8, 0, 0, 0], [2, 0], new Uint8Array(24), u32(0));
const canon = box(
  'uuid',
  [0x85, 0xc0, 0xb6, 0x87, 0x82, 0x0f, 0x11, 0xe0, 0x81, 0x11, 0xf4, 0xce, 0x46, 0x2b, 0x6a, 0x48],
  box('CMT4', gpsDirectory),
);

test.each<[string, Film, 'yes' | 'perhaps', 'stripped' | 'impossible']>([
  ['a maker’s own data', { userData: [box('NCDT', 'anything')] }, 'perhaps', 'stripped'],
  ['a gap that is filled', { behind: [box('skip', '$GPRMC,081836,A,4808.23')] }, 'perhaps', 'stripped'],
  ['a Canon’s position', { moov: [canon] }, 'yes', 'stripped'],
  ['a dashcam’s list of positions', { moov: [box('gps ', u32(1))] }, 'perhaps', 'impossible'],
  ['a drone’s track of positions in words', { track: ['sbtl', 'tx3g'] }, 'perhaps', 'impossible'],
  ['a track of camera motion', { track: ['meta', 'camm'] }, 'perhaps', 'impossible'],
  ['a track of unknown data', { track: ['meta', 'djmd'] }, 'perhaps', 'impossible'],
  [
    'an iPhone’s track of places',
    { track: ['meta', 'mebx', 'mdtacom.apple.quicktime.location.ISO6709'] },
    'perhaps',
    'impossible',
  ],
  ['an unknown box', { behind: [box('abcd', 'anything')] }, 'perhaps', 'impossible'],
  ['a trailer in no box', { behind: [bytesOf('8db42d694ccc418790edff439fe026bf')] }, 'perhaps', 'impossible'],
])('%s is warned about, and taken out or left to the person', async (_, parts, warned, kind) => {
  const { namesPlace, result } = await looked(film(parts));
  expect({ namesPlace, kind: result.kind }).toEqual({ namesPlace: warned, kind });
});

test.each([
  ['mebx', 'mdtacom.apple.quicktime.detected-face'],
  ['mett', 'application/motionphoto-image-meta'],
])('a phone’s track of other data is no track of places (%s)', async (format, description) => {
  const { namesPlace } = await looked(film({ track: ['meta', format, description] }));
  expect(namesPlace).toBe('none');
});

test('of a film of any size only what describes it is read', async () => {
  const whole = new Blob([film({ userData: [xyz] })]);
  const read: number[] = [];
  // As a file on the disk: what is read of it is counted.
  const file = {
    size: whole.size,
    slice(from: number, to: number = whole.size) {
      const part = whole.slice(from, to);
      return Object.assign(part, {
        arrayBuffer: async () => {
          read.push(part.size);
          return new Response(part).arrayBuffer();
        },
      });
    },
  } as unknown as Blob;
  const { found } = await blankFilmFile(file);
  expect(found.removed.size).toBe(1);
  const moov = whole.size - (8 + CODED.length) - 20;
  expect(read.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(moov + 4 * 16);
});

test('a film that is cut off anywhere, or has bytes changed, ends in an answer', async () => {
  const file = film({ userData: [xyz], moov: [canon] });
  for (let at = 0; at < file.length; at += 3) {
    const cut = new Blob([file.slice(0, at)]);
    await blankFilmFile(cut);
    const changed = file.slice();
    changed[at] = 255 - changed[at]!;
    await blankFilmFile(new Blob([changed]));
  }
});
