/**
 * Looks at what a browser sends before it is parsed. What a socket reads at a time may hold ten thousand
 * frames, and the parser does not stop in between, also when the connection has been ended by the first.
 */
import type { Socket } from 'node:net';

/** Most frames of a page are smaller. At most 170 frames of the least length. */
const PIECE_BYTES = 1024;

/**
 * Takes the place of the one who reads from a connection, and hands it on in pieces.
 *
 * @param received asked before each piece; `false`: this one and all that follow are dropped
 */
export function guardWire(raw: Socket, received: (bytes: number) => boolean): void {
  const readers = raw.listeners('data') as ((data: Buffer) => void)[];
  for (const reader of readers) raw.off('data', reader);
  raw.on('data', (data: Buffer) => {
    for (let at = 0; at < data.length; at += PIECE_BYTES) {
      const piece = data.subarray(at, at + PIECE_BYTES);
      if (raw.destroyed || !received(piece.length)) return;
      for (const reader of readers) reader.call(raw, piece);
    }
  });
}
