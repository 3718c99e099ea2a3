/**
 * Every place in which a location can stand in a picture's metadata: one table, read by the warning and by
 * the removal. Reference: ExifTool's tag tables (12.57), searched for names of positions, addresses and
 * administrative areas. What is deliberately not a location here: time zones and the cities of a camera's
 * world clock, `SubjectLocation` (pixels), film speed latitudes, face regions.
 */

/** TIFF 6.0, EXIF 3.0 §4.6.6: the GPS directory goes whole, date and altitude included. */
export const TAG_GPS = 0x8825;
export const TAG_XMP = 0x02bc;
export const TAG_IPTC = 0x83bb;
/** Photoshop's image resources inside a TIFF. */
export const TAG_RESOURCES = 0x8649;
export const TAG_MAKER_NOTES = 0x927c;

/** GeoTIFF 1.1 §7 and its forerunners: scale, tie points, transformation, keys, and GDAL's metadata. */
export const GEO_TAGS: ReadonlySet<number> = new Set([
  0x80ba, 0x830e, 0x8480, 0x8482, 0x85d7, 0x85d8, 0x87af, 0x87b0, 0x87b1, 0xa480, 0xa481,
]);

/**
 * Words that a person or a program wrote: description, artist's comment, Windows' title, comment, keywords
 * and subject.
 */
export const TEXT_TAGS: ReadonlySet<number> = new Set([0x010e, 0x9286, 0x9c9b, 0x9c9c, 0x9c9e, 0x9c9f]);
export const TAG_KEYWORDS = 0x9c9e;

export interface MakerNotes {
  /** First bytes of the notes. */
  signature: string;
  /** Where the directory starts, from the notes' start. */
  directoryAt: number;
  /** What offsets count from: the surrounding TIFF structure, or one inside the notes at this offset. */
  base: 'outer' | number;
  /** Tags that name a place when their value is not empty. */
  tags: ReadonlySet<number>;
}

/** Notes whose ExifTool table names places. The others are searched for coordinates as text only. */
export const MAKER_NOTES: readonly MakerNotes[] = [
  // Location, Country, State, City, Landmark, City2
  panasonic('Panasonic\0\0\0', 12),
  panasonic('LEICA\0\0\0', 8),
  // LocationInfo
  { signature: 'Nikon\0\x02', directoryAt: 18, base: 10, tags: new Set([0x0039]) },
  // Type2: LocalLocationName, LocationName. A directory without a signature that starts with
  // MakerNoteVersion.
  { signature: '\0\x01\0\x07\0\0\0\x04', directoryAt: -2, base: 'outer', tags: new Set([0x0030, 0x0031]) },
  { signature: '\x01\0\x07\0\x04\0\0\0', directoryAt: -2, base: 'outer', tags: new Set([0x0030, 0x0031]) },
];

function panasonic(signature: string, directoryAt: number): MakerNotes {
  return { signature, directoryAt, base: 'outer', tags: new Set([0x67, 0x69, 0x6b, 0x6d, 0x6f, 0x80]) };
}

/** IIM 4.2, record 2: content location code and name, city, sublocation, province, country code, country. */
export const IPTC_PLACES: ReadonlySet<number> = new Set([26, 27, 90, 92, 95, 100, 101]);
export const IPTC_KEYWORDS = 25;
/** Title, headline, caption, special instructions, transmission reference. */
export const IPTC_WORDS: ReadonlySet<number> = new Set([5, 25, 40, 103, 105, 120]);

/**
 * Words of which an XMP property's camel-case name is made, when it names a place: `GPSLatitude`,
 * `CiAdrCity`, `LRFTargetLat`.
 */
const PLACE_WORDS: ReadonlySet<string> = new Set(
  (
    'gps latitude longitude longtitude lat lon lng altitude elevation location sublocation city city2 town village suburb district ' +
    'neighbourhood neighborhood county country countries countryname countrycode province municipality locality landmark poi ' +
    'place places placename coverage venue address adr street postal postcode zip geo geotag geotagged geohash geography ' +
    'geological georeference georeferenced coordinate coordinates continent island ocean lrf laser ctry extadr pcode utm mgrs'
  ).split(' '),
);
/**
 * Whole names, in lower case: words that mean something else inside longer names (`SourceState`,
 * `ImageRegion`, `LongExposure`).
 */
const PLACE_NAMES: ReadonlySet<string> = new Set(
  (
    'state statename provincestate stateprovince worldregion ciadrregion licensorregion ratingregion long lac mcc mnc cellid ' +
    'waterbody highergeography footprintwkt footprintsrs geodeticdatum decimallatitude decimallongitude'
  ).split(' '),
);
/**
 * Namespaces, by their usual prefix, in which every property is about a place: W3C geo, cell towers, GeoRSS.
 */
const PLACE_SPACES: ReadonlySet<string> = new Set(['geo', 'wgs84_pos', 'cell', 'georss', 'gml']);
/** A point of the picture in pixels; where a marker of a film links to. */
const NOT_PLACES: ReadonlySet<string> = new Set(['exif:subjectlocation']);

/** @param name qualified name of an XMP element or attribute, e.g. `exif:GPSLatitude` */
export function isPlaceProperty(name: string): boolean {
  const colon = name.indexOf(':');
  const [space, local] = [name.slice(0, Math.max(colon, 0)), name.slice(colon + 1)];
  if (space === 'rdf' || space === 'xml' || space === 'xmlns' || name === 'xmlns') return false;
  if (NOT_PLACES.has(name.toLowerCase())) return false;
  // Acronyms run together: `GPSDOP`, `GPSHPositioningError`.
  if (/^gps/i.test(local)) return true;
  if (PLACE_SPACES.has(space.toLowerCase()) || PLACE_NAMES.has(local.toLowerCase())) return true;
  const words = local.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [];
  return words.some((word) => PLACE_WORDS.has(word.toLowerCase()));
}

/**
 * Lists of keywords: when one of them names a place, all of them go, since the others say the same in words.
 */
const KEYWORD_PROPERTY =
  /:(?:subject|hierarchicalSubject|weightedFlatSubject|TagsList|LastKeyword(?:XMP|IPTC)|CatalogSets|categories|Keywords?)$/i;
/** Properties of free text, where two decimal numbers side by side are coordinates. */
const WORDS_PROPERTY =
  /:(?:title|description|subject|hierarchicalSubject|weightedFlatSubject|TagsList|LastKeyword(?:XMP|IPTC)|CatalogSets|categories|Keywords?|Headline|Instructions|TransmissionReference|UserComment|ImageDescription|Comments?|notes?|caption|AltTextAccessibility|ExtDescrAccessibility|Event|Label|Nickname)$/i;

export const isKeywordProperty = (name: string): boolean => KEYWORD_PROPERTY.test(name);
export const isWordsProperty = (name: string): boolean => WORDS_PROPERTY.test(name);

/** PNG text chunks by their keyword: ImageMagick writes one a tag ("exif:GPSLatitude"), others "Location". */
export function isPlaceKeyword(keyword: string): boolean {
  return /gps|latitude|longitude|location|country/i.test(keyword) || isPlaceProperty(`png:${keyword}`);
}

/** A degree sign or a quotation mark as one Latin-1 byte, as UTF-8 read as Latin-1, or as an XML entity. */
const SIGN = String.raw`(?:[^\0-\x7f]{1,3}|['"]{1,2}|&(?:quot|apos|#3[49]);|\s?(?:deg|min|sec)\b)`;
const NUMBER = String.raw`\d{1,3}(?:[.,]\d+)?`;
const DEGREES = String.raw`${NUMBER}\s?(?:[^\0-\x7f]{1,2}|deg)\s?(?:${NUMBER}\s?${SIGN}\s?){0,2}`;

/** Certain in any bytes. Text is read one character a byte. */
const MARKED: readonly RegExp[] = [
  // Machine tags and geo URIs (RFC 5870): "geo:lat=48.1", "geo:48.1,11.5"
  /\bgeo:\s?(?:[a-z]+\s?=\s?[^\s<>",;|]+|[-+]?\d{1,3}(?:\.\d+)?(?:,[-+]?\d+(?:\.\d+)?){1,2})/gi,
  // "lat=48.1", "Latitude: 48,1"
  /\b(?:lat|lon|lng|latitude|longitude|breitengrad|l\S{1,2}ngengrad)\b["']?\s?[:=]\s?["']?[-+]?\d{1,3}(?:[.,]\d+)?/gi,
  // Links to maps
  /\b(?:https?:\/\/)?(?:www\.)?(?:maps\.google\.|google\.[a-z.]{2,6}\/maps|goo\.gl\/maps|maps\.app\.goo\.gl|maps\.apple\.|openstreetmap\.org|osm\.org|bing\.com\/maps|what3words\.com|w3w\.co|geohack\.)[^\s<>"']*/gi,
];
/** In any text, but not in binary bytes. */
const WRITTEN: readonly RegExp[] = [
  // 48°8'14"N, N 48° 8.2'
  new RegExp(String.raw`${DEGREES}[NSEWO](?![a-z])`, 'g'),
  new RegExp(String.raw`(?<![A-Za-z])[NSEWO]\s?${DEGREES}`, 'g'),
  // XMP GPSCoordinate: 48,8.23N
  /\b\d{1,3},\d{1,2}(?:\.\d+|,\d{1,2}(?:\.\d+)?)?[NSEW]\b/g,
  // ISO 6709: +48.1372+011.5756/
  /[-+]\d{2}(?:\d{2}){0,2}(?:\.\d+)?[-+]\d{3}(?:\d{2}){0,2}(?:\.\d+)?(?:[-+]\d+(?:\.\d+)?)?(?:CRS\w+)?\//g,
  // Open Location Code
  /\b[2-9CFGHJMPQRVWX]{8}\+[2-9CFGHJMPQRVWX]{2,3}\b/g,
];
/** Only in fields of words: elsewhere two decimal numbers side by side are curves, gains and lens data. */
const DECIMAL_PAIR =
  /(?<![\d.])[-+]?\d{1,2}\.\d{3,}\s?(?:[^\0-\x7f]{1,2})?\s?[NS]?\s?[,;/ ]\s?[-+]?\d{1,3}\.\d{3,}\s?(?:[^\0-\x7f]{1,2})?\s?[EWO]?/g;
/** A branch of a tag tree: "Places/Germany/Munich", "Orte|München". */
const PLACE_BRANCH =
  /(?<![A-Za-z])(?:places?|locations?|geo\w*|orte?|l\S{1,2}nder|lieux?|pays|lugar(?:es)?|luoghi|countries|country|world|welt|monde)[/|\\.>][^<>]*/gi;
/** What a stretch of bytes is, from the least to the most likely to hold words. */
export type TextKind = 'binary' | 'value' | 'words' | 'keywords';

/** Where coordinates are in a text, as start and end. How much is searched the caller bounds. */
export function coordinatesIn(text: string, kind: TextKind): [number, number][] {
  const patterns = [...MARKED];
  if (kind !== 'binary') patterns.push(...WRITTEN);
  if (kind === 'words' || kind === 'keywords') patterns.push(DECIMAL_PAIR);
  if (kind === 'keywords') patterns.push(PLACE_BRANCH);
  return patterns.flatMap((pattern) =>
    Array.from(text.matchAll(pattern), (match): [number, number] => [
      match.index,
      match.index + match[0].length,
    ]),
  );
}

/**
 * Names of tags as text, in a part whose structure is not followed: content credentials, maker's notes,
 * unknown blocks.
 */
export const NAMES_A_PLACE =
  /gps_?(?:lat|lon|pos|coord|area|dest|alt)|(?:^|[^a-z])(?:latitude|longitude|sublocation|locationcreated|locationshown|geolocation)|quicktime\.location|location\.iso6709|drone-dji:gps/i;

/** ISO 14496-12 user data and QuickTime: ©xyz, loci (3GPP TS 26.244), logs of dashcams, GoPro's telemetry. */
export const FILM_PLACES: ReadonlySet<string> = new Set(['\xa9xyz', '@xyz', 'loci', 'GPS ', 'GPMF', 'udat']);
/**
 * Sample formats of tracks that carry positions: camera motion metadata, GoPro, Sony, timed metadata of an
 * iPhone.
 */
export const FILM_TRACKS: ReadonlySet<string> = new Set(['camm', 'gpmd', 'rtmd', 'gps ']);
