/**
 * The items of a HEIF `meta` box (ISO 14496-12 §8.11): what they are, and where their bytes lie in the file.
 */
import { latin1 } from '../inspect/sniff.ts';
import { boxesIn, type Box } from './strip-film.ts';

export interface HeifItem {
  /** Four characters: `hvc1`, `grid`, `Exif`, `mime`, … */
  type: string;
  /** Of a `mime` item. */
  contentType: string;
  /** Compressed as a whole (`deflate`, `gzip`, `br`). */
  encoded: boolean;
  /**
   * Start and end of each piece; absent when it lies in another file, in another item, or outside the bytes.
   */
  extents: (readonly [from: number, to: number])[] | undefined;
}

/** Items in one file: an iPhone's grid has 48 to 200, Exif and XMP among them. */
const MAX_ITEMS = 65_536;

/** Never throws. `texts`: descriptions that a person wrote. */
export function heifItems(bytes: Uint8Array, meta: Box): { items: HeifItem[]; texts: Uint8Array[] } {
  const boxes = boxesIn(bytes, meta.from + 4, meta.to);
  const named = (name: string): Box | undefined => boxes.find((box) => box.name === name);
  const [infos, locations, data] = [named('iinf'), named('iloc'), named('idat')];
  const items = new Map<number, HeifItem>();
  try {
    if (infos) readInfos(bytes, infos, items);
    if (locations) readLocations(bytes, locations, data?.from, items);
  } catch (error) {
    // A box that ends early: what was not located is said to be so.
    if (!(error instanceof RangeError)) throw error;
  }
  const properties = named('iprp');
  const texts = (properties ? boxesIn(bytes, properties.from, properties.to) : [])
    .filter(({ name }) => name === 'ipco')
    .flatMap(({ from, to }) => boxesIn(bytes, from, to))
    .filter(({ name }) => name === 'udes')
    .map(({ from, to }) => bytes.subarray(from, to));
  return { items: [...items.values()], texts };
}

function readInfos(bytes: Uint8Array, box: Box, items: Map<number, HeifItem>): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const countBytes = view.getUint8(box.from) === 0 ? 2 : 4;
  for (const { name, from, to } of boxesIn(bytes, box.from + 4 + countBytes, box.to)) {
    const version = name === 'infe' ? view.getUint8(from) : 0;
    if (version < 2) continue;
    const wide = version > 2 ? 2 : 0;
    const id = wide ? view.getUint32(from + 4) : view.getUint16(from + 4);
    const type = latin1(bytes, from + 8 + wide, from + 12 + wide);
    // Then the name, and for `mime` the content type and encoding, each with its closing zero.
    const [, contentType = '', encoding = ''] = latin1(bytes, from + 12 + wide, to).split('\0');
    const mime = type === 'mime';
    items.set(id, {
      type,
      contentType: mime ? contentType : '',
      encoded: mime && encoding !== '' && encoding !== 'identity',
      extents: undefined,
    });
  }
}

function readLocations(
  bytes: Uint8Array,
  box: Box,
  dataAt: number | undefined,
  items: Map<number, HeifItem>,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, box.to);
  let at = box.from;
  const read = (size: number): number => {
    at += size;
    if (size === 0) return 0;
    if (size === 2) return view.getUint16(at - 2);
    if (size === 4) return view.getUint32(at - 4);
    if (size === 8) return Number(view.getBigUint64(at - 8));
    throw new RangeError('no size of an iloc box');
  };
  const version = view.getUint8(at);
  at += 4;
  const sizes = read(2);
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15];
  const indexSize = version === 0 ? 0 : sizes & 15;
  const count = Math.min(read(version < 2 ? 2 : 4), MAX_ITEMS);
  for (let index = 0; index < count; index++) {
    const item = items.get(read(version < 2 ? 2 : 4));
    const method = version === 0 ? 0 : read(2) & 15;
    const otherFile = read(2) !== 0;
    const base = read(baseSize) + (method === 1 ? (dataAt ?? Number.NaN) : 0);
    const pieces = read(2);
    const extents: [number, number][] = [];
    let whole = method < 2 && !otherFile;
    for (let piece = 0; piece < pieces; piece++) {
      read(indexSize);
      const from = base + read(offsetSize);
      // A length of zero: all the rest.
      const to = from + read(lengthSize);
      if (!(to > from && to <= bytes.length)) whole = false;
      else if (extents.length < MAX_ITEMS) extents.push([from, to]);
    }
    if (item && whole && extents.length > 0) item.extents = extents;
  }
}
