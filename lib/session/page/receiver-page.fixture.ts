/** What is around a receiver's session in a test: a page, and a worker that says what the test wants. */
import { afterEach, beforeEach, vi } from 'vitest';
import type { FromEngine, ToReceiverEngine } from '../bridge/engine-messages.ts';

/** Nothing listens there. */
export const OPTIONS = { server: 'http://127.0.0.1:9', page: '', name: '', relayOnly: false };

/** For each test of a file: what is in session storage stays while its sessions come and go. */
export function withPage(): void {
  beforeEach(() => {
    const kept = new Map<string, string>();
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
      clear: () => kept.clear(),
    });
    vi.stubGlobal('navigator', {});
    vi.stubGlobal('addEventListener', () => undefined);
    vi.stubGlobal('removeEventListener', () => undefined);
  });
  afterEach(() => vi.unstubAllGlobals());
}

/** Of the sessions made from now on: what they have posted to it, and what it says to the last one. */
export function standInWorker(): { posted: ToReceiverEngine[]; say: (message: FromEngine) => void } {
  const posted: ToReceiverEngine[] = [];
  let worker: Worker | undefined;
  vi.stubGlobal(
    'Worker',
    class {
      onmessage = null;
      constructor() {
        worker = this as unknown as Worker;
      }
      postMessage = (message: ToReceiverEngine): void => void posted.push(message);
      terminate = (): void => {};
    },
  );
  return { posted, say: (data) => worker?.onmessage?.({ data } as MessageEvent<FromEngine>) };
}

/** Of five bytes. */
export const offered = (id: string, sha256 = 'ab'): FromEngine => ({
  type: 'offered',
  id,
  name: 'a.jpg',
  mediaType: 'image/jpeg',
  byteLength: 5,
  modified: 0,
  sha256,
  from: 'f0',
});
