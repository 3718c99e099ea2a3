/** Both ways of sending a file wait for the receiver's "go", as Tessera waits for the acceptance. */
import { CONFIRMED, GO, PARTITION_END } from './signals.ts';

/**
 * PairDrop 1.11, `FileChunker`: messages of 64,000 bytes, and a pause for the receiver's word each megabyte.
 */
const PAIRDROP_MESSAGE = 64_000;
const PAIRDROP_PARTITION = 1_000_000;

/**
 * What the buffer holds at most, and when it is filled again: more than any path of the table has in flight.
 */
const BUFFER_HIGH = 4 << 20;
const BUFFER_LOW = 1 << 20;

/**
 * The "file": a megabyte of noise over and over, read piece by piece through a Blob as a picked file is. The
 * browser keeps a Blob's bytes, so it is made by the first sender and is no larger than most pictures; longer
 * ones begin again.
 */
const PIECE = 1 << 20;
const PIECES = 32;
let file: Blob | undefined;

function read(from: number, length: number): Promise<ArrayBuffer> {
  if (!file) {
    const piece = new Uint8Array(PIECE);
    for (let i = 0; i < PIECE; i += 65_536) crypto.getRandomValues(piece.subarray(i, i + 65_536));
    file = new Blob(Array.from({ length: PIECES }, () => piece));
  }
  const at = from % (file.size - PIECE);
  return file.slice(at, at + length).arrayBuffer();
}

function heard(channel: RTCDataChannel, signal: string): Promise<void> {
  return new Promise((resolve) => {
    const listener = ({ data }: MessageEvent) => {
      if (data !== signal) return;
      channel.removeEventListener('message', listener);
      resolve();
    };
    channel.addEventListener('message', listener);
  });
}

/**
 * As PairDrop uses a channel: a partition into the buffer at once, then nothing until the receiver has it
 * all.
 */
export async function sendConfirmed(channel: RTCDataChannel, bytes: number): Promise<void> {
  await heard(channel, GO);
  let partition = 0;
  for (let at = 0; at < bytes && channel.readyState === 'open';) {
    const message = await read(at, Math.min(PAIRDROP_MESSAGE, bytes - at));
    channel.send(message);
    at += message.byteLength;
    partition += message.byteLength;
    if (partition < PAIRDROP_PARTITION || at >= bytes) continue;
    partition = 0;
    const confirmed = heard(channel, CONFIRMED);
    channel.send(PARTITION_END);
    await confirmed;
  }
}

/** As a channel is used well: its buffer never runs empty and never grows without bound. */
export async function sendBuffered(
  channel: RTCDataChannel,
  bytes: number,
  messageLength: number,
): Promise<void> {
  await heard(channel, GO);
  channel.bufferedAmountLowThreshold = BUFFER_LOW;
  for (let at = 0; at < bytes && channel.readyState === 'open';) {
    // Large reads: a promise for each message would be the bottleneck on a fast path.
    const batch = await read(at, Math.min(PIECE, bytes - at));
    for (let from = 0; from < batch.byteLength; from += messageLength) {
      if (channel.bufferedAmount > BUFFER_HIGH) await drained(channel);
      if (channel.readyState !== 'open') return;
      channel.send(new Uint8Array(batch, from, Math.min(messageLength, batch.byteLength - from)));
    }
    at += batch.byteLength;
  }
}

function drained(channel: RTCDataChannel): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      channel.removeEventListener('bufferedamountlow', done);
      channel.removeEventListener('close', done);
      resolve();
    };
    channel.addEventListener('bufferedamountlow', done);
    channel.addEventListener('close', done);
  });
}
