/** Unreliable channels, one or many: how many different messages come through, without any repair. */

/** A chunk of 1024 bytes and a header of 20: one packet of the browser's. */
const MESSAGE = 1044;
/** What waits in one lane at most: enough for a round trip of a worn window, little enough to stay fresh. */
const LANE_BUFFER = 64 * 1024;
const TICK_MS = 4;
/** A page that was held up makes up for so much and no more: a longer burst would overflow the queue. */
const MOST_TICKS = 5;

/** Messages a millisecond that no channel takes. */
const UNLIMITED = 1e6;

/**
 * Sends numbered messages over all channels in turn.
 * @param rateMbit payload and headers of the bench's link, over all channels; 0: as fast as the buffers take them
 */
export async function pumpDistinct(
  channels: readonly RTCDataChannel[],
  seconds: number,
  rateMbit: number,
): Promise<void> {
  const perMs = rateMbit > 0 ? (rateMbit * 125) / (MESSAGE + 93) : UNLIMITED;
  const bytes = crypto.getRandomValues(new Uint8Array(MESSAGE));
  const view = new DataView(bytes.buffer);
  const open = (channel: RTCDataChannel) => channel.readyState === 'open';
  const began = performance.now();
  let last = began;
  let budget = 0;
  let number = 0;
  let turn = 0;
  for (let now = began; now - began < seconds * 1000 && channels.some(open); now = performance.now()) {
    budget = Math.min(budget + (now - last) * perMs, MOST_TICKS * TICK_MS * perMs);
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
