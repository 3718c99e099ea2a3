/**
 * Takes places out of an XMP packet (ISO 16684-1) by writing spaces over them, so that its length stays:
 * white space between attributes and between elements means nothing in XML. One pass, linear in the packet's
 * length.
 */
import { note, type Fact, type Found } from './found.ts';
import { coordinatesIn, isKeywordProperty, isPlaceProperty, isWordsProperty } from './place-table.ts';
import { bytewise, maySearch } from './strip-text.ts';

/** Properties that are shown, whatever their prefix. */
const FACTS: ReadonlyMap<string, Fact> = new Map<string, Fact>([
  ['Make', 'maker'],
  ['Model', 'model'],
  ['DateTimeOriginal', 'taken'],
  ['CreateDate', 'created'],
  ['Location', 'sublocation'],
  ['Sublocation', 'sublocation'],
  ['City', 'city'],
  ['State', 'state'],
  ['ProvinceState', 'state'],
  ['Country', 'country'],
  ['CountryName', 'country'],
]);
/** A value of this length without a space is binary in base64: a picture, a maker's notes. */
const MIN_BASE64 = 1000;
const BASE64 = /^[\w+/=\s-]+$/;
/** Lines of base64 have 64 or 76 characters; words have not. */
const BASE64_LINE = /[\w+/=-]{60}/;
/** Enough for the metadata in front of an embedded picture. */
const BASE64_LOOKED_AT = 256 * 1024;
/** Elements inside one another: real packets have about 12. */
const MAX_DEPTH = 256;

type Span = [from: number, to: number];

interface Element {
  name: string;
  from: number;
  /** The property that a value here belongs to: this element, or the nearest one that is no RDF container. */
  property: string;
  gone: boolean;
}

/** Changes `bytes` (UTF-8) in place. */
export function blankXmp(bytes: Uint8Array, found: Found): void {
  const text = bytewise(bytes);
  if (!text.includes('<')) return;
  found.present = true;
  if (/[^\0]\0[^\0]|\0<\0/.test(text.slice(0, 4096))) {
    // UTF-16 or UTF-32, which no camera writes: the whole packet goes if there is a place.
    if (search(text.replaceAll('\0', ''), found).spans.length > 0) bytes.fill(0x20);
    return;
  }
  const { spans, whole } = search(text, found);
  if (!whole && spans.length > 0) {
    // An element with a place that is not closed: where it ends is not known.
    bytes.fill(0x20);
    return;
  }
  for (const [from, to] of spans) bytes.fill(0x20, from, to);
}

function search(text: string, found: Found): { spans: Span[]; whole: boolean } {
  const spans: Span[] = [];
  const open: Element[] = [];
  const remove = (from: number, to: number): void => {
    spans.push([from, to]);
    found.removed.add('XMP location');
  };
  const value = (property: string, from: number, to: number): void => {
    if (to <= from) return;
    const written = text.slice(from, to);
    if (written.trim() === '') return;
    noteFact(found, property, written);
    if (to - from >= MIN_BASE64 && BASE64_LINE.test(written.slice(0, MIN_BASE64)) && BASE64.test(written)) {
      if (!hidesMetadata(written)) return;
      spans.push([from, to]);
      found.hidden.add('picture inside XMP');
      return;
    }
    const keywords = isKeywordProperty(property);
    const words = keywords || isWordsProperty(property);
    if (!maySearch(written.length, found)) return;
    const coordinates = coordinatesIn(written, keywords ? 'keywords' : words ? 'words' : 'value');
    for (const [start, end] of coordinates) remove(from + start, from + end);
    if (coordinates.length > 0 && keywords) found.keywords = true;
    if (words && written.replace(/\s+/g, '').length > 1) found.words = true;
  };
  const isGone = (name: string): boolean =>
    isPlaceProperty(name) || (found.dropKeywords && isKeywordProperty(name));

  let at = 0;
  while (at < text.length) {
    const start = text.indexOf('<', at);
    const inside = open.at(-1);
    if (inside && !open.some(({ gone }) => gone)) value(inside.property, at, start < 0 ? text.length : start);
    else if (inside) noteFact(found, inside.property, text.slice(at, start < 0 ? text.length : start));
    if (start < 0) break;
    const special = SPECIAL.find(([opening]) => text.startsWith(opening, start));
    if (special) {
      const end = text.indexOf(special[1], start);
      at = end < 0 ? text.length : end + special[1].length;
      if (special[0] === '<![CDATA[' && inside) value(inside.property, start + 9, at - 3);
      continue;
    }
    const tag = readTag(text, start);
    if (tag === undefined) break;
    at = tag.end;
    if (tag.closing) {
      const match = open.findLastIndex(({ name }) => name === tag.name);
      if (match < 0) continue;
      const [element] = open.splice(match);
      if (element!.gone && !open.some(({ gone }) => gone)) remove(element!.from, tag.end);
      continue;
    }
    const gone = isGone(tag.name);
    const covered = open.some((element) => element.gone);
    for (const { name, from, to, valueFrom, valueTo } of tag.attributes) {
      if (name.startsWith('xmlns') || name.startsWith('xml:')) continue;
      if (covered || gone || isGone(name)) {
        noteFact(found, name, text.slice(valueFrom, valueTo));
        if (!covered && !gone) remove(from, to);
      } else {
        value(name.startsWith('rdf:') ? tag.name : name, valueFrom, valueTo);
      }
    }
    if (tag.empty) {
      if (gone && !covered) remove(start, tag.end);
    } else if (open.length < MAX_DEPTH) {
      const property = tag.name.startsWith('rdf:') ? (inside?.property ?? tag.name) : tag.name;
      open.push({ name: tag.name, from: start, property, gone });
    }
  }
  return { spans, whole: !open.some(({ gone }) => gone) };
}

const SPECIAL: readonly (readonly [opening: string, closing: string])[] = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
  ['<!', '>'],
];

interface Tag {
  name: string;
  closing: boolean;
  empty: boolean;
  /** Behind the closing bracket. */
  end: number;
  attributes: { name: string; from: number; to: number; valueFrom: number; valueTo: number }[];
}

const NAME = /[\w.:\x80-\xff-]+/y;
const ATTRIBUTE = /(\s+)([\w.:\x80-\xff-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/y;
const TAG_END = /\s*(\/?)>/y;

function readTag(text: string, at: number): Tag | undefined {
  const closing = text[at + 1] === '/';
  NAME.lastIndex = at + (closing ? 2 : 1);
  const name = NAME.exec(text)?.[0];
  // A stray bracket is text.
  if (name === undefined) return { name: '', closing: true, empty: false, end: at + 1, attributes: [] };
  const tag: Tag = { name, closing, empty: false, end: NAME.lastIndex, attributes: [] };
  for (;;) {
    ATTRIBUTE.lastIndex = tag.end;
    const match = ATTRIBUTE.exec(text);
    if (match === null) break;
    const to = ATTRIBUTE.lastIndex;
    const length = (match[3] ?? match[4] ?? '').length;
    tag.attributes.push({
      name: match[2]!,
      from: match.index + match[1]!.length,
      to,
      valueFrom: to - 1 - length,
      valueTo: to - 1,
    });
    tag.end = to;
  }
  TAG_END.lastIndex = tag.end;
  const end = TAG_END.exec(text);
  if (end !== null) {
    tag.empty = end[1] === '/';
    tag.end = TAG_END.lastIndex;
  }
  return tag;
}

/** Whether the front of what base64 says is a picture's metadata. */
function hidesMetadata(base64: string): boolean {
  const digits = base64.slice(0, BASE64_LOOKED_AT).replace(/\s|&#x?[\dA-Fa-f]+;/g, '');
  try {
    const bytes = atob(digits.slice(0, digits.length & ~3));
    return /Exif\0\0|ns\.adobe\.com\/x|Photoshop 3\.0|ftyp/.test(bytes);
  } catch {
    return false;
  }
}

function noteFact(found: Found, property: string, written: string): void {
  const local = property.slice(property.indexOf(':') + 1);
  const fact = FACTS.get(local);
  if (fact) note(found, fact, fromUtf8(written));
  if (local === 'GPSLatitude' || local === 'GpsLatitude') found.latitude ??= degreesOf(written);
  if (local === 'GPSLongitude' || local === 'GpsLongitude' || local === 'GpsLongtitude')
    found.longitude ??= degreesOf(written);
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** Characters that are bytes, as the text they encode; what is no UTF-8 is taken as Latin-1. */
function fromUtf8(text: string): string {
  const decoded = new TextDecoder().decode(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  const plain = decoded.includes('\ufffd') ? text : decoded;
  return plain.replace(/&(\w+);/g, (entity, name: string) => ENTITIES.get(name) ?? entity);
}

/** A number, or XMP's "57,38.1N" and "57,38,6N" (XMP specification part 2, GPSCoordinate). */
function degreesOf(written: string): number | undefined {
  const text = written.trim();
  if (/^[-+]?\d{1,3}(?:\.\d+)?$/.test(text)) return Number(text);
  const match = /^(\d{1,3}),(\d{1,2}(?:\.\d+)?)(?:,(\d{1,2}(?:\.\d+)?))?([NSEW])$/.exec(text);
  if (match === null) return undefined;
  const degrees = Number(match[1]) + Number(match[2]) / 60 + Number(match[3] ?? 0) / 3600;
  return match[4] === 'S' || match[4] === 'W' ? -degrees : degrees;
}
