/**
 * What earlier pages left in the origin's storage, as a page sees it (no worker, no open handles): finished
 * pictures, which are shown again until they are saved or thrown away, and parts of unfinished ones. A file
 * that another tab has open refuses to be removed, and is no leftover.
 */
import { whileKept } from './asked-handle.ts';
import { LEFTOVER_AGE_MS } from './byte-store.ts';
import { decodeFinished, type FinishedRecord } from './finished-record.ts';
import { FOLDER, SAVED, STATE } from './kept-names.ts';
import { copyingMs } from './save-file.ts';
import { recordOf } from './state-file.ts';
import { decodeUnfinished, type UnfinishedRecord } from './unfinished-record.ts';

/** A finished picture from the store; its file is a view of the disk, not a copy. */
export interface KeptFile extends FinishedRecord {
  /** Of the store's entry. */
  id: string;
  file: Blob;
}

/** A picture that never became whole, from the store. */
export interface UnfinishedFile extends UnfinishedRecord {
  /** Of the store's entry. */
  id: string;
  /** The first `prefixBytes` of it, a view of the disk. */
  file: Blob;
  /** When it last grew, Unix milliseconds. */
  changed: number;
}

/** What earlier pages have left in the store. */
export interface Kept {
  finished: readonly KeptFile[];
  /** The one that changed last is the first. */
  unfinished: readonly UnfinishedFile[];
}

/** An entry of which nothing is whole is left alone for this long (ms): it may just have been made. */
const EMPTY_AGE_MS = 10 * 60_000;

let opened: FileSystemDirectoryHandle | undefined;

/** `undefined` where nothing was ever stored, or cannot be. */
async function openFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    const root = await navigator.storage.getDirectory();
    opened = await root.getDirectoryHandle(FOLDER);
    return opened;
  } catch {
    return undefined;
  }
}

/**
 * What the person at this page has saved, by entry, and until when a download may still read it (Unix ms).
 */
const saved = new Map<string, number>();
/** What was saved in part, likewise. */
const reading = new Map<string, number>();
let removedOnLeaving = false;

/**
 * The page goes away: each removal is one request, which the browser completes without the page. What a
 * download may still read waits for the sweep of a later page.
 */
function removeSaved(): void {
  const now = Date.now();
  for (const [id, busyUntil] of saved) {
    if (opened === undefined || busyUntil > now) continue;
    for (const name of [id, id + STATE, id + SAVED]) opened.removeEntry(name).catch(() => undefined);
    saved.delete(id);
    removedOnLeaving = true;
  }
}

/** Back from the back-forward cache, a page would offer to save again what is gone. */
function loadAnew({ persisted }: PageTransitionEvent): void {
  if (persisted && removedOnLeaving) location.reload();
}

async function filesIn(folder: FileSystemDirectoryHandle): Promise<Map<string, File>> {
  const files = new Map<string, File>();
  for await (const [name, handle] of folder.entries()) {
    if (handle.kind !== 'file') continue;
    const file = await whileKept(handle, handle.getFile()).catch(() => undefined);
    if (file !== undefined) files.set(name, file);
  }
  return files;
}

async function recordIn(state: File | undefined): Promise<Uint8Array | undefined> {
  return state && (await recordOf(state).catch(() => undefined));
}

async function finishedIn(state: File | undefined): Promise<FinishedRecord | undefined> {
  const bytes = await recordIn(state);
  return bytes && decodeFinished(bytes);
}

/** Saved ones are left out. Never rejects. */
export async function listKept(): Promise<Kept> {
  const folder = await openFolder();
  const finished: KeptFile[] = [];
  const unfinished: UnfinishedFile[] = [];
  if (folder === undefined) return { finished, unfinished };
  const files = await filesIn(folder).catch(() => new Map<string, File>());
  for (const [name, state] of files) {
    if (!name.endsWith(STATE)) continue;
    const id = name.slice(0, -STATE.length);
    const file = files.get(id);
    if (file === undefined || files.has(id + SAVED)) continue;
    const bytes = await recordIn(state);
    if (bytes === undefined) continue;
    const whole = decodeFinished(bytes);
    if (whole !== undefined && file.size === whole.byteLength) finished.push({ ...whole, id, file });
    const part = decodeUnfinished(bytes)?.record;
    if (part === undefined || part.hereBytes === 0 || part.prefixBytes > file.size) continue;
    const changed = Math.max(file.lastModified, state.lastModified);
    unfinished.push({ ...part, id, file: file.slice(0, part.prefixBytes), changed });
  }
  return { finished, unfinished: unfinished.toSorted((a, b) => b.changed - a.changed) };
}

/**
 * The person has this one: its bytes go when the page is left, or with a later page. No handle of it may be
 * open. `readFor`: how long a download may still read it, ms. Never rejects.
 */
export async function markSaved(id: string, readFor: number): Promise<void> {
  const folder = await openFolder();
  const marked = await folder?.getFileHandle(id + SAVED, { create: true }).catch(() => undefined);
  if (marked === undefined) return;
  saved.set(id, Date.now() + readFor);
  // The same listeners again are no second ones.
  addEventListener('pagehide', removeSaved);
  addEventListener('pageshow', loadAnew);
}

/** A download reads this one for so long (ms): it is not removed before. */
export function noteRead(id: string, readFor: number): void {
  reading.set(id, Date.now() + readFor);
}

/**
 * What a download may still read goes as saved ones do, and is listed no more. Never rejects; what another
 * tab has open stays.
 */
export async function removeKept(ids: readonly string[]): Promise<void> {
  const folder = await openFolder();
  if (folder === undefined) return;
  for (const id of ids) {
    const wait = Math.max(saved.get(id) ?? 0, reading.get(id) ?? 0) - Date.now();
    if (wait > 0) {
      await markSaved(id, wait);
      continue;
    }
    const gone = await folder.removeEntry(id).then(
      () => true,
      () => false,
    );
    if (!gone) continue;
    await folder.removeEntry(id + STATE).catch(() => undefined);
    await folder.removeEntry(id + SAVED).catch(() => undefined);
  }
}

/**
 * At the start of any page: removes what was saved, what has nothing whole, and whatever nobody touched for a
 * day. A page of the tabs that are open still shows what it saved. Never rejects.
 */
export async function sweepKept(open: ReadonlySet<string>, now: number = Date.now()): Promise<void> {
  const folder = await openFolder();
  if (folder === undefined) return;
  const files = await filesIn(folder).catch(() => new Map<string, File>());
  const over: string[] = [];
  for (const [name, mark] of files) {
    if (name.endsWith(STATE) && now - mark.lastModified > EMPTY_AGE_MS && !(await recordIn(mark)))
      over.push(name.slice(0, -STATE.length));
    if (!name.endsWith(SAVED)) continue;
    const id = name.slice(0, -SAVED.length);
    const file = files.get(id);
    if (file === undefined) await folder.removeEntry(name).catch(() => undefined);
    else if (
      now - mark.lastModified > copyingMs(file.size) &&
      !open.has((await finishedIn(files.get(id + STATE)))?.tab ?? '')
    )
      over.push(id);
  }
  await removeKept(over);
  for (const [name, file] of files)
    if (now - file.lastModified > LEFTOVER_AGE_MS) await folder.removeEntry(name).catch(() => undefined);
}
