/**
 * Keeps the sender's queue through a reload, and brings it back: files that the page can get by itself at
 * once, the others when the person opens them again. Loaded with the first picture, or after a reload.
 */
import { originOf } from '../storage/file-origin.ts';
import {
  MAX_KEPT_BYTES,
  type FoundPicture,
  type KeptOutbox,
  type KeptPicture,
} from '../storage/kept-outbox.ts';
import { isFinal, restsHere } from '../session/transfer-state.ts';
import type { SessionSnapshot, TransferSnapshot } from '../session/model.ts';
import { transferId, type OutboxItem } from './outbox.ts';
import { FIRST, FORMER, type MissingFile, type SendStore } from './send-store.ts';

/** Failed with the connection or the other side's page: it goes on by itself once they are back. */
const GOES_ON: readonly string[] = ['interrupted', 'timed-out', 'peer-left'];

/** Over for good: sent, or called off by either person. */
function isOver(item: OutboxItem, transfer: TransferSnapshot | undefined): boolean {
  if (item.stage.at === 'failed') return true;
  if (transfer === undefined || !isFinal(transfer)) return false;
  return transfer.state !== 'failed' || !GOES_ON.includes(transfer.problem?.code ?? '');
}

/** Of one person, by its name. */
type Transfers = ReadonlyMap<string, TransferSnapshot>;

const transfersOf = (snapshot: SessionSnapshot | undefined): Transfers =>
  new Map(snapshot?.transfers.map((one) => [one.id, one]));

/** Who is still to get it. */
const owedTo = (
  item: OutboxItem,
  transfer: TransferSnapshot | undefined,
  guests: ReadonlyMap<string, Transfers>,
): string[] =>
  (item.to ?? [FIRST]).filter((peer) => {
    if (peer === FIRST) return !isOver(item, transfer);
    const known = guests.get(peer);
    return known !== undefined && !isOver(item, known.get(transferId(item)));
  });

/** Whose transfers of it the person wants to rest; of those not begun since a reload, as before it. */
const restingOf = (
  item: OutboxItem,
  transfer: TransferSnapshot | undefined,
  guests: ReadonlyMap<string, Transfers>,
): string[] => {
  const known = new Map([[FIRST, transfer]]);
  for (const [peer, transfers] of guests) known.set(peer, transfers.get(transferId(item)));
  return [...known].flatMap(([peer, one]) =>
    (one === undefined ? item.rests?.includes(peer) : restsHere(one)) ? [peer] : [],
  );
};

const isHeld = (item: OutboxItem, transfer: TransferSnapshot | undefined): boolean =>
  transfer?.state === 'held' || item.meeting === FORMER;

function keptOf(
  item: OutboxItem,
  transfer: TransferSnapshot | undefined,
  owed: readonly string[],
  rests: readonly string[],
  tab: string,
  at: number,
): KeptPicture {
  const origin = originOf(item.file);
  // An encoder need not make the same bytes twice: other ones are another picture, and are offered as one.
  const sure = item.choice.kind !== 'smaller';
  const sha256 = transfer?.sha256 ?? item.expected?.sha256;
  const byteLength = transfer?.sha256 === undefined ? item.expected?.byteLength : item.outgoing?.blob.size;
  return {
    id: item.id,
    tab,
    at,
    kept: Date.now(),
    name: item.name,
    byteLength: item.file.size,
    choice: item.choice,
    addressed: item.meeting !== undefined,
    held: isHeld(item, transfer),
    ...(item.to === undefined ? {} : { to: owed }),
    ...(rests.length === 0 ? {} : { rests }),
    ...(sha256 === undefined || byteLength === undefined || !sure
      ? {}
      : { expected: { sha256, byteLength } }),
    ...(origin?.kind === 'handle' ? { handle: origin.handle } : {}),
  };
}

/**
 * Between two looks at the queue (ms). While two thousand pictures are prepared it changes a hundred times a
 * second, and each look makes half a megabyte.
 */
const LOOK_MS = 250;

/** Writes down each change of the queue from now on. `any` is called when it becomes empty, or not. */
export function keepOutbox(
  store: SendStore,
  outbox: KeptOutbox,
  tab: string,
  any: (some: boolean) => void,
): void {
  /** What was written of each picture, shortened. */
  const written = new Map<string, string>();
  /** Pictures that are over, and no longer kept. */
  const over = new Set<string>();
  let next = 0;
  const places = new Map<string, number>();
  /** What each picture was at the last look. */
  const seen = new Map<string, readonly [OutboxItem, TransferSnapshot | undefined]>();
  let some: boolean | undefined;
  let lookedAt = -Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (): void => {
    clearTimeout(timer);
    timer = undefined;
    lookedAt = performance.now();
    const { items, missing, snapshot, people } = store.getState();
    const transfers = transfersOf(snapshot);
    const guests = new Map(people.map((one) => [one.peer, transfersOf(one.snapshot)]));
    const changed: FoundPicture[] = [];
    const here = new Set(missing.map(({ id }) => id));
    for (const item of items) {
      const transfer = item.stage.at === 'sent' ? transfers.get(item.stage.transfer) : undefined;
      // One without a receiver yet waits, too.
      const alone = people.length === 0 && item.to === undefined;
      const before = seen.get(item.id);
      if (alone && before?.[0] === item && before[1] === transfer) {
        if (!over.has(item.id)) here.add(item.id);
        continue;
      }
      if (alone) seen.set(item.id, [item, transfer]);
      else seen.delete(item.id);
      const owed = alone || item.to?.length === 0 ? undefined : owedTo(item, transfer, guests);
      if (owed === undefined ? isOver(item, transfer) : owed.length === 0) {
        // An earlier page may have kept it.
        if (!over.has(item.id)) written.set(item.id, '');
        over.add(item.id);
        continue;
      }
      over.delete(item.id);
      here.add(item.id);
      const at = places.get(item.id) ?? next++;
      places.set(item.id, at);
      const sha256 = transfer?.sha256 ?? item.expected?.sha256 ?? '';
      const rests = restingOf(item, transfer, guests);
      const brief = `${item.revision} ${sha256} ${isHeld(item, transfer)} ${item.meeting !== undefined} ${owed?.join(' ')} ${rests.join(' ')}`;
      if (written.get(item.id) === brief) continue;
      const first = !written.has(item.id);
      written.set(item.id, brief);
      const picture = keptOf(item, transfer, owed ?? [], rests, tab, at);
      const copied = first && originOf(item.file)?.kind === 'memory' && item.file.size <= MAX_KEPT_BYTES;
      changed.push(copied ? { picture, file: item.file } : { picture });
    }
    for (const { id } of missing) if (!written.has(id)) written.set(id, '');
    const gone = [...written.keys()].filter((id) => !here.has(id));
    for (const id of gone) {
      written.delete(id);
      if (!over.has(id)) seen.delete(id);
    }
    if (changed.length > 0) void outbox.put(changed);
    if (gone.length > 0) void outbox.remove(gone);
    if (some === here.size > 0) return;
    some = here.size > 0;
    any(some);
  };
  store.subscribe(() => {
    const wait = lookedAt + LOOK_MS - performance.now();
    if (wait <= 0) look();
    else timer ??= setTimeout(look, wait);
  });
  // Where there is no page, as in tests, there is no leaving it.
  globalThis.addEventListener?.('pagehide', () => timer !== undefined && look());
  look();
}

/** Asks for nothing: a file whose handle wants a permission is a missing one until the person presses. */
async function fileOf({ picture, file }: FoundPicture, ask: boolean): Promise<File | undefined> {
  if (file !== undefined) return file;
  const handle: PermittedHandle | undefined = picture.handle;
  if (handle === undefined) return undefined;
  try {
    const answer = ask
      ? await handle.requestPermission?.({ mode: 'read' })
      : await handle.queryPermission?.({ mode: 'read' });
    return answer === undefined || answer === 'granted' ? await handle.getFile() : undefined;
  } catch {
    // Moved, removed, or refused.
    return undefined;
  }
}

/** Chromium's; the DOM types lack them. */
type PermittedHandle = FileSystemFileHandle & {
  queryPermission?(options: { mode: 'read' }): Promise<PermissionState>;
  requestPermission?(options: { mode: 'read' }): Promise<PermissionState>;
};

const missingOf = ({ picture }: FoundPicture): MissingFile => picture;

/** Puts back into the queue what an earlier page of this tab had in it. */
export async function returnOutbox(store: SendStore, found: readonly FoundPicture[]): Promise<void> {
  const files = await Promise.all(found.map(async (one) => [one, await fileOf(one, false)] as const));
  store.takeBack(
    files.flatMap(([{ picture }, file]) => (file === undefined ? [] : [{ kept: picture, file }])),
    files.flatMap(([one, file]) => (file === undefined ? [missingOf(one)] : [])),
  );
}

/** The person has pressed: opens what they permit. */
export async function openAgain(store: SendStore): Promise<void> {
  for (const kept of store.getState().missing) {
    if (kept.handle === undefined) continue;
    const file = await fileOf({ picture: kept }, true);
    if (file !== undefined) store.takeBack([{ kept, file }], []);
  }
}
