/** The one door to exifr: what a picture's metadata says, plainly. Broken metadata never throws. */
import { extractMetadata, type MetadataPart } from './extract.ts';

export interface Place {
  /** Degrees, north positive. */
  latitude: number;
  /** Degrees, east positive. */
  longitude: number;
}

export interface Metadata {
  /** Maker and model. */
  camera?: string;
  /** Unix milliseconds, taking the camera's wall clock as this device's (EXIF seldom names a zone). */
  takenAt?: number;
  place?: Place;
  /** Town, region, country as written by a person or an album program. */
  placeName?: string;
  /** There is EXIF, XMP or IPTC of any kind. */
  present: boolean;
  /** There is some, but it could not be read. */
  broken: boolean;
}

/** Characters shown of any one text found in metadata. */
const MAX_TEXT = 80;

const OPTIONS = {
  tiff: true,
  exif: true,
  gps: true,
  xmp: true,
  iptc: true,
  icc: false,
  jfif: false,
  ihdr: false,
  makerNote: false,
  userComment: false,
  mergeOutput: true,
  sanitize: true,
  silentErrors: true,
} as const;

/** @param bytes the whole file, or its front when it is very large */
export async function readMetadata(bytes: Uint8Array, type: string): Promise<Metadata> {
  const all: Record<string, unknown> = {};
  let broken = false;
  for (const part of extractMetadata(bytes, type)) {
    try {
      const values = await parsePart(part);
      if ('errors' in values) broken = true;
      for (const [key, value] of Object.entries(values)) if (key !== 'errors') all[key] ??= value;
    } catch {
      // exifr throws on what it cannot follow: the bytes' fault, and the picture is sent all the same.
      broken = true;
    }
  }
  const camera = cameraOf(all);
  const takenAt = dateOf(all['DateTimeOriginal']) ?? dateOf(all['CreateDate']);
  const place = placeOf(all);
  const placeName = placeNameOf(all);
  return {
    ...(camera !== undefined && { camera }),
    ...(takenAt !== undefined && { takenAt }),
    ...(place !== undefined && { place }),
    ...(placeName !== undefined && { placeName }),
    present: Object.keys(all).length > 0,
    broken,
  };
}

async function parsePart(part: MetadataPart): Promise<Record<string, unknown>> {
  // On demand: 75 KB that the first page does not need.
  const module = await import('exifr');
  // Bundlers see its ES module, whose default lacks `sidecar`; Node sees CommonJS, which has all under the default.
  const exifr = module.sidecar === undefined ? module.default : module;
  const bytes = part.bytes as Uint8Array<ArrayBuffer>;
  if (part.kind !== 'xmp') return recordOf(await exifr.parse(bytes, OPTIONS));
  // One record a namespace, unlike in a file.
  const spaces = recordOf(await exifr.sidecar(bytes, { xmp: true, mergeOutput: true }, 'xmp'));
  return Object.assign({}, ...Object.values(spaces).map(recordOf)) as Record<string, unknown>;
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.replace(/\p{C}/gu, ' ').replace(/\s+/g, ' ').trim().slice(0, MAX_TEXT);
  return text === '' ? undefined : text;
}

function cameraOf(all: Record<string, unknown>): string | undefined {
  const maker = textOf(all['Make']);
  const model = textOf(all['Model']);
  if (maker === undefined || model === undefined) return model ?? maker;
  // "Canon" + "Canon EOS 400D", "NIKON" + "COOLPIX P6000"
  return model.toLowerCase().startsWith(maker.toLowerCase()) ? model : `${maker} ${model}`;
}

function dateOf(value: unknown): number | undefined {
  const time = value instanceof Date ? value.getTime() : Number.NaN;
  return Number.isFinite(time) ? time : undefined;
}

function placeOf(all: Record<string, unknown>): Place | undefined {
  const latitude = degreesOf(all['latitude']) ?? degreesOf(all['GPSLatitude']);
  const longitude = degreesOf(all['longitude']) ?? degreesOf(all['GPSLongitude']);
  if (latitude === undefined || longitude === undefined) return undefined;
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return undefined;
  // What phones leave behind when they blank the place themselves.
  return latitude === 0 && longitude === 0 ? undefined : { latitude, longitude };
}

/** A number, or XMP's "57,38.1N" and "57,38,6N" (XMP specification part 2, GPSCoordinate). */
function degreesOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const match = /^(\d{1,3}),(\d{1,2}(?:\.\d+)?)(?:,(\d{1,2}(?:\.\d+)?))?([NSEW])$/.exec(value.trim());
  if (match === null) return undefined;
  const degrees = Number(match[1]) + Number(match[2]) / 60 + Number(match[3] ?? 0) / 3600;
  return match[4] === 'S' || match[4] === 'W' ? -degrees : degrees;
}

function placeNameOf(all: Record<string, unknown>): string | undefined {
  const names = ['Location', 'Sublocation', 'City', 'State', 'Country'].map((key) => textOf(all[key]));
  return textOf([...new Set(names.filter((name) => name !== undefined))].join(', '));
}
