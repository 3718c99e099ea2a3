/** Unreliable channels, one or many: how many different messages are delivered, without any repair. */
import { GO, STOP } from './signals.ts';

/** A chunk of 1024 bytes and a header of 20: one packet of the browser's. */
const MESSAGE = 1044;
/**
 * What waits in one lane at most: enough for a round trip of a window after its first loss, little enough to
 * stay fresh.
 */
const LANE_BUFFER = 64 * 1024;
const TICK_MS = 4;
/** A page that was held up makes up for this many at most: a longer burst would overflow the queue. */
const MAX_TICKS = 5;

/** Messages a millisecond that no channel takes. */
const UNLIMITED = 1e6;

/** What a signal is said over at once: it is not repaired. */
const COPIES = 5;
/** The upper bits of a message's number are its file's. */
const FILE = 2 ** 20;

/**
 * Sends numbered messages over all channels in turn.
 * @param rateMbit payload and headers of the bench's link, over all channels; 0: as fast as the buffers take
 * them
 */
export function pumpDistinct(
  channels: readonly RTCDataChannel[],
  seconds: number,
  rateMbit: number,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  return pump(channels, rateMbit, 0, () => performance.now() >= end);
}

async function pump(
  channels: readonly RTCDataChannel[],
  rateMbit: number,
  first: number,
  ended: () => boolean,
): Promise<void> {
  const perMs = rateMbit > 0 ? (rateMbit * 125) / (MESSAGE + 93) : UNLIMITED;
  const bytes = crypto.getRandomValues(new Uint8Array(MESSAGE));
  const view = new DataView(bytes.buffer);
  const open = (channel: RTCDataChannel) => channel.readyState === 'open';
  let last = performance.now();
  let budget = 0;
  let number = first;
  let turn = 0;
  while (!ended() && channels.some(open)) {
    const now = performance.now();
    budget = Math.min(budget + (now - last) * perMs, MAX_TICKS * TICK_MS * perMs);
    last = now;
    for (let full = 0; budget >= 1 && full < channels.length; turn++) {
      const channel = channels[turn % channels.length]!;
      if (!open(channel) || channel.bufferedAmount > LANE_BUFFER) {
        full++;
        continue;
      }
      full = 0;
      view.setUint32(0, number++);
      channel.send(bytes);
      budget--;
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
}

/**
 * Payload bytes of distinct messages in a window of time.
 * @param from seconds from the first arrival that are not counted
 */
export function collectDistinct(
  channels: readonly RTCDataChannel[],
  from: number,
  seconds: number,
): Promise<number> {
  const seen = new Set<number>();
  let began: number | undefined;
  let bytes = 0;
  return new Promise((resolve) => {
    const end = () => {
      for (const channel of channels) channel.removeEventListener('message', listener);
      resolve(bytes);
    };
    const listener = ({ data }: MessageEvent<ArrayBuffer>) => {
      const now = performance.now();
      if (began === undefined) {
        began = now;
        setTimeout(end, (from + seconds) * 1000);
      }
      const number = new DataView(data).getUint32(0);
      if (seen.has(number)) return;
      seen.add(number);
      const at = (now - began) / 1000;
      if (at >= from && at < from + seconds) bytes += data.byteLength;
    };
    for (const channel of channels) channel.addEventListener('message', listener);
  });
}

/** Sends different messages from the receiver's "go" until its "stop": a file in an ideal code. */
export async function sendUntilStopped(
  channels: readonly RTCDataChannel[],
  rateMbit: number,
  file: number,
): Promise<void> {
  await said(channels, GO);
  let stopped = false;
  void said(channels, STOP).then(() => (stopped = true));
  await pump(channels, rateMbit, file * FILE, () => stopped);
}

/**
 * Seconds from "go" until that many different messages of the file are here; `undefined`: not within `maxMs`.
 */
export function timeDistinct(
  channels: readonly RTCDataChannel[],
  count: number,
  file: number,
  maxMs: number,
): Promise<number | undefined> {
  const seen = new Set<number>();
  const began = performance.now();
  say(channels, GO);
  return new Promise((resolve) => {
    const end = (seconds: number | undefined) => {
      clearTimeout(cap);
      for (const channel of channels) channel.removeEventListener('message', listener);
      say(channels, STOP);
      resolve(seconds);
    };
    const cap = setTimeout(() => end(undefined), maxMs);
    const listener = ({ data }: MessageEvent<ArrayBuffer>) => {
      const number = new DataView(data).getUint32(0);
      if (Math.floor(number / FILE) === file) seen.add(number);
      if (seen.size === count) end((performance.now() - began) / 1000);
    };
    for (const channel of channels) channel.addEventListener('message', listener);
  });
}

function say(channels: readonly RTCDataChannel[], signal: string): void {
  for (const channel of channels.slice(0, COPIES)) if (channel.readyState === 'open') channel.send(signal);
}

function said(channels: readonly RTCDataChannel[], signal: string): Promise<void> {
  return new Promise((resolve) => {
    const listener = ({ data }: MessageEvent) => {
      if (data !== signal) return;
      for (const channel of channels) channel.removeEventListener('message', listener);
      resolve();
    };
    for (const channel of channels) channel.addEventListener('message', listener);
  });
}
