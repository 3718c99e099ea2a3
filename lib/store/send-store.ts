/**
 * The sender's page as a plain store: files are added, inspected and prepared (two at a time, so that
 * preparing the next overlaps sending this one), and go to the session in the order they were picked. React
 * only draws it.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type {
  DeviceCall,
  Problem,
  SenderSession,
  SessionOptions,
  SessionSnapshot,
  TransferSnapshot,
} from '../session/model.ts';
import { isFinal } from '../session/transfer-state.ts';
import { PartMissingError, type ImageTools } from './image-tools.ts';
import { fitPath } from '../image/file-name.ts';
import { messageFile } from '../image/text-message.ts';
import { originOf, rememberOrigin } from '../storage/file-origin.ts';
import type { KeptPicture } from '../storage/kept-outbox.ts';
import { callOver } from './call-over.ts';
import { calmPublisher } from './calm.ts';
import { keepIdentity } from './keep-identity.ts';
import { type Choice, type OutboxItem, type OutboxStage, prepare, transferId } from './outbox.ts';

/**
 * Preparations at a time: one that reads and one that encodes keep two cores busy, more only hold more
 * pixels.
 */
export const PREPARING_AT_ONCE = 2;

/** A receiver whom a page does not know: what was picked for them is held back from everyone else. */
export const FORMER = 0;

/** In a room of several the one whom the room's own session meets, whoever that is; `OutboxItem.to`. */
export const FIRST = 'first';

/** One more person in the room; `people.ts` keeps them. */
export interface Person {
  readonly peer: string;
  readonly session: SenderSession;
  readonly snapshot: SessionSnapshot;
  /** Pictures that are picked from now on go to this one, too. */
  readonly gets: boolean;
}

/** A picture of the queue whose file this page, loaded anew, does not have: the person opens it again. */
export type MissingFile = KeptPicture;

/** What the sending page shows. */
export interface SendState {
  items: readonly OutboxItem[];
  missing: readonly MissingFile[];
  /** For pictures picked from now on. */
  choice: Choice;
  /** Undefined until a room was opened or joined. */
  snapshot: SessionSnapshot | undefined;
  /** Beside the first one, in the order in which they came. */
  people: readonly Person[];
  /** As `Person.gets`. */
  firstGets: boolean;
  /** The person wants a code for one more. */
  inviting: boolean;
  /** Whoever has the link is let in without a question. */
  everyone: boolean;
  /** Who was let in last is not in, and why: they had left, or a problem. */
  missed: Problem | 'gone' | undefined;
  /** The session's code is still loading. */
  opening: boolean;
  /** The session could not be made at all. */
  broken: boolean;
}

/** State of the sending page, and what the person can do there. */
export interface SendStore extends StoreApi<SendState> {
  openRoom(options: SessionOptions): Promise<void>;
  closeRoom: () => void;
  /** Ends what goes on with the first person, who is sent away where the room is this page's. */
  hangUp: () => void;
  /** Joins the room that a receiver has opened, by its code or its link's fragment. */
  join(code: string, options: SessionOptions): Promise<void>;
  /** Meets a remembered device, which is there. Resolves when that has led somewhere. */
  call(call: DeviceCall, options: SessionOptions): Promise<void>;
  remember: (wanted: boolean) => void;
  /** Goes back to the room and the receiver of before a reload, where there is a way. */
  resume(options: SessionOptions): Promise<void>;
  /** Pictures of before a reload, whose files are here again, and those whose files are not. */
  takeBack(found: readonly { kept: MissingFile; file: File }[], missing: readonly MissingFile[]): void;
  /** Files that may be the missing ones; others are left alone. @returns how many were */
  reopen(files: Iterable<File>): number;
  forgetMissing: () => void;
  addFiles(files: Iterable<File>): void;
  /** A text or a link, as a message; a very long one as a file. */
  addText: (text: string) => void;
  setChoice: (choice: Choice) => void;
  /** Another choice for one picture that is not accepted yet: the old offer is withdrawn. */
  chooseFor(item: string, choice: Choice): void;
  cancel(item: string): void;
  cancelAll: () => void;
  pause(item: string, paused: boolean): void;
  /** Everything that is on its way. */
  pauseAll: (paused: boolean) => void;
  retry(item: string): void;
  /** Offers a picture that waited for another receiver. */
  offerHeld(item: string): void;
  offerAllHeld: () => void;
  /** The first person gets these as well, which were for others. */
  offerFirst(items: readonly string[]): void;
  /** Takes a finished or never sent picture off the page. */
  remove(item: string): void;
  session(): SenderSession | undefined;
  /** Sends with this session, which was made elsewhere. */
  around(session: SenderSession): void;
  leave(): void;
}

export interface SendStoreOptions {
  makeSession: (options: SessionOptions) => Promise<SenderSession>;
  tools: ImageTools;
  /** Unique within the page. */
  makeId: () => string;
  /** The meeting with the person who is here; `undefined`: nobody is. Default: the session's own. */
  meetingNow?: () => number | undefined;
  /** The receiver of before this page was loaded anew, where that session goes on. */
  returnedTo?: () => number | undefined;
}

/** @param makeSession called when the person opens or joins a room, so that a visit without one loads less */
export function createSendStore({
  makeSession,
  tools,
  makeId,
  meetingNow,
  returnedTo,
}: SendStoreOptions): SendStore {
  const store = createStore<SendState>(() => ({
    items: [],
    missing: [],
    choice: { kind: 'original' },
    snapshot: undefined,
    people: [],
    firstGets: true,
    inviting: false,
    everyone: false,
    missed: undefined,
    opening: false,
    broken: false,
  }));
  let session: SenderSession | undefined;
  let texts = 0;
  const preparing = new Map<string, AbortController>();

  const item = (id: string) => store.getState().items.find((one) => one.id === id);
  const update = (id: string, part: Partial<OutboxItem>) => {
    store.setState(({ items }) => ({
      items: items.map((one) => (one.id === id ? { ...one, ...part } : one)),
    }));
  };

  /** Starts preparations up to the bound; called whenever one ends or something was added. */
  function pump(): void {
    for (const one of store.getState().items) {
      if (preparing.size >= PREPARING_AT_ONCE) return;
      if (one.stage.at === 'waiting' && !preparing.has(one.id)) void start(one);
    }
  }

  async function start(one: OutboxItem): Promise<void> {
    const controller = new AbortController();
    preparing.set(one.id, controller);
    const current = () => item(one.id)?.revision === one.revision && !controller.signal.aborted;
    update(one.id, { stage: { at: 'preparing' } });
    try {
      const progress = (share: number) => {
        if (current()) update(one.id, { stage: { at: 'preparing', progress: share } });
      };
      const { facts, outcome, image } = await prepare(one, tools, progress, controller.signal);
      if (current()) {
        const stage: OutboxStage = image ? { at: 'ready', image } : { at: 'held' };
        update(one.id, { facts, outcome, stage, ...(image ? { outgoing: image } : {}) });
      }
    } catch (error) {
      const problem = error instanceof PartMissingError ? 'page-outdated' : 'source-unreadable';
      if (current()) update(one.id, { stage: { at: 'failed', problem } });
    }
    // A later choice for the same picture may already have put its own controller here.
    if (preparing.get(one.id) === controller) preparing.delete(one.id);
    flush();
    pump();
  }

  /**
   * Hands over what is ready, in the order picked: one that is still being prepared holds back those behind
   * it.
   */
  function flush(): void {
    if (!session) return;
    meet();
    for (const one of store.getState().items) {
      if (one.stage.at === 'waiting' || one.stage.at === 'preparing') return;
      if (one.stage.at !== 'ready' || !isForFirst(one)) continue;
      const { image } = one.stage;
      update(one.id, { stage: { at: 'sent', transfer: image.id } });
      const { meeting, expected, rests } = one;
      session.send([
        {
          ...image,
          ...(meeting === undefined ? {} : { meeting }),
          ...(expected === undefined ? {} : { expected }),
          ...(rests?.includes(FIRST) === true ? { rests: true } : {}),
        },
      ]);
    }
  }

  /** Who is here, as far as a picture can be picked for them. */
  const here = (): { meeting?: number } => {
    const meeting = meetingNow === undefined ? session?.meetingNow() : meetingNow();
    return meeting === undefined ? {} : { meeting };
  };

  /** In a room of several: who of those who are there gets what is picked now. */
  const audience = (): Pick<OutboxItem, 'to' | 'chosen'> => {
    const { people, firstGets } = store.getState();
    const there = [
      ...(here().meeting === undefined ? [] : [{ peer: FIRST, gets: firstGets }]),
      ...people.filter(isThere),
    ];
    if (people.length === 0 || there.length === 0) return {};
    const to = there.filter(({ gets }) => gets).map(({ peer }) => peer);
    return { to, chosen: to.length < there.length };
  };

  /** Pictures that waited for anyone were waiting for this one. */
  let met: number | undefined;
  function meet(): void {
    const now = here().meeting;
    if (now === undefined || now === met) return;
    met = now;
    // Who has rung, while no one pressed anything here, is not whom they were waiting for.
    const meeting = session?.snapshot().unasked === true ? FORMER : now;
    store.setState(({ items }) => ({
      // The wish was about whoever was the first one before.
      firstGets: true,
      items: items.map((one) => (one.meeting === undefined && isForFirst(one) ? { ...one, meeting } : one)),
    }));
  }

  /** The person wants it to go to whoever is here, or joins next. */
  function readdress(id: string): void {
    store.setState(({ items }) => ({
      items: items.map((one) => {
        if (one.id !== id) return one;
        const { meeting: _, ...rest } = one;
        const { people } = store.getState();
        // For guests alone, of whom none is here any more, or for none yet.
        const left = !isForFirst(one) && !people.some((guest) => isThere(guest) && isFor(one, guest));
        return { ...rest, ...here(), ...(left ? { to: [FIRST] } : {}) };
      }),
    }));
  }

  /** From now on it is what the file is now. */
  function forgetExpected(id: string): void {
    store.setState(({ items }) => ({
      items: items.map((one) => {
        if (one.id !== id || one.expected === undefined) return one;
        const { expected: _, ...rest } = one;
        return rest;
      }),
    }));
  }

  function offerHeld(id: string): void {
    const one = item(id);
    if (one?.stage.at !== 'sent' || transferOf(one, session?.snapshot())?.state !== 'held') return;
    readdress(id);
    session?.offerHeld(one.stage.transfer);
  }

  function pause(one: OutboxItem | undefined, paused: boolean): void {
    if (one?.stage.at === 'sent') session?.pause(one.stage.transfer, paused);
  }

  function drop(id: string): void {
    preparing.get(id)?.abort();
    preparing.delete(id);
  }

  function cancel(id: string): void {
    const one = item(id);
    if (!one) return;
    drop(id);
    if (one.stage.at === 'sent') session?.cancel(one.stage.transfer);
    else update(id, { stage: { at: 'failed', problem: 'cancelled-here' }, revision: one.revision + 1 });
    flush();
    pump();
  }

  /** The receiver of before the reload, where this page went back to that session. */
  let returned: number | undefined;

  function takeBack(
    found: readonly { kept: MissingFile; file: File }[],
    missing: readonly MissingFile[],
  ): void {
    const known = new Set(store.getState().items.map(({ id }) => id));
    const former = returned ?? returnedTo?.() ?? FORMER;
    const added = found
      .filter(({ kept }) => !known.has(kept.id))
      .map(({ kept, file }): OutboxItem => {
        const { id, name, choice, addressed, held, expected, handle, to, rests } = kept;
        if (originOf(file) === undefined && handle !== undefined)
          rememberOrigin(file, { kind: 'handle', handle });
        // Whoever is here by another code is not the one that it was picked for.
        const meeting = held ? FORMER : addressed ? former : here().meeting;
        const other = expected === undefined && file.size !== kept.byteLength;
        return {
          id,
          revision: 0,
          file,
          name,
          choice: choice as Choice,
          ...(meeting === undefined ? {} : { meeting }),
          ...(expected === undefined ? {} : { expected }),
          ...(to === undefined ? {} : { to, chosen: true }),
          ...(rests === undefined ? {} : { rests }),
          stage: other ? { at: 'failed', problem: 'source-changed' } : { at: 'waiting' },
        };
      });
    const back = new Set(found.map(({ kept }) => kept.id));
    store.setState((before) => {
      const left = before.missing.filter(({ id }) => !back.has(id));
      // The page may look for its queue once more.
      for (const { id } of [...left, ...before.items]) back.add(id);
      return {
        items: [...before.items, ...added],
        missing: [...left, ...missing.filter(({ id }) => !back.has(id))],
      };
    });
    pump();
  }

  /** By name, and of several of one name the one of this size; the digest is compared before it is sent. */
  function reopen(files: Iterable<File>): number {
    const left = [...store.getState().missing];
    const found: { kept: MissingFile; file: File }[] = [];
    for (const file of files) {
      const name = file.webkitRelativePath || file.name;
      const named = left.filter((one) => one.name === name || one.name.endsWith(`/${name}`));
      const kept = named.find(({ byteLength }) => byteLength === file.size) ?? named[0];
      if (kept === undefined) continue;
      left.splice(left.indexOf(kept), 1);
      found.push({ kept, file });
    }
    takeBack(found, []);
    return found.length;
  }

  /** The receivers that are here again wait for these. */
  function forgetMissing(): void {
    const { missing, people } = store.getState();
    const first = returned !== undefined && session?.meetingNow() === returned ? session : undefined;
    for (const { name, expected, held, to = [FIRST] } of missing) {
      if (expected === undefined || held) continue;
      if (to.includes(FIRST)) first?.callOff(name, expected);
      for (const { peer, session: guest } of people) if (to.includes(peer)) guest.callOff(name, expected);
    }
    store.setState({ missing: [] });
  }

  /** Hears of the session from now on. */
  function follow(made: SenderSession): SenderSession {
    session = made;
    const calm = calmPublisher(
      () => made.snapshot(),
      (now) => store.setState(({ snapshot }) => ({ snapshot: keepIdentity(snapshot, now) })),
    );
    made.subscribe(() => {
      meet();
      calm.changed();
    });
    calm.changed();
    return made;
  }

  function addFiles(files: Iterable<File>): void {
    const { choice } = store.getState();
    const added = [...files].map((file): OutboxItem => ({
      id: makeId(),
      revision: 0,
      file,
      name: fitPath(file.webkitRelativePath || file.name) || 'picture',
      choice,
      ...here(),
      ...audience(),
      stage: { at: 'waiting' },
    }));
    store.setState(({ items }) => ({ items: [...items, ...added] }));
    pump();
  }

  let opening: Promise<void> | undefined;
  function withSession(options: SessionOptions, act: (session: SenderSession) => void): Promise<void> {
    if (!store.getState().opening) opening = actWith(options, act);
    return opening ?? Promise.resolve();
  }

  /** With the session of this page, which is made when it is first needed. */
  async function actWith(options: SessionOptions, act: (session: SenderSession) => void): Promise<void> {
    let made = session;
    if (!made) {
      store.setState({ opening: true, broken: false });
      try {
        made = follow(await makeSession(options));
      } catch {
        store.setState({ broken: true });
        return;
      } finally {
        store.setState({ opening: false });
      }
    }
    act(made);
    flush();
  }

  return {
    ...store,
    session: () => session,
    around(made) {
      follow(made);
      flush();
    },
    openRoom: (options) => withSession(options, (one) => one.openRoom()),
    closeRoom: () => session?.closeRoom(),
    hangUp: () => (session?.snapshot().canInvite ? session.sendAway() : session?.hangUp()),
    join: (code, options) => withSession(options, (one) => one.join(code)),
    async call(call, options) {
      // The page may be about to open or to join a room.
      await opening;
      await withSession(options, (one) => one.call(call));
      if (session !== undefined) await callOver(session);
    },
    remember: (wanted) => session?.remember(wanted),
    async resume(options) {
      if (session || store.getState().opening) return;
      store.setState({ opening: true });
      try {
        const made = await makeSession(options);
        const back = made.resume();
        const guests = made.resumeGuests();
        if (back || guests.length > 0) {
          returned = back ? follow(made).snapshot().meeting : FORMER;
          if (!back) follow(made).openRoom();
          // Before anyone hears of them.
          if (guests.length > 0) made.askFirst(true);
          store.setState({
            people: guests.map((guest) => ({ ...guest, snapshot: guest.session.snapshot(), gets: true })),
            everyone: made.keptEveryone(),
          });
          // What was picked meanwhile.
          flush();
        } else made.leave();
      } catch {
        // The way back is a convenience: the person still has the button.
      } finally {
        store.setState({ opening: false });
      }
    },
    takeBack,
    reopen,
    forgetMissing,
    addFiles,
    // Nothing of the text is in its name: names are shown before it is accepted, and stand in reports.
    addText(text) {
      const file = messageFile(text, `text-${++texts}.txt`);
      rememberOrigin(file, { kind: 'memory' });
      addFiles([file]);
    },
    setChoice: (choice) => store.setState({ choice }),
    chooseFor(id, choice) {
      const one = item(id);
      const { snapshot, people } = store.getState();
      if (!one || !mayChoose(one, snapshot, people)) return;
      drop(id);
      if (one.stage.at === 'sent') session?.cancel(one.stage.transfer);
      forgetExpected(id);
      update(id, { choice, revision: one.revision + 1, stage: { at: 'waiting' } });
      pump();
    },
    cancel,
    cancelAll() {
      for (const one of store.getState().items) {
        if (!isOver(one, store.getState().snapshot)) cancel(one.id);
      }
    },
    pause: (id, paused) => pause(item(id), paused),
    pauseAll(paused) {
      for (const one of store.getState().items) pause(one, paused);
    },
    retry(id) {
      const one = item(id);
      if (!one) return;
      readdress(id);
      forgetExpected(id);
      if (one.stage.at === 'sent') session?.retry(one.stage.transfer);
      else {
        update(id, { stage: { at: 'waiting' }, revision: one.revision + 1 });
        pump();
      }
    },
    offerFirst(ids) {
      store.setState(({ items }) => ({
        items: items.map((one) =>
          ids.includes(one.id) && !isForFirst(one)
            ? { ...one, to: [...(one.to ?? []), FIRST], ...here(), chosen: true }
            : one,
        ),
      }));
      flush();
    },
    offerHeld,
    offerAllHeld() {
      for (const { id } of store.getState().items) offerHeld(id);
    },
    remove(id) {
      drop(id);
      // It may be one that would go on by itself.
      const stage = item(id)?.stage;
      if (stage?.at === 'sent') session?.cancel(stage.transfer);
      store.setState(({ items }) => ({ items: items.filter((one) => one.id !== id) }));
      pump();
    },
    leave() {
      for (const id of preparing.keys()) drop(id);
      session?.leave();
    },
  };
}

export function transferOf(
  item: OutboxItem,
  snapshot: SessionSnapshot | undefined,
): TransferSnapshot | undefined {
  if (item.stage.at !== 'sent') return undefined;
  const { transfer } = item.stage;
  return snapshot?.transfers.find(({ id }) => id === transfer);
}

/** The first person's page draws and offers it. */
export const isForFirst = ({ to }: OutboxItem): boolean => to === undefined || to.includes(FIRST);

const isFor = ({ to }: OutboxItem, { peer }: Person): boolean => to?.includes(peer) === true;

/** Someone of these is there and is still to get it. */
export const isOwed = (item: OutboxItem, people: readonly Person[]): boolean =>
  item.stage.at !== 'failed' &&
  people.some((one) => {
    if (!isThere(one) || !isFor(item, one)) return false;
    const transfer = one.snapshot.transfers.find(({ id }) => id === transferId(item));
    return transfer === undefined || !isFinal(transfer);
  });

/** Neither gone nor given up. */
export const isThere = ({ snapshot: { connection } }: Person): boolean =>
  connection !== 'closed' && connection !== 'failed';

/** Until someone accepts, the person may still change how the picture is sent. */
export function mayChoose(
  item: OutboxItem,
  snapshot: SessionSnapshot | undefined,
  people: readonly Person[],
): boolean {
  if (item.peer !== undefined) return false;
  const theirs = people.flatMap(
    (one) => one.snapshot.transfers.find(({ id }) => id === transferId(item)) ?? [],
  );
  if (theirs.some((one) => one.state === 'done' || (!isFinal(one) && !isUnanswered(one)))) return false;
  if (item.stage.at !== 'sent') return item.stage.at !== 'failed' || item.stage.problem !== 'cancelled-here';
  const transfer = transferOf(item, snapshot);
  return transfer === undefined || isUnanswered(transfer);
}

const isUnanswered = ({ state }: TransferSnapshot): boolean =>
  state === 'queued' || state === 'held' || state === 'offered';

/**
 * Whether nothing more will happen to a picture with the first person: it failed before it was sent, its
 * transfer is final, or it is for others.
 */
export function isOver(item: OutboxItem, snapshot: SessionSnapshot | undefined): boolean {
  if (item.stage.at === 'failed' || !isForFirst(item)) return true;
  const transfer = transferOf(item, snapshot);
  return transfer !== undefined && isFinal(transfer);
}
