import { afterEach, expect, test, vi } from 'vitest';
import type { ReceiverSession, TransferSnapshot } from '../../lib/session/model.ts';
import { noFigures } from '../../lib/session/no-figures.ts';
import { createReceiveStore } from '../../lib/store/receive-store.ts';
import { settings } from '../settings.ts';
import { arrivals, chooseFolder, forgetFolder, watchArrivals } from './arrivals.ts';

afterEach(() => vi.unstubAllGlobals());

const done = (id: string): TransferSnapshot => ({
  id,
  name: `${id}.bin`,
  type: '',
  byteLength: 1,
  modified: 0,
  state: 'done',
  figures: noFigures(1),
});

/** A room with three files here, each read when the test says so. */
function room() {
  const store = createReceiveStore({ makeSession: () => Promise.reject(new Error('not here')) });
  const reads: (() => void)[] = [];
  const session = {
    file: () => new Promise<Blob>((resolve) => reads.push(() => resolve(new Blob(['a'])))),
  } as unknown as ReceiverSession;
  store.session = () => session;
  const transfers = ['one', 'two', 'three'].map(done);
  store.setState({ snapshot: { role: 'receiver', transfers } as never });
  const read = async () => {
    await vi.waitUntil(() => reads.length > 0);
    reads.shift()?.();
  };
  return { store, reads, read };
}

/** A picker that gives a folder, and the names that are written into it. */
function folder(name: string): string[] {
  const written: string[] = [];
  const handle = {
    name,
    async *keys() {},
    getFileHandle: async (file: string) => ({
      createWritable: async () => new WritableStream({ close: () => void written.push(file) }),
    }),
  };
  vi.stubGlobal('showDirectoryPicker', async () => handle);
  return written;
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

test('what was waiting for a folder is not saved after a stop, nor twice in another folder', async () => {
  const { store, reads, read } = room();
  const first = folder('first');
  await chooseFolder([store]);
  await read();
  await vi.waitUntil(() => first.length === 1);
  // The second one is being read.
  await vi.waitUntil(() => reads.length === 1);
  forgetFolder();
  await read();
  await settled();
  expect(first).toEqual(['one.bin']);
  expect(reads).toEqual([]);
  expect([...store.getState().saved]).toEqual(['one']);

  const second = folder('second');
  await chooseFolder([store]);
  // Saved by hand while it waits.
  store.markSaved(['three'], 0);
  await read();
  await vi.waitUntil(() => second.length === 1);
  await settled();
  expect(second).toEqual(['two.bin']);
  expect(reads).toEqual([]);
  expect(arrivals.getState()).toEqual({ folder: 'second', failed: false });
});

test('where each is to be saved as it arrives, from the settings or from the room, what is here already stays in the list', async () => {
  const { store, reads } = room();
  watchArrivals(store);
  settings.setSwitch('saveEach', true);
  const before = store.getState().snapshot!;
  store.setState({ snapshot: { ...before, transfers: [...before.transfers, done('four')] } });
  await vi.waitUntil(() => reads.length > 0);
  await settled();
  expect(reads.length).toBe(1);
  settings.setSwitch('saveEach', false);
});
