/**
 * The store at its quota. One script on the page and in its worker, since only workers have synchronous
 * handles.
 */
import { StorageError } from '../lib/storage/byte-store.ts';
import { FOLDER, SAVED, STATE } from '../lib/storage/kept-names.ts';
import { OpfsStore } from '../lib/storage/opfs-store.ts';
import { WriteBehind } from '../lib/storage/write-behind.ts';

export interface StorageApi {
  /** Opens the store and one entry, before the quota is set. */
  open(): Promise<string>;
  /**
   * Writes a megabyte at a time; `accepted` are those that met no error, `readable` what a file of it gives
   * back.
   */
  fill(megabytes: number): Promise<{ accepted: number; code: string; readable: number }>;
  /** A second entry where there is no room. */
  createAnother(): Promise<string>;
  /** `kept`: it can be read again. */
  saveState(): Promise<string>;
  /**
   * An entry cannot be made, since what was left under its name cannot be removed; then it can. Answers of
   * both.
   */
  makeOverRubbish(): Promise<string[]>;
  /** Another tab removes an entry's file while it is opened: the answer, and whether there is a file then. */
  openWhileRemoved(): Promise<[string, boolean]>;
}

const MB = 1024 * 1024;

if (typeof document === 'undefined') {
  const code = async (work: () => unknown): Promise<string> => {
    try {
      await work();
      return 'no error';
    } catch (error) {
      return error instanceof StorageError ? error.code : `foreign: ${String(error)}`;
    }
  };
  let store: OpfsStore;
  let bytes: WriteBehind;
  const api: StorageApi = {
    open: () =>
      code(async () => {
        store = await OpfsStore.open();
        bytes = new WriteBehind(await store.create('first', 1000 * MB));
      }),
    fill: async (megabytes) => {
      let accepted = 0;
      const answer = await code(() => {
        for (; accepted < megabytes; accepted++)
          bytes.write(accepted * MB, new Uint8Array(MB).fill(accepted + 1));
      });
      let readable = 0;
      while (readable < accepted && bytes.read(readable * MB + 5, 1)[0] === readable + 1) readable++;
      return { accepted, code: answer, readable };
    },
    createAnother: () => code(() => store.create('second', 5)),
    saveState: async () => {
      const answer = await code(() => bytes.saveState(new Uint8Array(100_000).fill(7)));
      return answer === 'no error' && bytes.loadState()?.length === 100_000 ? 'kept' : answer;
    },
    makeOverRubbish: async () => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER);
      // A folder with something in it refuses to be removed.
      const rubbish = await folder.getDirectoryHandle(`third${SAVED}`, { create: true });
      await rubbish.getFileHandle('x', { create: true });
      const first = await code(() => store.create('third', 5));
      await folder.removeEntry(`third${SAVED}`, { recursive: true });
      const second = await code(async () => (await store.create('third', 5)).close());
      return [first, second];
    },
    openWhileRemoved: async () => {
      const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle(FOLDER);
      (await store.create('fourth', 5)).close();
      type Open = (this: FileSystemFileHandle) => Promise<unknown>;
      const files = FileSystemFileHandle.prototype as unknown as { createSyncAccessHandle: Open };
      const before: Open = files.createSyncAccessHandle;
      files.createSyncAccessHandle = async function open() {
        if (this.name === `fourth${STATE}`) await folder.removeEntry('fourth');
        return before.call(this);
      };
      const answer = await code(() => store.open('fourth'));
      files.createSyncAccessHandle = before;
      const there = await folder.getFileHandle('fourth').then(
        () => true,
        () => false,
      );
      return [answer, there];
    },
  };
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the worker's only door
  globalThis.onmessage = async ({ data }: MessageEvent<[keyof StorageApi, number]>) => {
    postMessage(await api[data[0]](data[1]));
  };
} else {
  const worker = new Worker(document.querySelector('script')!.src, { type: 'module' });
  const call = (...message: [keyof StorageApi, ...unknown[]]) =>
    new Promise((resolve) => {
      worker.addEventListener('message', (event) => resolve(event.data), { once: true });
      worker.postMessage(message);
    });
  Object.assign(globalThis, { storageCall: call });
}
