/** The receiving side of one file over a plain data channel, in the page. */
import { CONFIRMED, GO, PARTITION_END } from './signals.ts';

/** Milliseconds since asking, and bytes of the front that were here then. */
export type Arrival = readonly [at: number, bytes: number];
let arrived: Arrival[] = [];

/** How the last file arrived. */
export const arrivals = (): readonly Arrival[] => arrived;

/**
 * Asks for the file and takes it. The clock runs from asking to the last byte, both here, as
 * `tessera:accepted` to `tessera:complete` do; no digest is computed.
 *
 * @returns seconds, `undefined` when not all had arrived after `maxMs`; and the bytes that had
 */
export function receiveFile(
  channel: RTCDataChannel,
  bytes: number,
  maxMs: number,
): Promise<{ seconds: number | undefined; bytes: number }> {
  let received = 0;
  arrived = [];
  // Kept until the end, as applications do that show or save the file then.
  let parts: ArrayBuffer[] = [];
  const began = performance.now();
  return new Promise((resolve) => {
    const end = (seconds: number | undefined) => {
      clearTimeout(timer);
      channel.removeEventListener('message', listener);
      resolve({ seconds, bytes: received });
    };
    const timer = setTimeout(() => end(undefined), maxMs);
    const listener = ({ data }: MessageEvent<ArrayBuffer | string>) => {
      if (data === PARTITION_END) return channel.send(CONFIRMED);
      if (typeof data === 'string') return;
      received += data.byteLength;
      parts.push(data);
      arrived.push([performance.now() - began, received]);
      if (received < bytes) return;
      const seconds = (performance.now() - began) / 1000;
      if (new Blob(parts).size !== bytes) throw new Error('too many bytes came');
      parts = [];
      end(seconds);
    };
    channel.addEventListener('message', listener);
    channel.send(GO);
  });
}
