/** Saves by itself what arrives, where the person wants it so: as downloads, or into a folder they chose. */
import { createStore } from 'zustand/vanilla';
import { isMessage } from '../../lib/image/text-message.ts';
import type { TransferSnapshot } from '../../lib/session/model.ts';
import { folderWriter, pickFolder, type SavedFile } from '../../lib/storage/save.ts';
import { saveFile } from '../../lib/storage/save-file.ts';
import type { ReceiveStore } from '../../lib/store/receive-store.ts';
import { settings } from '../settings.ts';
import { receivedFile } from '../ui/transfer/received-file.ts';

export interface Arrivals {
  /** Name of the chosen folder; it is forgotten with the page, as the browser forgets the permission. */
  folder: string | undefined;
  /** The last one could not be saved: it waits in the list. */
  failed: boolean;
}

export const arrivals = createStore<Arrivals>(() => ({ folder: undefined, failed: false }));

let write: ((file: SavedFile) => Promise<void>) | undefined;
/** One after the other: two of a name at once would take each other's. */
let last: Promise<void> = Promise.resolve();
/** What was begun, or is left in the list, of each list: ids differ within one only. */
let taken = new WeakMap<ReceiveStore, Set<string>>();
/** Each choice of the person begins another: what an earlier one left in the queue is skipped. */
let round = 0;
const watched = new Map<ReceiveStore, () => void>();

/** From a press. Everything that is here and not saved goes into the folder at once. */
export async function chooseFolder(stores: readonly ReceiveStore[]): Promise<void> {
  const folder = await pickFolder();
  if (folder === undefined) return;
  const writer = await folderWriter(folder);
  round += 1;
  write = writer;
  arrivals.setState({ folder: folder.name, failed: false });
  taken = new WeakMap();
  for (const one of new Set([...watched.keys(), ...stores])) saveArrived(one);
}

export function forgetFolder(): void {
  round += 1;
  write = undefined;
  arrivals.setState({ folder: undefined, failed: false });
}

/** Once for each store of this tab. */
export function watchArrivals(store: ReceiveStore): void {
  if (watched.has(store)) return;
  const list = store.subscribe(() => saveArrived(store));
  const choice = settings.subscribe((now, before) => {
    if (now.saveEach === before.saveEach) return;
    // From now on: what is here already was left here by the person.
    round += 1;
    for (const { id } of waiting(store)) takenOf(store).add(id);
  });
  watched.set(store, () => {
    list();
    choice();
  });
  saveArrived(store);
}

/** Nothing more comes there. */
export function unwatchArrivals(store: ReceiveStore): void {
  watched.get(store)?.();
  watched.delete(store);
}

function takenOf(store: ReceiveStore): Set<string> {
  const of = taken.get(store) ?? new Set<string>();
  taken.set(store, of);
  return of;
}

function waiting(store: ReceiveStore): TransferSnapshot[] {
  const { snapshot, saved } = store.getState();
  return (snapshot?.transfers ?? []).filter((one) => one.state === 'done' && !saved.has(one.id));
}

function saveArrived(store: ReceiveStore): void {
  if (write === undefined && !settings.getState().saveEach) return;
  const of = round;
  for (const one of waiting(store)) {
    // A text is read and copied.
    if (takenOf(store).has(one.id) || isMessage(one)) continue;
    takenOf(store).add(one.id);
    last = last.then(() => saveOne(store, one, of));
  }
}

async function saveOne(store: ReceiveStore, transfer: TransferSnapshot, of: number): Promise<void> {
  const session = store.session();
  const unwanted = () => of !== round || store.getState().saved.has(transfer.id);
  if (session === undefined || unwanted()) return;
  try {
    const { blob, name, path, modified } = await receivedFile(session, transfer);
    if (unwanted()) return;
    let readFor: number | undefined = 0;
    if (write !== undefined) await write({ name: path, blob, modified });
    else readFor = await saveFile(blob, name);
    if (readFor !== undefined) store.markSaved([transfer.id], readFor);
    arrivals.setState({ failed: false });
  } catch {
    // The folder is gone, or full: it stays in the list, with its button.
    arrivals.setState({ failed: true });
  }
}
