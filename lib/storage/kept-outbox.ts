/**
 * What a sending page keeps of its queue, in IndexedDB: for each picture that is still to be sent how it is
 * sent, and the way to its file. Handles of files and the bytes of pasted ones cannot be written as text.
 */
import { LEFTOVER_AGE_MS } from './byte-store.ts';

const DATABASE = 'tessera-outbox';
const PICTURES = 'pictures';
/** Bytes apart from the rest, which changes more often. */
const FILES = 'files';
const INDEX = 'tab';

/** Of one picture's bytes at most: what is pasted is a picture, not a film. */
export const MAX_KEPT_BYTES = 64 * 1024 * 1024;

/** A picture of the queue, as a page that is loaded anew finds it. */
export interface KeptPicture {
  /** Of the item, unique over pages. */
  readonly id: string;
  /** The tab whose queue it is in. */
  readonly tab: string;
  /** Its place in the queue. */
  readonly at: number;
  /** Unix milliseconds of the last change. */
  readonly kept: number;
  /** With its folders. */
  readonly name: string;
  readonly byteLength: number;
  /** As the store has it; plain values. */
  readonly choice: unknown;
  /** It was picked for a receiver who was there. */
  readonly addressed: boolean;
  /** Held back, since that receiver left. */
  readonly held: boolean;
  /** What crosses, once it is prepared. */
  readonly expected?: { readonly sha256: string; readonly byteLength: number };
  readonly handle?: FileSystemFileHandle;
  /** In a room of several: who is still to get it. */
  readonly to?: readonly string[];
  /** Whose transfers of it the person paused, named as in `to`. */
  readonly rests?: readonly string[];
}

/** A kept picture, and its bytes where those are kept as well. */
export interface FoundPicture {
  readonly picture: KeptPicture;
  readonly file?: File;
}

/** No call rejects: without storage a reload loses the queue, and nothing else. */
export interface KeptOutbox {
  put(pictures: readonly FoundPicture[]): Promise<void>;
  /** Of one tab, in their order. */
  list(tab: string): Promise<FoundPicture[]>;
  remove(ids: readonly string[]): Promise<void>;
}

function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('aborted')));
  });
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('no answer')));
  });
}

function connect(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.addEventListener('upgradeneeded', () => {
    request.result.createObjectStore(PICTURES, { keyPath: 'id' }).createIndex(INDEX, 'tab');
    request.result.createObjectStore(FILES);
  });
  return answer(request);
}

/** Opened with the first call. */
export function openKeptOutbox(): KeptOutbox {
  let opened: Promise<IDBDatabase> | undefined;
  const open = (mode: IDBTransactionMode): Promise<IDBTransaction> =>
    (opened ??= connect()).then((database) => database.transaction([PICTURES, FILES], mode));
  return {
    async put(pictures) {
      try {
        const transaction = await open('readwrite');
        for (const { picture, file } of pictures) {
          transaction.objectStore(PICTURES).put(picture);
          if (file !== undefined) transaction.objectStore(FILES).put(file, picture.id);
        }
        await done(transaction);
      } catch {
        // Full, or forbidden.
      }
    },
    async list(tab) {
      try {
        const transaction = await open('readonly');
        const kept = (await answer(
          transaction.objectStore(PICTURES).index(INDEX).getAll(tab),
        )) as KeptPicture[];
        const files = (await Promise.all(
          kept.map(({ id }) => answer(transaction.objectStore(FILES).get(id))),
        )) as (File | undefined)[];
        return kept
          .map((picture, at): FoundPicture => {
            const file = files[at];
            return file === undefined ? { picture } : { picture, file };
          })
          .toSorted((a, b) => a.picture.at - b.picture.at);
      } catch {
        return [];
      }
    },
    async remove(ids) {
      try {
        const transaction = await open('readwrite');
        for (const id of ids) {
          transaction.objectStore(PICTURES).delete(id);
          transaction.objectStore(FILES).delete(id);
        }
        await done(transaction);
      } catch {
        // As above.
      }
    },
  };
}

/**
 * At the start of any page: removes what closed tabs left a day ago. A page that never kept a queue has no
 * database, and makes none. Never rejects.
 */
export async function sweepOutbox(now: number = Date.now()): Promise<void> {
  try {
    const all = await indexedDB.databases();
    if (!all.some(({ name }) => name === DATABASE)) return;
    const database = await connect();
    const transaction = database.transaction([PICTURES, FILES], 'readwrite');
    const kept = (await answer(transaction.objectStore(PICTURES).getAll())) as KeptPicture[];
    for (const { id, kept: at } of kept) {
      if (now - at < LEFTOVER_AGE_MS) continue;
      transaction.objectStore(PICTURES).delete(id);
      transaction.objectStore(FILES).delete(id);
    }
    await done(transaction);
    database.close();
  } catch {
    // No storage, or none that can be listed: what is there goes with the site's data.
  }
}
