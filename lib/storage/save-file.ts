/**
 * Saving one file as a download. Part of the receiving page itself and not loaded on demand: a page whose server has gone
 * or has a newer version can still save what it received.
 */
import { cleanFileName, safeSaveType } from '../image/file-name.ts';

/** How long a download may take to start before its blob URL goes: Safari asks the person first. */
const URL_LIFE_MS = 5 * 60 * 1000;

/** Downloads one file. The blob's own type decides the extension: give it the one found in the bytes. */
export function saveFile(file: Blob, name: string): void {
  download(safeBlob(file), cleanFileName(name, file.type));
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
