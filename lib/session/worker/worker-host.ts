/** The engine's place in a Web Worker. Timers here go on when the page is in the background. */
import type { EngineHost } from './endpoint-loop.ts';

interface WorkerScope {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  onmessage: ((event: MessageEvent) => void) | null;
}
// The DOM library's `self` is a window.
const scope = globalThis as unknown as WorkerScope;

export const workerHost: EngineHost = {
  now: () => performance.timeOrigin + performance.now(),
  post: (message, transfer) => scope.postMessage(message, transfer === undefined ? [] : [...transfer]),
  schedule: (delay, callback) => {
    const timer = setTimeout(callback, delay);
    return () => clearTimeout(timer);
  },
};

/**
 * The page's first message names this instance of it (8 random bytes); what arrives while the engine is being
 * made waits.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- names what the page posts to this worker
export function receiveFromPage<M>(make: (instance: Uint8Array) => Promise<(message: M) => void>): void {
  let handle: ((message: M) => void) | undefined;
  const waiting: M[] = [];
  scope.onmessage = (first: MessageEvent<Uint8Array>) => {
    scope.onmessage = (event: MessageEvent<M>) => {
      if (handle === undefined) waiting.push(event.data);
      else handle(event.data);
    };
    void make(first.data).then((made) => {
      handle = made;
      for (const message of waiting.splice(0)) made(message);
    });
  };
}
