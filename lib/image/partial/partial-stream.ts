/** `ImageDecoder` (WebCodecs) on a stream that stays open: a closed one refuses what is incomplete. */
import type { Dimensions } from '../inspect/dimensions.ts';
import type { DrawableFrame, PartialDecoder } from './decoder.ts';

interface StreamOptions {
  type: string;
  stored: Dimensions;
  read: (from: number, to: number) => Promise<Uint8Array>;
}

/** Read from the store and handed to the decoder at a time. */
const PIECE_BYTES = 1024 * 1024;

/** @returns `undefined` where the browser has no `ImageDecoder`, or an element does better */
export async function openStreamDecoder(options: StreamOptions): Promise<PartialDecoder | undefined> {
  const { type, stored, read } = options;
  // Measured in Chromium 156: a progressive JPEG is painted pass by pass, decoded off the page's thread; of a
  // baseline one nothing is painted between the first rows and the last. An element paints every format as it
  // grows.
  if (type !== 'image/jpeg' || stored.progressive !== true) return undefined;
  // Browsers differ on whether these frames are upright; an element's picture always does.
  if ((stored.orientation ?? 1) !== 1) return undefined;
  if (typeof ImageDecoder === 'undefined' || !(await ImageDecoder.isTypeSupported(type))) return undefined;
  let feed: ReadableStreamDefaultController<Uint8Array> | undefined;
  const data = new ReadableStream<Uint8Array>({
    start(controller) {
      feed = controller;
    },
  });
  const decoder = new ImageDecoder({ type, data, preferAnimation: false });
  // Closing it rejects both; what it means is known here.
  decoder.completed.catch(() => undefined);
  decoder.tracks.ready.catch(() => undefined);
  let fed = 0;
  let failure: unknown;
  let newest: VideoFrame | undefined;
  let pending = false;

  /** Asks for the next finer frame; the answer follows when the stream has brought enough for one. */
  function ask(): void {
    if (pending || failure !== undefined) return;
    pending = true;
    decoder.decode({ frameIndex: 0, completeFramesOnly: false }).then(
      ({ image }) => {
        pending = false;
        newest?.close();
        newest = image;
      },
      (error: unknown) => {
        pending = false;
        failure = error;
      },
    );
  }

  return {
    async decode(prefix) {
      while (fed < prefix) {
        const to = Math.min(prefix, fed + PIECE_BYTES);
        feed?.enqueue(await read(fed, to));
        fed = to;
      }
      ask();
      await settled(() => newest !== undefined || failure !== undefined);
      if (failure !== undefined) throw failure;
      const frame = newest;
      newest = undefined;
      return frame && videoFrame(frame);
    },
    close() {
      newest?.close();
      newest = undefined;
      failure ??= new Error('closed');
      try {
        decoder.close();
        feed?.close();
      } catch {
        // Already closed by its own error.
      }
    },
  };
}

/** How long one call waits for a frame; without one by then the next call, with more bytes, sees. */
const WAIT_MS = 1500;
const LOOK_MS = 15;

async function settled(done: () => boolean): Promise<void> {
  const end = performance.now() + WAIT_MS;
  while (!done() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}

function videoFrame(frame: VideoFrame): DrawableFrame {
  return {
    draw: (context, width, height) => context.drawImage(frame, 0, 0, width, height),
    close: () => frame.close(),
  };
}
