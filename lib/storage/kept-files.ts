/**
 * What earlier pages left in the origin's storage, as a page sees it (no worker, no open handles): finished pictures, which
 * are shown again until they are saved or thrown away, and parts of unfinished ones. A file that another tab has open
 * refuses to be removed, and is no leftover.
 */
import { LEFTOVER_AGE_MS } from './byte-store.ts';
import { decodeFinished, type FinishedRecord } from './finished-record.ts';
import { FOLDER, SAVED, STATE } from './kept-names.ts';
import { recordOf } from './state-file.ts';

export interface KeptFile extends FinishedRecord {
  /** Of the store's entry. */
  id: string;
  file: Blob;
}

export interface Kept {
  finished: readonly KeptFile[];
  /** Parts of pictures that never became whole. */
  unfinished: readonly { id: string; bytes: number }[];
}

/** A download may still be copying: a minute, and a tenth of a second for each megabyte. */
const copyingMs = (bytes: number): number => 60_000 + bytes / 10_000;

/** `undefined` where nothing was ever stored, or cannot be. */
async function openFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    const root = await navigator.storage.getDirectory();
    return await root.getDirectoryHandle(FOLDER);
  } catch {
    return undefined;
  }
}

async function filesIn(folder: FileSystemDirectoryHandle): Promise<Map<string, File>> {
  const files = new Map<string, File>();
  for await (const [name, handle] of folder.entries()) {
    if (handle.kind !== 'file') continue;
    const file = await handle.getFile().catch(() => undefined);
    if (file !== undefined) files.set(name, file);
  }
  return files;
}

/** Saved ones are left out. Never rejects. */
export async function listKept(): Promise<Kept> {
  const folder = await openFolder();
  const finished: KeptFile[] = [];
  const unfinished: { id: string; bytes: number }[] = [];
  if (folder === undefined) return { finished, unfinished };
  const files = await filesIn(folder).catch(() => new Map<string, File>());
  for (const [name, state] of files) {
    if (!name.endsWith(STATE)) continue;
    const id = name.slice(0, -STATE.length);
    const file = files.get(id);
    if (file === undefined || files.has(id + SAVED)) continue;
    const bytes = await recordOf(state).catch(() => undefined);
    const record = bytes && decodeFinished(bytes);
    if (record !== undefined && file.size === record.bytes) finished.push({ ...record, id, file });
    else unfinished.push({ id, bytes: file.size });
  }
  return { finished, unfinished };
}

/** The person has this one: its bytes go once no page holds them. Never rejects. */
export async function markSaved(id: string): Promise<void> {
  const folder = await openFolder();
  await folder?.getFileHandle(id + SAVED, { create: true }).catch(() => undefined);
}

/** Never rejects; what another tab has open stays. */
export async function removeKept(ids: readonly string[]): Promise<void> {
  const folder = await openFolder();
  if (folder === undefined) return;
  for (const id of ids) {
    const gone = await folder.removeEntry(id).then(
      () => true,
      () => false,
    );
    if (!gone) continue;
    await folder.removeEntry(id + STATE).catch(() => undefined);
    await folder.removeEntry(id + SAVED).catch(() => undefined);
  }
}

/** At the start of any page: removes what was saved, and whatever nobody touched for a day. Never rejects. */
export async function sweepKept(now: number = Date.now()): Promise<void> {
  const folder = await openFolder();
  if (folder === undefined) return;
  const files = await filesIn(folder).catch(() => new Map<string, File>());
  const saved: string[] = [];
  for (const [name, mark] of files) {
    if (!name.endsWith(SAVED)) continue;
    const id = name.slice(0, -SAVED.length);
    const file = files.get(id);
    if (file === undefined) await folder.removeEntry(name).catch(() => undefined);
    else if (now - mark.lastModified > copyingMs(file.size)) saved.push(id);
  }
  await removeKept(saved);
  for (const [name, file] of files)
    if (now - file.lastModified > LEFTOVER_AGE_MS) await folder.removeEntry(name).catch(() => undefined);
}
