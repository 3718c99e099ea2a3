/**
 * Files out of what browsers hand over: drops with folders in them, folder pickers, pastes, the share target.
 */
import { replaceAddress } from '../kit/address.ts';
import { rememberOrigin } from '../../../lib/storage/file-origin.ts';

/** More at once would only fill the page; a folder of a whole disk is a mistake. */
export const MAX_PICKED = 2000;
/** Files counted in a dropped folder; beyond, it is only known that there are more. */
const MAX_COUNTED = 20_000;
/** What systems put into folders by themselves: nobody misses it. */
const SYSTEM_FILE = /^(?:\..*|thumbs\.db|desktop\.ini)$/i;

export interface Picked {
  files: readonly File[];
  /** Files beyond `MAX_PICKED`. */
  tooMany: number;
  /** There was a folder, and no file in it. */
  emptyFolder: boolean;
}

export function pickedFrom(files: readonly File[], fromFolder: boolean): Picked {
  const own = fromFolder ? files.filter(({ name }) => !SYSTEM_FILE.test(name)) : files;
  return {
    files: own.slice(0, MAX_PICKED),
    tooMany: Math.max(0, own.length - MAX_PICKED),
    emptyFolder: fromFolder && own.length === 0,
  };
}

export async function filesFromDrop(data: DataTransfer): Promise<Picked> {
  // The list is empty after the event: take the entries first, read them afterwards.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.() ?? undefined);
  const plain = [...data.files];
  await rememberHandles(data, plain);
  if (!entries.some((entry) => entry?.isDirectory)) return pickedFrom(plain, false);
  const found: File[] = [];
  for (const entry of entries) if (entry) await collect(entry, found);
  return pickedFrom(found, true);
}

/**
 * Files of a paste; none where text goes into a field, which a copied passage brings with a picture of
 * itself.
 */
export function filesFromPaste({ clipboardData, target }: ClipboardEvent): readonly File[] {
  if (isField(target) && clipboardData?.types.includes('text/plain')) return [];
  return inMemory([...(clipboardData?.files ?? [])]);
}

/** A page that is loaded anew has them only if it keeps their bytes. */
function inMemory(files: readonly File[]): readonly File[] {
  for (const file of files) rememberOrigin(file, { kind: 'memory' });
  return files;
}

/** Chromium's; the DOM types lack them. */
type HandleItem = DataTransferItem & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> };
type Picker = (options: { multiple: true }) => Promise<readonly FileSystemFileHandle[]>;

/** Handles with which a page that is loaded anew opens the dropped files again. Never rejects. */
async function rememberHandles(data: DataTransfer, files: readonly File[]): Promise<void> {
  const items: HandleItem[] = [...data.items].filter(({ kind }) => kind === 'file');
  if (items.length !== files.length) return;
  // All are asked for before the first answer: the list is empty after the event.
  const asked = items.map((item) => item.getAsFileSystemHandle?.().catch(() => null));
  for (const [at, file] of files.entries()) {
    const handle = await asked[at];
    if (handle instanceof FileSystemFileHandle) rememberOrigin(file, { kind: 'handle', handle });
  }
}

/** The browser has refused that dialog: a frame, or whoever manages the device, forbids it. */
let refused = false;

/**
 * The browser's dialog that gives handles; `undefined`: it has none, and an input takes its place.
 * @returns the files, none where the person closed it; `undefined`: it is forbidden here
 */
export function pickWithHandles(): Promise<readonly File[] | undefined> | undefined {
  const picker = (window as Window & { showOpenFilePicker?: Picker }).showOpenFilePicker;
  if (picker === undefined || refused) return undefined;
  return (async () => {
    const handles = await picker.call(window, { multiple: true }).catch((error: unknown) => {
      refused = !(error instanceof DOMException && error.name === 'AbortError');
      return [];
    });
    if (refused) return undefined;
    const files: File[] = [];
    for (const handle of handles) {
      const file = await handle.getFile().catch(() => undefined);
      if (file === undefined) continue;
      rememberOrigin(file, { kind: 'handle', handle });
      files.push(file);
    }
    return files;
  })();
}

/** Text of a paste or a drop that goes into no field; empty: there is none. */
export function textFor(data: DataTransfer | null, target: EventTarget | null): string {
  if (isField(target) || data === null) return '';
  return data.getData('text/plain') || data.getData('text/uri-list');
}

/** Whether a drag brings text to a place that takes none by itself. */
export function textDrop(types: readonly string[], target: EventTarget | null): boolean {
  return !isField(target) && (types.includes('text/plain') || types.includes('text/uri-list'));
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, [contenteditable]');
}

/** As a folder picker gives it: a dropped file does not say where it was. */
function inFolder(file: File, path: string): File {
  return Object.defineProperty(file, 'webkitRelativePath', { value: path.replace(/^\//, '') });
}

async function collect(entry: FileSystemEntry, found: File[]): Promise<void> {
  if (found.length >= MAX_COUNTED) return;
  if (entry.isFile) {
    const file = await new Promise<File | undefined>((resolve) => {
      (entry as FileSystemFileEntry).file(resolve, () => resolve(undefined));
    });
    if (file) found.push(inFolder(file, entry.fullPath));
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

/**
 * Pictures shared to the installed app: the service worker holds them in memory until this page asks, and
 * hands over what is shared later. Whoever posted them, nothing is added before the person says so.
 * @returns ends the watch
 */
export function watchShared(came: (files: readonly File[]) => void): () => void {
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  const take = (event: MessageEvent<{ type?: string; files?: readonly File[] }>) => {
    if (event.data?.type !== 'shared-files' || !event.data.files) return;
    event.ports[0]?.postMessage('taken');
    came(inMemory(event.data.files));
  };
  workers?.addEventListener('message', take);
  const url = new URL(window.location.href);
  if (url.searchParams.has('shared')) {
    url.searchParams.delete('shared');
    replaceAddress(url.href);
    void heldFiles().then((files) => files.length > 0 && came(inMemory(files)));
  }
  return () => workers?.removeEventListener('message', take);
}

/** The worker may have been ended meanwhile, and its memory with it. */
const ANSWER_MS = 3000;

function heldFiles(): Promise<readonly File[]> {
  const worker = navigator.serviceWorker?.controller;
  if (!worker) return Promise.resolve([]);
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<readonly File[]>((resolve) => {
    port1.addEventListener('message', (event) => resolve(event.data as File[]), { once: true });
    port1.start();
    setTimeout(() => resolve([]), ANSWER_MS);
  });
  worker.postMessage({ type: 'take-shared-files' }, [port2]);
  return answer;
}
