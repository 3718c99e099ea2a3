/**
 * Saving one file as a download. Part of the receiving page itself and not loaded on demand: a page whose
 * server has gone or has a newer version can still save what it received.
 */
import { cleanFileName, safeSaveType } from '../image/file-name.ts';

/** How long a download may take to start before its blob URL goes: Safari asks the person first. */
const URL_LIFE_MS = 5 * 60 * 1000;

/** A file up to this size is downloaded from a copy in memory, so that the stored one may go at once. */
const COPY_BYTES = 16 * 1024 * 1024;

/** How long a download may read its file (ms): a minute, and a tenth of a second for each megabyte. */
export const copyingMs = (byteLength: number): number => 60_000 + byteLength / 10_000;

let shares: boolean | undefined;

/** Whether a share sheet takes pictures. Each card asks, and a `File` costs a busy browser milliseconds. */
export function sharesPictures(): boolean {
  shares ??= navigator.canShare?.({ files: [new File([], 'a.jpg', { type: 'image/jpeg' })] }) ?? false;
  return shares;
}

/**
 * An app on the home screen of an iPhone or iPad shows a download in its only window, with no way back. There
 * the share sheet is how a file is saved ("Save image", "Save to Files").
 */
export const savesByShareSheet = (): boolean =>
  (navigator as Navigator & { standalone?: boolean }).standalone === true && sharesPictures();

/**
 * Downloads one file. The blob's own type decides the extension: give it the one found in the bytes.
 *
 * @returns how long `file` may still be read, ms; `undefined` when the person closed the share sheet
 */
export async function saveFile(file: Blob, name: string): Promise<number | undefined> {
  if (savesByShareSheet()) {
    const type = safeSaveType(file.type);
    const files = [new File([file], cleanFileName(name, file.type), { type })];
    const shared = await dismissable(navigator.share({ files }).then(() => true));
    return shared ? copyingMs(file.size) : undefined;
  }
  const copied = file.size <= COPY_BYTES;
  const source = copied ? new Blob([await file.arrayBuffer()], { type: file.type }) : file;
  download(safeBlob(source), cleanFileName(name, file.type));
  return copied ? 0 : copyingMs(file.size);
}

/** `undefined` when the person said no: not an error. */
export async function dismissable<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined;
    throw error;
  }
}

function safeBlob(file: Blob): Blob {
  const type = safeSaveType(file.type);
  return type === file.type ? file : file.slice(0, file.size, type);
}

/** Under exactly this name: clean it first. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.hidden = true;
  // In the document: Firefox ignores the click otherwise.
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), URL_LIFE_MS);
}
