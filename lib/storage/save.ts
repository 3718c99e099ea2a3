/**
 * From the store to where the person wants the pictures. Runs on the page, from a click: pickers and share
 * sheets need one. Every name is cleaned here once more and every type is a safe one, whatever the caller
 * did.
 */
import { cleanFileName, safeSaveType } from '../image/file-name.ts';
import { dismissable, download, savesByShareSheet } from './save-file.ts';
import { UniqueNames } from './unique-names.ts';
import { zipStream } from './zip.ts';

/** A received picture on its way to where the person wants it. */
export interface SavedFile {
  name: string;
  blob: Blob;
  /** Unix milliseconds, of the original. */
  modified: number;
}

/** What became of saving: `files` counts those that were written or shared. */
export type SaveOutcome =
  | { kind: 'saved'; files: number }
  /** The person closed the picker. */
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
 * a place; elsewhere the browser keeps the zip (on its own disk) until the download is done.
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
    await stream.pipeTo(await target.createWritable());
  } else {
    const blob = await new Response(stream, { headers: { 'content-type': 'application/zip' } }).blob();
    if (savesByShareSheet()) return share([new File([blob], safeName, { type: blob.type })], count);
    download(blob, safeName);
  }
  return { kind: 'saved', files: count };
}

/** Whether this browser lets a person choose a folder to write to. */
export function canSaveToFolder(): boolean {
  return pickers().showDirectoryPicker !== undefined;
}

/**
 * Every file into a folder of the person's choice; nothing that is there is overwritten.
 *
 * @throws Error where `canSaveToFolder` is false
 */
export async function saveToFolder(files: AsyncIterable<SavedFile>): Promise<SaveOutcome> {
  const picker = pickers().showDirectoryPicker;
  if (picker === undefined) throw new Error('this browser has no folder picker: ask canSaveToFolder first');
  const folder = await dismissable(picker.call(globalThis, { mode: 'readwrite', id: 'tessera' }));
  if (folder === undefined) return { kind: 'dismissed' };
  return { kind: 'saved', files: await writeToFolder(folder, files) };
}

/** @returns how many were written */
export async function writeToFolder(
  folder: FileSystemDirectoryHandle,
  files: AsyncIterable<SavedFile>,
): Promise<number> {
  const names = new UniqueNames();
  for await (const present of folder.keys()) names.take(present);
  let count = 0;
  for await (const { name, blob } of files) {
    const handle = await folder.getFileHandle(names.take(cleanFileName(name, blob.type)), { create: true });
    await blob.stream().pipeTo(await handle.createWritable());
    count += 1;
  }
  return count;
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

function shareable({ name, blob, modified }: SavedFile): File {
  return new File([blob], cleanFileName(name, blob.type), {
    type: safeSaveType(blob.type),
    lastModified: modified,
  });
}
