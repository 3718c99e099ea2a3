/** A real picture of any size that no compression makes smaller. */
import { crc32, deflateSync } from 'node:zlib';
import { seededRandom } from '../../lib/simulation/random.ts';

/** Square, three bytes a pixel; the file has about `3 · side²` bytes. */
export function noisePng(side: number, seed: number): Buffer {
  const random = seededRandom(seed);
  const rows = Buffer.alloc(side * (1 + 3 * side));
  for (let y = 0, at = 0; y < side; y++) {
    // Filter 0: the row as it is.
    rows[at++] = 0;
    for (let x = 0; x < 3 * side; x++) rows[at++] = Math.floor(random() * 256);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(8 + body.length);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), 4 + body.length);
  return framed;
}
