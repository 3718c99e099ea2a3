import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { streamToDisk } from './stream-save.ts';

const SCRIPT = readFileSync(new URL('../../public/sw.js', import.meta.url), 'utf8');
const ADDRESS = 'https://tessera.example/below/sw.js';

type Listener = (event: Record<string, unknown>) => void;

/** The service worker itself, without a browser around it. */
function worker(clients: object = {}) {
  const listeners = new Map<string, Listener>();
  const self = {
    location: new URL(ADDRESS),
    addEventListener: (type: string, hear: Listener) => void listeners.set(type, hear),
    clients,
  };
  runInNewContext(SCRIPT, { self, URL, ReadableStream, Response, Uint8Array, setTimeout });
  return {
    fire: (type: string, event: Record<string, unknown>) => listeners.get(type)?.(event),
    answer: async (url: string) => {
      let answer: Response | undefined;
      listeners.get('fetch')?.({
        request: { url, method: 'GET' },
        respondWith: (given: Response) => (answer = given),
      });
      return answer;
    },
  };
}

let asked: { url: string; removed: boolean }[];
const ports: MessagePort[] = [];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  asked = [];
});

afterEach(() => {
  for (const port of ports.splice(0)) port.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A page whose worker is the real one, and whose frame is asked for when the test does it. */
function page() {
  const { fire, answer } = worker();
  const controller = {
    scriptURL: ADDRESS,
    postMessage(data: unknown, given: MessagePort[] = []) {
      ports.push(...given);
      fire('message', { data, ports: given });
    },
  };
  vi.stubGlobal('navigator', { serviceWorker: { controller } });
  vi.stubGlobal('document', {
    createElement: () => ({ remove: () => undefined }),
    body: {
      append(frame: { src: string; remove: () => void }) {
        const one = { url: frame.src, removed: false };
        frame.remove = () => (one.removed = true);
        asked.push(one);
      },
    },
  });
  return { answer };
}

/** Three pieces, and how many of them were read. */
function pieces() {
  const read = { count: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        read.count += 1;
        controller.enqueue(Uint8Array.of(read.count));
        if (read.count === 3) controller.close();
      },
      cancel: () => void (read.cancelled = true),
    },
    { highWaterMark: 0 },
  );
  return { read, stream };
}

async function begun() {
  const { answer } = page();
  const { read, stream } = pieces();
  const saved = streamToDisk(stream, 'a.zip');
  await vi.waitUntil(() => asked.length === 1);
  return { answer, read, stream, saved, frame: asked[0] ?? { url: '', removed: false } };
}

test('a download is read piece by piece as the browser wants it, and not before', async () => {
  const { answer, read, saved, frame } = await begun();
  const download = await answer(frame.url);
  await new Promise((resolve) => setImmediate(resolve));
  expect(read.count).toBe(0);
  expect(new Uint8Array(await download!.arrayBuffer())).toEqual(Uint8Array.of(1, 2, 3));
  expect(await saved).toBe(true);
});

test('a download that does not begin leaves the stream to another way, and fails if it is asked for later', async () => {
  const { answer, read, stream, saved, frame } = await begun();
  vi.advanceTimersByTime(5000);
  expect(await saved).toBe(false);
  expect(frame.removed).toBe(true);
  expect(read.count).toBe(0);
  expect(stream.locked).toBe(false);
  await expect((await answer(frame.url))!.arrayBuffer()).rejects.toThrow('could not go on');
});

test('a download that the person calls off is an abort', async () => {
  const { answer, read, saved, frame } = await begun();
  const reader = (await answer(frame.url))!.body!.getReader();
  await reader.read();
  await reader.cancel();
  await expect(saved).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  expect(read.cancelled).toBe(true);
});

test('a download that nobody reads any more is given up', async () => {
  const { answer, read, saved, frame } = await begun();
  const gone = expect(saved).rejects.toThrow('does not go on');
  await (await answer(frame.url))!.body!.getReader().read();
  await vi.waitUntil(() => vi.getTimerCount() > 2);
  vi.advanceTimersByTime(10 * 60_000);
  await gone;
  expect(read.cancelled).toBe(true);
});

test('a pressed note shows the page that gave it, else another one, else a new one', async () => {
  const shown: string[] = [];
  const press = async (open: string[]) => {
    const clients = {
      matchAll: () =>
        open.map((path) => ({
          url: `https://tessera.example${path}`,
          focus: () => shown.push(path),
        })),
      openWindow: (path: string) => shown.push(`new ${path}`),
    };
    let done: unknown;
    worker(clients).fire('notificationclick', {
      notification: { data: '/below/receive', close: () => shown.push('closed') },
      waitUntil: (work: unknown) => (done = work),
    });
    await done;
    return shown.splice(0);
  };
  expect(await press(['/other/', '/below/send/', '/below/receive/'])).toEqual(['closed', '/below/receive/']);
  expect(await press(['/other/', '/below/send/#room'])).toEqual(['closed', '/below/send/#room']);
  expect(await press(['/other/'])).toEqual(['closed', 'new /below/']);
});
