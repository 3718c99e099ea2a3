/**
 * A download that is made while it is saved, where the browser has no picker that writes: the service worker
 * answers a request with what this page hands it, piece by piece (`public/sw.js`), so that nothing is held.
 */

const READY_MILLIS = 1000;
/** The browser may ask the person first; whether it began is known by its first wish for bytes. */
const BEGIN_MILLIS = 5000;
/** A person may stop a download for a while, or take time to choose its place; a lost one never goes on. */
const REST_MILLIS = 10 * 60_000;
/** Firefox ends a worker that hears nothing for half a minute. */
const STILL_MILLIS = 10_000;

type Asked = 'ready' | 'pull' | 'cancel';

/**
 * @returns `false`: no worker took it, and nothing of `stream` was read. Rejects when it was cut off; with an
 * `AbortError` when the person did it.
 */
export async function streamToDisk(stream: ReadableStream<Uint8Array>, name: string): Promise<boolean> {
  const worker = 'serviceWorker' in navigator ? navigator.serviceWorker.controller : null;
  if (worker === null) return false;
  const { port1: port, port2 } = new MessageChannel();
  const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16)).join('');
  const asked = asks(port);
  worker.postMessage({ type: 'save-stream', id, name }, [port2]);
  if ((await within(asked(), READY_MILLIS)) !== 'ready') return false;
  // Not a link: one that navigates asks whether to leave the page, and one that downloads passes no worker.
  const frame = document.createElement('iframe');
  frame.hidden = true;
  // Below the path that the pages have, which is the worker's.
  frame.src = new URL(`save/${id}`, worker.scriptURL).href;
  document.body.append(frame);
  const still = setInterval(() => worker.postMessage({ type: 'still-saving' }), STILL_MILLIS);
  const reader = stream.getReader();
  try {
    let wish = await within(asked(), BEGIN_MILLIS);
    if (wish === undefined) {
      // Another way is taken: whoever asks for this one later gets nothing.
      port.postMessage('failed');
      frame.remove();
      reader.releaseLock();
      return false;
    }
    while (wish === 'pull') {
      const { done, value } = await reader.read();
      if (done) {
        port.postMessage('end');
        return true;
      }
      port.postMessage(value);
      wish = await within(asked(), REST_MILLIS);
    }
    await reader.cancel();
    if (wish === undefined) throw new Error('the download does not go on');
    throw new DOMException('the download was called off', 'AbortError');
  } catch (error) {
    port.postMessage('failed');
    throw error;
  } finally {
    clearInterval(still);
    // Taken away at once, it would take the download with it in some browsers.
    setTimeout(() => frame.remove(), 60_000);
  }
}

/** What the worker says, one at a time. */
function asks(port: MessagePort): () => Promise<Asked> {
  const waiting: Asked[] = [];
  let hear: ((asked: Asked) => void) | undefined;
  port.addEventListener('message', ({ data }: MessageEvent<Asked>) => {
    if (hear) hear(data);
    else waiting.push(data);
    hear = undefined;
  });
  port.start();
  return () => {
    const first = waiting.shift();
    return first ? Promise.resolve(first) : new Promise((resolve) => (hear = resolve));
  };
}

function within<T>(answer: Promise<T>, millis: number): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => resolve(undefined), millis);
    answer.then(resolve, reject).finally(() => clearTimeout(late));
  });
}
