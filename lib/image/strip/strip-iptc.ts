/** Takes places out of IPTC-IIM records (IIM 4.2) and of Photoshop's image resources, keeping every length. */
import { latin1 } from '../inspect/sniff.ts';
import { blankTiff } from './strip-tiff.ts';
import { blankXmp } from './strip-xmp.ts';

/** Data sets of record 2 that name a place: content location code and name, city, sublocation, province, country. */
const PLACES = new Set([26, 27, 90, 92, 95, 100, 101]);
const RESOURCE_IPTC = 0x0404;
const RESOURCE_EXIF = new Set([0x0422, 0x0423]);
const RESOURCE_XMP = 0x0424;

/** Data sets that stay move up, zeros fill the end: readers take zeros for padding. Changes `bytes` in place. */
export function blankIptc(bytes: Uint8Array): string[] {
  const kept: [number, number][] = [];
  let removed = false;
  let at = 0;
  while (at + 5 <= bytes.length && bytes[at] === 0x1c) {
    let length = (bytes[at + 3]! << 8) | bytes[at + 4]!;
    let header = 5;
    if (length & 0x8000) {
      // Extended: the low bits say how many bytes hold the length; beyond 4 is no real file.
      const size = length & 0x7fff;
      if (size > 4) break;
      length = 0;
      for (let index = 0; index < size; index++) length = length * 256 + (bytes[at + 5 + index] ?? 0);
      header += size;
    }
    const end = at + header + length;
    if (end > bytes.length) break;
    if (bytes[at + 1] === 2 && PLACES.has(bytes[at + 2]!)) removed = true;
    else kept.push([at, end]);
    at = end;
  }
  if (!removed) return [];
  kept.push([at, bytes.length]);
  let to = 0;
  for (const [from, end] of kept) {
    bytes.copyWithin(to, from, end);
    to += end - from;
  }
  bytes.fill(0, to);
  return ['IPTC location'];
}

/** The payload of Photoshop's APP13 segments behind their signature: `8BIM`, id, padded name, length, padded data. */
export function blankResources(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const removed = new Set<string>();
  let at = 0;
  while (at + 12 <= bytes.length && latin1(bytes, at, at + 4) === '8BIM') {
    const id = view.getUint16(at + 4);
    const name = 1 + bytes[at + 6]!;
    const dataAt = at + 6 + name + (name & 1) + 4;
    if (dataAt > bytes.length) break;
    const end = dataAt + view.getUint32(dataAt - 4);
    if (end > bytes.length) break;
    const data = bytes.subarray(dataAt, end);
    let found: string[] = [];
    if (id === RESOURCE_IPTC) found = blankIptc(data);
    else if (id === RESOURCE_XMP) found = blankXmp(data);
    else if (RESOURCE_EXIF.has(id)) found = blankTiff(data);
    for (const item of found) removed.add(item);
    at = end + ((end - dataAt) & 1);
  }
  return [...removed];
}
