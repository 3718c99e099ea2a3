/** Files out of what browsers hand over: drops with folders in them, folder pickers, the share target. */

/** More at once would only fill the page; a folder of a whole disk is a mistake. */
export const MAX_PICKED = 2000;

const PICTURE = /\.(jpe?g|jfif|png|webp|gif|avif|hei[cf]|tiff?|bmp|dng|cr2|cr3|nef|arw)$/i;

/** A folder holds other things too; files picked one by one are taken as they are. */
export function onlyPictures(files: readonly File[], fromFolder: boolean): readonly File[] {
  const wanted = fromFolder
    ? files.filter(({ type, name }) => type.startsWith('image/') || PICTURE.test(name))
    : files;
  return wanted.slice(0, MAX_PICKED);
}

export async function filesFromDrop(data: DataTransfer): Promise<readonly File[]> {
  // The list is empty after the event: take the entries first, read them afterwards.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.() ?? undefined);
  const plain = [...data.files];
  if (!entries.some((entry) => entry?.isDirectory)) return onlyPictures(plain, false);
  const found: File[] = [];
  for (const entry of entries) if (entry) await collect(entry, found);
  return onlyPictures(found, true);
}

async function collect(entry: FileSystemEntry, found: File[]): Promise<void> {
  if (found.length >= MAX_PICKED) return;
  if (entry.isFile) {
    const file = await new Promise<File | undefined>((resolve) => {
      (entry as FileSystemFileEntry).file(resolve, () => resolve(undefined));
    });
    if (file) found.push(file);
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // Each call gives at most a hundred; an empty answer is the end.
    const some = await new Promise<FileSystemEntry[]>((resolve) => {
      reader.readEntries(resolve, () => resolve([]));
    });
    if (some.length === 0) return;
    for (const one of some) await collect(one, found);
  }
}

/** Pictures shared to the installed app: the service worker holds them in memory until this page asks. */
export async function sharedFiles(): Promise<readonly File[]> {
  const url = new URL(window.location.href);
  if (!url.searchParams.has('shared')) return [];
  url.searchParams.delete('shared');
  window.history.replaceState(window.history.state, '', url);
  const worker = navigator.serviceWorker?.controller;
  if (!worker) return [];
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<readonly File[]>((resolve) => {
    port1.addEventListener('message', (event) => resolve(event.data as File[]), { once: true });
    port1.start();
    setTimeout(() => resolve([]), 3000);
  });
  worker.postMessage({ type: 'take-shared-files' }, [port2]);
  return answer;
}
