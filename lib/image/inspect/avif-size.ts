/**
 * The size of an AVIF (ISO 23008-12, AV1 Image File Format), and whether its parts agree on it. The boxes say
 * how large a picture is, but what a decoder unfolds is what the AV1 bitstream of each item says: both are
 * read, and have to agree.
 */
import { latin1 } from './sniff.ts';

interface Box {
  name: string;
  from: number;
  to: number;
}

interface Item {
  type: string;
  /** Numbers of properties, from 1. */
  properties: number[];
  /** Where its bytes begin in the file, and how many they are. */
  at?: number;
  length?: number;
}

/** Of one file; those of a phone's picture in tiles are some hundred. */
const MAX_BOXES = 4096;
/** Pixels of all items together, thumbnails and transparency included, for each pixel of the picture. */
const MAX_OVERDRAW = 3;

/**
 * @returns `undefined` when the parts do not agree, are not within these bytes, or move. Throws RangeError
 * where boxes point outside.
 */
export function readAvif(
  bytes: Uint8Array,
  view: DataView,
): { width: number; height: number; orientation?: number } | undefined {
  const top = boxesOf(view, bytes, 0, bytes.length);
  // A sequence may change its size with each frame, and a decoder may take it in place of the picture.
  if (top.some(({ name }) => name === 'moov' || name === 'moof')) return undefined;
  const metas = top.filter(({ name }) => name === 'meta');
  const [meta] = metas;
  if (meta === undefined || metas.length !== 1 || top[0]?.name !== 'ftyp') return undefined;
  const parts = boxesOf(view, bytes, meta.from + 4, meta.to);
  const part = (name: string): Box | undefined => {
    const found = parts.filter((one) => one.name === name);
    return found.length === 1 ? found[0] : undefined;
  };
  const [pitm, iinf, iloc, iprp] = [part('pitm'), part('iinf'), part('iloc'), part('iprp')];
  if (!pitm || !iinf || !iloc || !iprp) return undefined;
  const inside = boxesOf(view, bytes, iprp.from, iprp.to);
  const [ipco, ...others] = inside.filter(({ name }) => name === 'ipco');
  const ipma = inside.filter(({ name }) => name === 'ipma');
  if (ipco === undefined || others.length > 0 || ipma.length === 0) return undefined;
  const properties = boxesOf(view, bytes, ipco.from, ipco.to);

  const items = readItems(view, bytes, iinf);
  for (const box of ipma) readAssociations(view, box, items);
  readLocations(view, iloc, items);

  const primary =
    view.getUint8(pitm.from) === 0 ? view.getUint16(pitm.from + 4) : view.getUint32(pitm.from + 4);
  const sizeOf = (item: Item): { width: number; height: number } | undefined => {
    const ispe = item.properties
      .map((number) => properties[number - 1])
      .filter((box) => box?.name === 'ispe');
    const [only] = ispe;
    if (only === undefined || ispe.length !== 1) return undefined;
    return { width: view.getUint32(only.from + 4), height: view.getUint32(only.from + 8) };
  };
  const picture = items.get(primary);
  const size = picture && sizeOf(picture);
  if (picture === undefined || size === undefined) return undefined;
  const own = picture.properties.map((number) => properties[number - 1]);
  // Cut to a part of itself: which part, each decoder rounds in its own way.
  if (own.some((box) => box?.name === 'clap')) return undefined;

  let pixels = 0;
  for (const item of items.values()) {
    if (item.type !== 'av01') continue;
    const said = sizeOf(item);
    const coded = item.at === undefined ? undefined : sequenceSize(bytes, item.at, item.length ?? 0);
    if (said === undefined || coded?.width !== said.width || coded.height !== said.height) return undefined;
    pixels += said.width * said.height;
  }
  if (pixels === 0 || pixels > MAX_OVERDRAW * size.width * size.height) return undefined;
  const turns = own.filter((box) => box?.name === 'irot');
  const odd = turns.reduce((sum, box) => sum + (box ? view.getUint8(box.from) & 3 : 0), 0) % 2 === 1;
  return { ...size, ...(odd && { orientation: 6 }) };
}

/**
 * Throws RangeError for boxes that do not lie one behind the other. The last may reach beyond the bytes: they
 * are a file's front.
 */
function boxesOf(view: DataView, bytes: Uint8Array, start: number, end: number): Box[] {
  const found: Box[] = [];
  for (let at = start; at + 8 <= end;) {
    let length = view.getUint32(at);
    let from = at + 8;
    if (length === 1) {
      if (view.getUint32(at + 8) !== 0) throw new RangeError('a box of gigabytes');
      length = view.getUint32(at + 12);
      from = at + 16;
    }
    const to = length === 0 ? end : at + length;
    if (to < from || found.length >= MAX_BOXES) throw new RangeError('not a box');
    if (to > end && end !== bytes.length) throw new RangeError('a box that reaches out of its own');
    found.push({ name: latin1(bytes, at + 4, at + 8), from, to: Math.min(to, end) });
    at = to;
  }
  return found;
}

function readItems(view: DataView, bytes: Uint8Array, iinf: Box): Map<number, Item> {
  const items = new Map<number, Item>();
  const count = view.getUint8(iinf.from) === 0 ? 6 : 8;
  for (const { name, from } of boxesOf(view, bytes, iinf.from + count, iinf.to)) {
    if (name !== 'infe') continue;
    const version = view.getUint8(from);
    if (version < 2) continue;
    const id = version === 2 ? view.getUint16(from + 4) : view.getUint32(from + 4);
    const typeAt = from + (version === 2 ? 8 : 10);
    // Two of one number: which of them holds?
    if (items.has(id)) throw new RangeError('an item twice');
    items.set(id, { type: latin1(bytes, typeAt, typeAt + 4), properties: [] });
  }
  return items;
}

function readAssociations(view: DataView, { from, to }: Box, items: ReadonlyMap<number, Item>): void {
  const wideId = view.getUint8(from) > 0;
  const wideNumber = (view.getUint8(from + 3) & 1) === 1;
  const count = view.getUint32(from + 4);
  let at = from + 8;
  for (let index = 0; index < count && at < to; index++) {
    const id = wideId ? view.getUint32(at) : view.getUint16(at);
    at += wideId ? 4 : 2;
    const properties = view.getUint8(at++);
    for (let i = 0; i < properties; i++) {
      items.get(id)?.properties.push(wideNumber ? view.getUint16(at) & 0x7fff : view.getUint8(at) & 0x7f);
      at += wideNumber ? 2 : 1;
    }
  }
}

/** Only items in one piece in the file itself: tiles are described elsewhere, and pictures are in one. */
function readLocations(view: DataView, { from, to }: Box, items: ReadonlyMap<number, Item>): void {
  const version = view.getUint8(from);
  const sizes = view.getUint16(from + 4);
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexSize = version > 0 ? sizes & 15 : 0;
  let at = from + 6;
  const read = (size: number): number => {
    at += size;
    if (size === 0) return 0;
    if (size === 4) return view.getUint32(at - 4);
    if (size === 8) return view.getUint32(at - 8) * 2 ** 32 + view.getUint32(at - 4);
    throw new RangeError('a field of an unknown width');
  };
  const idSize = version < 2 ? 2 : 4;
  const short = (size: number): number => (size === 2 ? view.getUint16((at += 2) - 2) : read(size));
  const count = short(idSize);
  for (let index = 0; index < count && at < to; index++) {
    const item = items.get(short(idSize));
    const method = version > 0 ? short(2) & 15 : 0;
    at += 2;
    const base = read(baseSize);
    const extents = short(2);
    for (let extent = 0; extent < extents; extent++) {
      read(indexSize);
      const offset = base + read(offsetSize);
      const length = read(lengthSize);
      if (extent > 0 || item === undefined || method !== 0) continue;
      if (item.at !== undefined) throw new RangeError('an item in two places');
      item.at = offset;
      item.length = length;
    }
  }
}

const OBU_SEQUENCE_HEADER = 1;
const OBU_TEMPORAL_DELIMITER = 2;

/**
 * What an AV1 sequence header (AV1 specification, 5.5) says of its frames, in the first units of an item's
 * bytes.
 */
export function sequenceSize(
  bytes: Uint8Array,
  from: number,
  length: number,
): { width: number; height: number } | undefined {
  const end = length === 0 ? bytes.length : from + length;
  for (let at = from; at + 2 <= Math.min(end, bytes.length);) {
    const header = bytes[at]!;
    const type = (header >> 3) & 15;
    at += (header & 4) === 0 ? 1 : 2;
    let size = end - at;
    if ((header & 2) !== 0) {
      size = 0;
      for (let i = 0; i < 5; i++) {
        const byte = bytes[at++] ?? 0;
        size += (byte & 127) * 2 ** (7 * i);
        if (byte < 128) break;
      }
    }
    if (type === OBU_SEQUENCE_HEADER) return readSequence(bytes.subarray(at, at + size));
    if (type !== OBU_TEMPORAL_DELIMITER) return undefined;
    at += size;
  }
  return undefined;
}

function readSequence(bytes: Uint8Array): { width: number; height: number } | undefined {
  let bit = 0;
  const f = (width: number): number => {
    let value = 0;
    for (let i = 0; i < width; i++, bit++)
      value = value * 2 + (((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
    return value;
  };
  f(3 + 1); // profile, still picture
  const reduced = f(1) === 1;
  if (reduced) {
    f(5);
  } else {
    // Timing belongs to films: a picture's header that has it is one that we do not read.
    if (f(1) === 1) return undefined;
    const delays = f(1) === 1;
    if (delays) return undefined;
    const points = f(5) + 1;
    for (let point = 0; point < points; point++) {
      f(12);
      if (f(5) > 7) f(1);
    }
  }
  const widthBits = f(4) + 1;
  const heightBits = f(4) + 1;
  const size = { width: f(widthBits) + 1, height: f(heightBits) + 1 };
  return bit <= bytes.length * 8 ? size : undefined;
}
