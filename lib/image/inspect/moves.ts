/** Whether a picture has more than one frame. Made anew by a canvas it would have one. */
import { pngChunks, webpChunks } from './chunks.ts';
import { latin1 } from './sniff.ts';

/** @param bytes the whole file: a GIF says nothing of its second frame in front */
export function moves(bytes: Uint8Array, type: string): boolean {
  switch (type) {
    case 'image/gif':
      return hasTwoFrames(bytes);
    case 'image/webp':
      return webpChunks(bytes).some(({ name }) => name === 'ANIM' || name === 'ANMF');
    case 'image/png': {
      const names = pngChunks(bytes).map(({ name }) => name);
      const data = names.indexOf('IDAT');
      const control = names.indexOf('acTL');
      // Behind the pixels it would be no animation (PNG 3, 11.3.6).
      return control >= 0 && control < data;
    }
    case 'image/avif':
      return latin1(bytes, 0, 64).includes('avis');
    default:
      return false;
  }
}

function hasTwoFrames(bytes: Uint8Array): boolean {
  const byte = (at: number): number => bytes[at] ?? 0;
  const tableLength = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1));
  let frames = 0;
  let at = 13 + tableLength(byte(10));
  while (at < bytes.length) {
    if (byte(at) === 0x2c) {
      frames += 1;
      if (frames > 1) return true;
      // Its descriptor, its colours, and the width of its codes.
      at += 10 + tableLength(byte(at + 9)) + 1;
    } else if (byte(at) === 0x21) {
      at += 2;
    } else {
      return false;
    }
    while (at < bytes.length && byte(at) !== 0) at += 1 + byte(at);
    at += 1;
  }
  return false;
}
