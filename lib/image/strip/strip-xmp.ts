/**
 * Takes places out of an XMP packet (ISO 16684-1) by writing spaces over them, so that its length stays: white space
 * between attributes and between elements means nothing in XML.
 */

/** Local names, whatever the prefix: exif:GPS…, drone-dji:Gps…, Latitude; the IPTC and Photoshop fields for where a picture was taken. */
const PLACE_NAMES =
  '(?:[Gg][Pp][Ss]\\w*|Latitude|Longitude|LocationCreated|LocationShown|LocationName|LocationId|Sublocation|' +
  'Location|CountryCode|CountryName|City|State|Province|ProvinceState|Country|WorldRegion|Geotag|GeoTag)';
const PREFIX = '[A-Za-z_][\\w.-]*';

const ATTRIBUTE = new RegExp(`\\s${PREFIX}:${PLACE_NAMES}\\s*=\\s*(?:"[^"]*"|'[^']*')`, 'g');
const EMPTY_ELEMENT = new RegExp(`<${PREFIX}:${PLACE_NAMES}(?=[\\s/])[^<>]*/>`, 'g');
const ELEMENT = new RegExp(`<(${PREFIX}:${PLACE_NAMES})(?=[\\s>])[^<>]*>[\\s\\S]*?</\\1\\s*>`, 'g');

/** Changes `bytes` (UTF-8) in place. @returns what was removed, in plain words; empty when there was nothing */
export function blankXmp(bytes: Uint8Array): string[] {
  // One character a byte, so that places in the text are places in the bytes.
  const text = new TextDecoder('latin1').decode(bytes);
  if (
    !/gps|latitude|longitude|location|country|city|state|province|worldregion|geotag/i.test(
      withoutZeros(text),
    )
  )
    return [];
  const spaces: [number, number][] = [];
  if (text.includes('\0')) {
    // UTF-16 or UTF-32, which no camera writes: the whole packet goes.
    spaces.push([0, bytes.length]);
  } else {
    for (const pattern of [ELEMENT, EMPTY_ELEMENT, ATTRIBUTE]) {
      for (const match of text.matchAll(pattern)) spaces.push([match.index, match.index + match[0].length]);
    }
  }
  for (const [from, to] of spaces) bytes.fill(0x20, from, to);
  return spaces.length > 0 ? ['XMP location'] : [];
}

function withoutZeros(text: string): string {
  return text.replaceAll('\0', '');
}
