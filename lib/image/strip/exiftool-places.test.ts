/**
 * ExifTool is the reference: it writes each of its tags that names a place, and looks again after the
 * removal. The list was taken from its tag tables (`exiftool -listx`, 12.57). Skipped where it is not
 * installed.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { hasProgram } from '../../../testbed/program.ts';
import { inspectImage } from '../inspect/inspect.ts';
import { walkJpeg } from '../inspect/jpeg-segments.ts';
import { latin1 } from '../inspect/sniff.ts';
import {
  box,
  bytesOf,
  gif,
  jpeg,
  png,
  pngChunk,
  riffChunk,
  u16,
  u32,
  vp8x,
  webp,
  type Bytes,
} from '../test-images.ts';
import { stripLocation } from './strip-location.ts';

/** Group, value, and the tags that take it. */
const PLACES: readonly (readonly [group: string, value: string, tags: string])[] = [
  ['XMP-drone-dji', '12.5', 'AbsoluteAltitude RelativeAltitude'],
  ['XMP-drone-dji', '48.137', 'GPSLatitude Latitude'],
  ['XMP-drone-dji', '11.575', 'GPSLongitude GPSLongtitude Longitude'],
  [
    'XMP-dwc',
    'Skagen',
    'GeologicalContextBed GeologicalContextFormation GeologicalContextID GeologicalContextGroup GeologicalContextMember OccurrenceGeoreferenceVerificationStatus DCContinent DCCoordinatePrecision DCCoordinateUncertaintyInMeters DCCountry DCCounty DCFootprintSRS DCFootprintSpatialFit DCFootprintWKT DCGeodeticDatum DCGeoreferenceProtocol DCGeoreferenceRemarks DCGeoreferenceSources DCGeoreferenceVerificationStatus DCGeoreferencedBy DCGeoreferencedDate DCHigherGeography DCHigherGeographyID DCIsland DCIslandGroup DCLocality DCLocationAccordingTo DCLocationID DCLocationRemarks DCMaximumElevationInMeters DCMinimumElevationInMeters DCMunicipality DCStateProvince DCVerbatimCoordinateSystem DCVerbatimCoordinates DCVerbatimElevation DCVerbatimLocality DCWaterBody',
  ],
  ['XMP-dwc', 'DEU', 'DCCountryCode'],
  ['XMP-dwc', '48.137', 'DCDecimalLatitude DCVerbatimLatitude'],
  ['XMP-dwc', '11.575', 'DCDecimalLongitude DCVerbatimLongitude'],
  ['GPS', 'N', 'GPSLatitudeRef GPSDestLatitudeRef'],
  ['GPS', '48.137', 'GPSLatitude GPSDestLatitude'],
  ['GPS', 'E', 'GPSLongitudeRef GPSDestLongitudeRef'],
  ['GPS', '11.575', 'GPSLongitude GPSDestLongitude'],
  ['GPS', 'Above Sea Level', 'GPSAltitudeRef'],
  [
    'GPS',
    '12.5',
    'GPSAltitude GPSDOP GPSSpeed GPSTrack GPSImgDirection GPSDestBearing GPSDestDistance GPSHPositioningError',
  ],
  ['GPS', '12:00:00', 'GPSTimeStamp'],
  ['GPS', 'Skagen', 'GPSSatellites GPSMapDatum GPSProcessingMethod GPSAreaInformation'],
  ['GPS', 'Measurement Active', 'GPSStatus'],
  ['GPS', '3', 'GPSMeasureMode'],
  ['GPS', 'km/h', 'GPSSpeedRef'],
  ['GPS', 'T', 'GPSTrackRef GPSImgDirectionRef GPSDestBearingRef'],
  ['GPS', 'K', 'GPSDestDistanceRef'],
  ['GPS', '2024:05:01', 'GPSDateStamp'],
  ['GPS', 'No Correction', 'GPSDifferential'],
  ['IPTC', 'DEU', 'ContentLocationCode Country-PrimaryLocationCode'],
  ['IPTC', 'Skagen', 'ContentLocationName City Province-State Country-PrimaryLocationName'],
  [
    'XMP-plus',
    'Skagen',
    'LicensorCity LicensorCountry LicensorExtendedAddress LicensorPostalCode LicensorRegion LicensorStreetAddress',
  ],
  ['XMP-photomech', 'DEU', 'CountryCode'],
  ['XMP-Device', '12.5', 'EarthPosAltitude'],
  ['XMP-mediapro', 'Skagen', 'Location'],
  ['XMP-cell', 'Skagen', 'CellTowerID LocationAreaCode MobileNetworkCode'],
  ['XMP-cell', 'DEU', 'MobileCountryCode'],
  ['XMP-dc', 'Skagen', 'Coverage'],
  [
    'XMP-exif',
    '12.5',
    'GPSAltitude GPSDestBearing GPSDestDistance GPSDOP GPSHPositioningError GPSImgDirection GPSSpeed GPSTrack',
  ],
  ['XMP-exif', 'Above Sea Level', 'GPSAltitudeRef'],
  ['XMP-exif', 'Skagen', 'GPSAreaInformation GPSMapDatum GPSProcessingMethod GPSSatellites'],
  ['XMP-exif', 'T', 'GPSDestBearingRef GPSImgDirectionRef GPSTrackRef'],
  ['XMP-exif', 'K', 'GPSDestDistanceRef'],
  ['XMP-exif', '48.137', 'GPSDestLatitude GPSLatitude'],
  ['XMP-exif', '11.575', 'GPSDestLongitude GPSLongitude'],
  ['XMP-exif', 'No Correction', 'GPSDifferential'],
  ['XMP-exif', '3', 'GPSMeasureMode'],
  ['XMP-exif', 'km/h', 'GPSSpeedRef'],
  ['XMP-exif', 'Measurement Active', 'GPSStatus'],
  ['XMP-exif', '2024:05:01 12:00:00', 'GPSDateTime'],
  ['XMP-iptcCore', 'DEU', 'CountryCode'],
  ['XMP-iptcCore', 'Skagen', 'CreatorCity CreatorCountry CreatorAddress CreatorPostalCode Location'],
  [
    'XMP-iptcExt',
    'Skagen',
    'LocationCreatedCity LocationCreatedCountryName LocationCreatedIdentifier LocationCreatedLocationId LocationCreatedLocationName LocationCreatedProvinceState LocationCreatedSublocation LocationCreatedWorldRegion LocationShownCity LocationShownCountryName LocationShownIdentifier LocationShownLocationId LocationShownLocationName LocationShownProvinceState LocationShownSublocation LocationShownWorldRegion RatingRegionCity RatingRegionCountryName RatingRegionLocationId RatingRegionLocationName RatingRegionProvinceState RatingRegionWorldRegion',
  ],
  ['XMP-iptcExt', 'DEU', 'LocationCreatedCountryCode LocationShownCountryCode RatingRegionCountryCode'],
  ['XMP-iptcExt', '12.5', 'LocationCreatedGPSAltitude LocationShownGPSAltitude RatingRegionGPSAltitude'],
  ['XMP-iptcExt', '48.137', 'LocationCreatedGPSLatitude LocationShownGPSLatitude RatingRegionGPSLatitude'],
  ['XMP-iptcExt', '11.575', 'LocationCreatedGPSLongitude LocationShownGPSLongitude RatingRegionGPSLongitude'],
  ['XMP-photoshop', 'Skagen', 'City Country State'],
  ['XMP-pmi', 'Skagen', 'Location'],
  ['XMP-prism', 'Skagen', 'Location'],
  ['XMP-prl', 'Skagen', 'Geography'],
  ['XMP-xmpDM', 'Skagen', 'ShotLocation'],
  // Not named for a place, and holding one.
  ['XMP-dc', 'geo:lat=48.137', 'Subject'],
  ['IPTC', 'geo:lat=48.137', 'Keywords'],
  ['XMP-digiKam', 'Places/Denmark/Skagen', 'TagsList'],
  ['XMP-lr', 'Places|Denmark|Skagen', 'HierarchicalSubject'],
  ['XMP-dc', 'At 48.1372, 11.5756', 'Description Title'],
  ['IPTC', 'At 48.1372, 11.5756', 'Caption-Abstract Headline'],
  ['IFD0', 'At 48.1372, 11.5756', 'ImageDescription XPComment XPKeywords'],
  ['ExifIFD', 'At 48.1372, 11.5756', 'UserComment'],
];
const TAGS = PLACES.flatMap(([group, value, tags]) => tags.split(' ').map((tag) => ({ group, tag, value })));

/** An ordinary run takes every tag in JPEG and every fourth in the other formats. */
const ALL = process.env['TESSERA_LONG'] === '1';

/** What ExifTool calls a tag that names a place. `GPSVersionID` alone is none. */
const NAMES =
  /GPS(?!Version)|Latitude(?!yyy|zzz)|Longt?itude|Location|City|Countr|Province|State$|^Geo(?!metr)|Address|Coordinate|^Coverage|Postal|WorldRegion|AdrRegion|LicensorRegion|CreatorRegion|Locality|Altitude|County|Municip|Island|WaterBody|Continent|Geodetic|Footprint|Elevation|HigherGeography|CellTower|CellID|MobileNetwork/;
const VALUES = /geo:lat|48\.1372|Skagen/;

const installed = hasProgram('exiftool', '-ver');
const folder = mkdtempSync(join(tmpdir(), 'places-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The coded picture: nothing of it may change. */
function codedOf(bytes: Uint8Array, name: string): Buffer {
  if (name.endsWith('.jpg')) return Buffer.from(bytes.slice(walkJpeg(bytes).scanAt));
  const text = latin1(bytes);
  const marks = {
    png: 'IDAT',
    webp: 'VP8X',
    gif: '\x2c\0\0\0\0',
    heic: 'coded picture',
    avif: 'coded picture',
    jxl: 'jxlc',
    tif: 'MM',
  };
  const [ending, mark] = Object.entries(marks).find(([one]) => name.endsWith(one))!;
  const at = text.indexOf(mark);
  if (at < 0) throw new Error(`no picture in a ${ending}`);
  return Buffer.from(bytes.slice(at, at + (ending === 'tif' ? 2 : 13)));
}

/** The places that ExifTool finds in each file of a folder, by the file's name. */
function placesIn(where: string): Map<string, string[]> {
  const json = execFileSync('exiftool', ['-j', '-a', '-G1', '-ee', '-q', '-q', where], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return new Map(
    (JSON.parse(json) as Record<string, unknown>[]).map((tags) => [
      String(tags['SourceFile']).split('/').at(-1)!,
      Object.entries(tags)
        .filter(([name]) => !/^(?:SourceFile|System|File|ExifTool)/.test(name))
        .filter(([name, value]) => NAMES.test(name.split(':').at(-1)!) || VALUES.test(JSON.stringify(value)))
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`),
    ]),
  );
}

/** The EXIF structure and the XMP packet of a JPEG, to be put into other containers. */
function blocksOf(bytes: Uint8Array): { exif?: Bytes; xmp?: Bytes } {
  const blocks: { exif?: Bytes; xmp?: Bytes } = {};
  for (const { marker, from, to } of walkJpeg(bytes).segments) {
    const front = latin1(bytes, from, from + 29);
    if (marker !== 0xe1) continue;
    if (front.startsWith('Exif\0\0')) blocks.exif = bytesOf(bytes.slice(from + 6, to));
    else if (front.startsWith('http://ns.adobe.com/xap/1.0/\0'))
      blocks.xmp = bytesOf(bytes.slice(from + 29, to));
  }
  return blocks;
}

/**
 * A file of items: `ftyp` of the given brand and length, `meta` with EXIF and XMP, and coded bytes that no
 * decoder needs to like.
 */
function heif(
  brand: string,
  { exif, xmp }: { exif?: Bytes; xmp?: Bytes },
  brands: readonly string[] = [],
): Bytes {
  const items: { type: string; mime: string; data: Bytes }[] = [
    { type: brand === 'avif' ? 'av01' : 'hvc1', mime: '', data: bytesOf('coded picture') },
  ];
  if (exif) items.push({ type: 'Exif', mime: '', data: bytesOf(u32(0), exif) });
  if (xmp) items.push({ type: 'mime', mime: 'application/rdf+xml\0', data: xmp });
  const infos = items.map(({ type, mime }, at) =>
    box('infe', [2, 0, 0, 0], u16(at + 1), u16(0), type, '\0', mime),
  );
  const front = box('ftyp', brand, u32(0), 'mif1', brand, ...brands);
  const meta = (dataAt: number): Bytes => {
    let at = dataAt;
    const places = items.map(({ data }, index) => {
      at += data.length;
      return bytesOf(u16(index + 1), u16(0), u16(1), u32(at - data.length), u32(data.length));
    });
    return box(
      'meta',
      u32(0),
      box('hdlr', u32(0), u32(0), 'pict', new Uint8Array(13)),
      box('pitm', u32(0), u16(1)),
      box('iinf', u32(0), u16(items.length), ...infos),
      box('iloc', u32(0), [0x44, 0], u16(items.length), ...places),
      box('iprp', box('ipco', box('ispe', u32(0), u32(600), u32(400)))),
    );
  };
  return bytesOf(
    front,
    meta(front.length + meta(0).length + 8),
    box('mdat', ...items.map(({ data }) => data)),
  );
}

/**
 * XMP in a GIF: its bytes are taken for lengths of sub-blocks, and 258 bytes lead out again whatever they
 * were.
 */
function gifWithXmp(xmp: Bytes): Bytes {
  const whole = gif(16, 16);
  const trailer = bytesOf(
    1,
    Array.from({ length: 256 }, (_, index) => 255 - index),
    0,
  );
  return bytesOf(whole.slice(0, -1), [0x21, 0xff, 11], 'XMP DataXMP', xmp, trailer, 0x3b);
}

const CONTAINERS: Record<string, (blocks: { exif?: Bytes; xmp?: Bytes }) => Bytes | undefined> = {
  png: ({ exif, xmp }) =>
    png(16, 16, [
      ...(exif ? [pngChunk('eXIf', exif)] : []),
      ...(xmp ? [pngChunk('iTXt', 'XML:com.adobe.xmp\0\0\0\0\0', xmp)] : []),
    ]),
  webp: ({ exif, xmp }) =>
    webp(vp8x(16, 16), ...(exif ? [riffChunk('EXIF', exif)] : []), ...(xmp ? [riffChunk('XMP ', xmp)] : [])),
  gif: ({ xmp }) => xmp && gifWithXmp(xmp),
  heic: (blocks) => heif('heic', blocks),
  // As iOS 18 writes it: a file type box of 52 bytes.
  'ios18.heic': (blocks) => heif('heic', blocks, ['MiHB', 'MiHA', 'heix', 'MiHE', 'MiPr', 'miaf', 'tmap']),
  avif: (blocks) => heif('avif', blocks),
  jxl: ({ exif, xmp }) =>
    bytesOf(
      box('JXL ', [0x0d, 0x0a, 0x87, 0x0a]),
      box('ftyp', 'jxl ', u32(0), 'jxl '),
      ...(exif ? [box('Exif', u32(0), exif)] : []),
      ...(xmp ? [box('xml ', xmp)] : []),
      box('jxlc', [0xff, 0x0a, 0, 0x10]),
    ),
  tif: ({ exif }) => exif,
};

test.skipIf(!installed)(
  'each tag in which ExifTool knows a place, in each format, is warned about, and gone afterwards [needs exiftool]',
  async () => {
    const [made, all, clean] = ['made', 'all', 'clean'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const path of [made, all, clean]) mkdirSync(path);
    const base = join(folder, 'base.jpg');
    writeFileSync(base, jpeg(16, 16));
    const commands = TAGS.flatMap(({ group, tag, value }, index) => [
      `-${group}:${tag}=${value}`,
      '-o',
      join(made, `${index}.jpg`),
      base,
      '-execute',
    ]);
    writeFileSync(join(folder, 'commands'), commands.join('\n'));
    execFileSync('exiftool', ['-q', '-q', '-m', '-@', join(folder, 'commands')], { stdio: 'ignore' });
    for (const index of TAGS.keys()) {
      const bytes = bytesOf(readFileSync(join(made, `${index}.jpg`)));
      writeFileSync(join(all, `${index}.jpg`), bytes);
      const blocks = blocksOf(bytes);
      if (!ALL && index % 4 !== 0) continue;
      if (!blocks.exif && !blocks.xmp) continue;
      for (const [ending, build] of Object.entries(CONTAINERS)) {
        const file = build(blocks);
        if (file) writeFileSync(join(all, `${index}.${ending}`), file);
      }
    }
    const before = placesIn(all);
    const wrong: string[] = [];
    for (const [name, places] of before) {
      const what = `${name}: ${TAGS[Number.parseInt(name)]!.group}:${TAGS[Number.parseInt(name)]!.tag}`;
      // What ExifTool itself does not see there cannot be asked of us: but a JPEG holds each.
      if (places.length === 0) {
        if (name.endsWith('.jpg')) wrong.push(`${what} was not written`);
        continue;
      }
      const blob = new Blob([readFileSync(join(all, name))]);
      const facts = await inspectImage(blob);
      if (facts.namesPlace !== 'yes') wrong.push(`${what}: no warning for ${places.join(' ')}`);
      const result = await stripLocation(blob, facts.type);
      if (result.kind === 'stripped') {
        const out = new Uint8Array(await result.blob.arrayBuffer());
        writeFileSync(join(clean, name), out);
        const file = new Uint8Array(await blob.arrayBuffer());
        if (!codedOf(out, name).equals(codedOf(file, name))) wrong.push(`${what}: the picture changed`);
        if (!name.endsWith('.png') && out.length !== file.length) wrong.push(`${what}: the length changed`);
      } else wrong.push(`${what}: ${JSON.stringify(result)}`);
    }
    for (const [name, places] of placesIn(clean)) {
      if (places.length > 0) wrong.push(`${name}: left ${places.join(' ')}`);
    }
    expect(wrong).toEqual([]);
    const kinds = new Set(Array.from(before.keys(), (name) => name.slice(name.indexOf('.') + 1)));
    expect(kinds).toEqual(new Set(['jpg', ...Object.keys(CONTAINERS)]));
  },
  300_000,
);
