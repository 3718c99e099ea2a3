/**
 * Motion photos keep a short film behind the picture, and the film has a place of its own: ISO 14496-12 boxes
 * `moov/udta/©xyz` and `loci` (3GPP TS 26.244), `moov/meta` with com.apple.quicktime.location.
 */
import { latin1 } from '../inspect/sniff.ts';

const PLACE_BOXES = new Set(['\xa9xyz', 'loci']);
const CONTAINERS = new Set(['moov', 'udta', 'trak']);
/** `ftyp` is looked for in what follows the picture; Samsung and Google put it within the first KB or so of padding. */
const SEARCH_BYTES = 64 * 1024;
const MAX_BOXES = 4096;

/** Changes `bytes` in place: place boxes become `free` boxes of zeros. Every length stays. */
export function blankMovie(bytes: Uint8Array): string[] {
  const at = latin1(bytes, 0, SEARCH_BYTES).indexOf('ftyp');
  if (at < 4) return [];
  let boxes = 0;
  let removed = false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const walk = (from: number, to: number, depth: number): void => {
    for (let box = from; box + 8 <= to && boxes < MAX_BOXES; boxes++) {
      const name = latin1(bytes, box + 4, box + 8);
      let length = view.getUint32(box);
      let header = 8;
      if (length === 1 && box + 16 <= to) {
        length = Number(view.getBigUint64(box + 8));
        header = 16;
      }
      const end = length === 0 ? to : box + length;
      if (end < box + header || end > to) return;
      if (PLACE_BOXES.has(name) || (name === 'meta' && mentionsPlace(bytes.subarray(box, end)))) {
        bytes.set([0x66, 0x72, 0x65, 0x65], box + 4); // "free"
        bytes.fill(0, box + header, end);
        removed = true;
      } else if (CONTAINERS.has(name) && depth < 4) {
        walk(box + header, end, depth + 1);
      }
      box = end;
    }
  };
  walk(at - 4, bytes.length, 0);
  return removed ? ['film location'] : [];
}

function mentionsPlace(bytes: Uint8Array): boolean {
  return latin1(bytes).includes('quicktime.location');
}
