/**
 * From the store to where the person wants the pictures. Runs on the page, from a click: pickers and share
 * sheets need one. Every name is cleaned here once more and every type is a safe one, whatever the caller
 * did.
 */
import { cleanFileName, cleanPath, safeSaveType } from '../image/file-name.ts';
import { whileKept } from './asked-handle.ts';
import { Placing } from './placing.ts';
import { dismissable, download, savesByShareSheet } from './save-file.ts';
import { streamToDisk } from './stream-save.ts';
import { zipStream } from './zip.ts';

/** A received picture on its way to where the person wants it. */
export interface SavedFile {
  /** With its folders before it. */
  name: string;
  blob: Blob;
  /** Unix milliseconds, of the original. */
  modified: number;
}

/** What became of saving: `files` counts those that were written or shared. */
export type SaveOutcome =
  | { kind: 'saved'; files: number }
  /** The person closed the picker, or called the download off. */
  | { kind: 'dismissed' }
  /**
   * Making the files took longer than a press counts (some seconds, WebKit says): the sheet opens with the
   * next one, which calls this.
   */
  | { kind: 'press-again'; again: () => Promise<SaveOutcome> };

/** The parts of File System Access that the DOM types lack. */
interface PickerWindow {
  showSaveFilePicker?: (options: {
    suggestedName: string;
    types: readonly { description: string; accept: Record<string, readonly string[]> }[];
  }) => Promise<FileSystemFileHandle>;
  showDirectoryPicker?: (options: { mode: 'readwrite'; id: string }) => Promise<FileSystemDirectoryHandle>;
}

function pickers(): PickerWindow {
  return globalThis as PickerWindow;
}

/**
 * All files as one zip, with their original dates. Streamed to disk where the browser lets the person choose
 * a place, and through the service worker where there is one; elsewhere the browser keeps the zip (on its
 * own disk) until the download is done.
 */
export async function saveAllAsZip(files: AsyncIterable<SavedFile>, name: string): Promise<SaveOutcome> {
  const safeName = cleanFileName(name, 'application/zip');
  const picker = pickers().showSaveFilePicker;
  // The picker first: reading files would use up the click's permission.
  const target = picker
    ? await dismissable(
        picker.call(globalThis, {
          suggestedName: safeName,
          types: [{ description: 'Zip', accept: { 'application/zip': ['.zip'] } }],
        }),
      )
    : undefined;
  if (picker && target === undefined) return { kind: 'dismissed' };
  let count = 0;
  const stream = zipStream(files, () => {
    count += 1;
  });
  if (target !== undefined) {
    await stream.pipeTo(await whileKept(target, target.createWritable()));
  } else if (savesByShareSheet()) {
    return share([new File([await zipBlob(stream)], safeName, { type: 'application/zip' })], count);
  } else {
    const streamed = await dismissable(streamToDisk(stream, safeName));
    if (streamed === undefined) return { kind: 'dismissed' };
    if (!streamed) download(await zipBlob(stream), safeName);
  }
  return { kind: 'saved', files: count };
}

async function zipBlob(stream: ReadableStream<Uint8Array>): Promise<Blob> {
  return new Response(stream, { headers: { 'content-type': 'application/zip' } }).blob();
}

/** Whether this browser lets a person choose a folder to write to. */
export function canSaveToFolder(): boolean {
  return pickers().showDirectoryPicker !== undefined;
}

/** `undefined`: the person closed the picker. */
export async function pickFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  const picker = pickers().showDirectoryPicker;
  if (picker === undefined) throw new Error('this browser has no folder picker: ask canSaveToFolder first');
  return dismissable(picker.call(globalThis, { mode: 'readwrite', id: 'tessera' }));
}

/**
 * Every file into a folder of the person's choice; nothing that is there is overwritten.
 *
 * @throws Error where `canSaveToFolder` is false
 */
export async function saveToFolder(files: AsyncIterable<SavedFile>): Promise<SaveOutcome> {
  const folder = await pickFolder();
  if (folder === undefined) return { kind: 'dismissed' };
  return { kind: 'saved', files: await writeToFolder(folder, files) };
}

/** @returns how many were written */
export async function writeToFolder(
  folder: FileSystemDirectoryHandle,
  files: AsyncIterable<SavedFile>,
): Promise<number> {
  const write = await folderWriter(folder);
  let count = 0;
  for await (const file of files) {
    await write(file);
    count += 1;
  }
  return count;
}

/** Writes files into a folder, each in the folders of its own; what is there already stays as it is. */
export async function folderWriter(
  folder: FileSystemDirectoryHandle,
): Promise<(file: SavedFile) => Promise<void>> {
  const places = new Placing();
  for await (const present of folder.keys()) places.occupy(present);
  return async ({ name, blob }) => {
    const claimed = cleanPath(name, blob.type);
    const place = places.take(claimed.folders, claimed.name);
    let inside = folder;
    for (const one of place.folders) inside = await inside.getDirectoryHandle(one, { create: true });
    const handle = await inside.getFileHandle(place.name, { create: true });
    await blob.stream().pipeTo(await whileKept(handle, handle.createWritable()));
  };
}

/** The share sheet of phones. Files only, never links. */
export function canShareFiles(files: readonly SavedFile[]): boolean {
  return typeof navigator.canShare === 'function' && navigator.canShare({ files: files.map(shareable) });
}

/** Opens the share sheet. @throws when the system refuses for another reason than the person closing it */
export async function shareFiles(files: readonly SavedFile[]): Promise<SaveOutcome> {
  return share(files.map(shareable), files.length);
}

async function share(files: File[], count: number): Promise<SaveOutcome> {
  try {
    const shared = await dismissable(navigator.share({ files }).then(() => true));
    return shared ? { kind: 'saved', files: count } : { kind: 'dismissed' };
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') throw error;
    return { kind: 'press-again', again: () => share(files, count) };
  }
}

/**
 * What share sheets know by its type, and put among the photographs or hand to a reader: nothing that opens
 * as a page.
 */
const SHARED_TYPES: Readonly<Record<string, string>> = {
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  pdf: 'application/pdf',
  txt: 'text/plain',
  csv: 'text/csv',
};

function shareType(name: string, type: string): string {
  const safe = safeSaveType(type);
  if (safe !== 'application/octet-stream') return safe;
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return Object.hasOwn(SHARED_TYPES, ending) ? (SHARED_TYPES[ending] ?? safe) : safe;
}

function shareable({ name, blob, modified }: SavedFile): File {
  return new File([blob], cleanFileName(name, blob.type), {
    type: shareType(name, blob.type),
    lastModified: modified,
  });
}
