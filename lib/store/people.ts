/**
 * The others in a sender's room, beside the first one: who is let in, what each of them gets, and what the
 * page shows of them. Each has a session of their own; a file is prepared and digested once for all of them.
 * Loaded with the first who comes.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { fromHex } from '../checksum/hex.ts';
import type { Guest, Problem, SessionSnapshot, TransferSnapshot } from '../session/model.ts';
import { isFinal, isMoving } from '../session/transfer-state.ts';
import { calmPublisher } from './calm.ts';
import { keepIdentity } from './keep-identity.ts';
import { transferId, type OutboxItem } from './outbox.ts';
import {
  FIRST,
  FORMER,
  isForFirst,
  isThere,
  type Person,
  type SendState,
  type SendStore,
  transferOf,
} from './send-store.ts';

/** In a room at a time, the first one included: each has a worker, a socket and some dozens of lanes. */
export const MAX_PEOPLE = 8;

/** So long it is shown that someone did not get in. */
const MISSED_MS = 30_000;

export interface PeopleState {
  /** Shows a code for one more person. */
  readonly invitation: SessionSnapshot | undefined;
}

/** What the person may do with the others in the room. */
export interface People extends StoreApi<PeopleState> {
  letIn(visitor: string): void;
  refuse(visitor: string): void;
  letEveryoneIn: (on: boolean) => void;
  /** Shows a code and the link, or no longer. */
  invite: (on: boolean) => void;
  /** `peer`: a guest's, or `FIRST`. */
  sendAway(peer: string): void;
  /** Looks once more for one who was given up. */
  continue(peer: string): void;
  /** Takes one who has left off the page. */
  forget(peer: string): void;
  /** Whether pictures that are picked from now on go to this one, too. */
  setGets(peer: string, gets: boolean): void;
  /** Pictures that this one does not get yet. */
  others(peer: string): readonly OutboxItem[];
  /** They get these as well. */
  offer(peer: string, items: readonly OutboxItem[]): void;
  /** The pictures of one guest, as the list of pictures draws them, and what may be done with each. */
  listOf(person: Person): { items: readonly OutboxItem[]; store: SendStore };
  /** More of them would not fit. */
  isFull(): boolean;
}

interface Met {
  /** Revisions of the pictures that were handed to this session. */
  readonly given: Map<string, number>;
  /** Was connected once. */
  met: boolean;
  /** Has said goodbye. */
  left: boolean;
  readonly drawn: WeakMap<OutboxItem, OutboxItem>;
}

const attached = new WeakMap<SendStore, People>();

/**
 * The others of this store's room, whose session has to be there.
 *
 * @param rateLimit Mbit/s of all together; 0: none
 */
export function peopleOf(store: SendStore, rateLimit: () => number): People {
  const known = attached.get(store) ?? attach(store, rateLimit);
  attached.set(store, known);
  return known;
}

const find = (snapshot: SessionSnapshot | undefined, id: string): TransferSnapshot | undefined =>
  snapshot?.transfers.find((one) => one.id === id);

function attach(store: SendStore, rateLimit: () => number): People {
  const people = createStore<PeopleState>(() => ({
    invitation: undefined,
  }));
  const known = new Map<string, Met>();
  let inviting: Guest | undefined;
  let keptEveryone = false;
  let limited = '';
  let looking = false;
  let missing: ReturnType<typeof setTimeout> | undefined;

  const here = (): readonly Person[] => store.getState().people;
  // The store of a page that was loaded anew has asked for it.
  let asks = here().length > 0;
  const count = (): number => {
    const { snapshot } = store.getState();
    return here().filter(isThere).length + (snapshot?.meeting === undefined ? 0 : 1);
  };
  const isFull = (): boolean => count() >= MAX_PEOPLE;
  const update = (peer: string, part: Partial<Person>): void =>
    store.setState({ people: here().map((one) => (one.peer === peer ? { ...one, ...part } : one)) });
  const forget = (peer: string): void => {
    here()
      .find((one) => one.peer === peer)
      ?.session.leave();
    known.delete(peer);
    store.setState({ people: here().filter((one) => one.peer !== peer) });
  };

  function follow({ peer, session }: Guest): void {
    known.set(peer, { given: new Map(), met: false, left: false, drawn: new WeakMap() });
    const calm = calmPublisher(
      () => session.snapshot(),
      (now) => {
        const before = here().find((one) => one.peer === peer)?.snapshot;
        if (before !== undefined) update(peer, { snapshot: keepIdentity(before, now) });
        else if (inviting?.peer === peer) people.setState({ invitation: now });
        look();
      },
    );
    session.subscribe(() => calm.changed());
    calm.changed();
  }

  function add({ peer, session }: Guest): void {
    store.setState({ people: [...here(), { peer, session, snapshot: session.snapshot(), gets: true }] });
  }

  function letIn(visitor: string): void {
    if (isFull()) return;
    miss(undefined);
    const guest = store.session()?.letIn(visitor);
    if (guest === undefined) return;
    add(guest);
    follow(guest);
  }

  function miss(missed: Problem | 'gone' | undefined): void {
    clearTimeout(missing);
    store.setState({ missed });
    if (missed !== undefined) missing = setTimeout(() => store.setState({ missed: undefined }), MISSED_MS);
  }

  function stopInviting(): void {
    if (inviting === undefined) return;
    inviting.session.leave();
    known.delete(inviting.peer);
    inviting = undefined;
    people.setState({ invitation: undefined });
  }

  /** While the first one is not there, the room's own code is shown. */
  function invite(): void {
    const { inviting: asked, snapshot } = store.getState();
    const wanted = asked && snapshot?.meeting !== undefined && snapshot.canInvite === true;
    if (!wanted || isFull()) {
      store.setState({ inviting: false });
      stopInviting();
    } else if (inviting === undefined) {
      inviting = store.session()?.invite();
      if (inviting === undefined) return;
      people.setState({ invitation: inviting.session.snapshot() });
      follow(inviting);
    }
  }

  /** It waits for someone who is here, or for whoever comes, and everybody here may have it. */
  function isStillOffered(item: OutboxItem): boolean {
    if (item.stage.at === 'failed' || item.chosen === true || item.meeting === FORMER) return false;
    const to = item.to ?? [FIRST];
    const others = here().filter((one) => to.includes(one.peer) && isThere(one));
    if (others.some(({ snapshot }) => !isOver(find(snapshot, transferId(item))))) return true;
    const { snapshot } = store.getState();
    if (!isForFirst(item) || (item.meeting !== undefined && item.meeting !== snapshot?.meeting)) return false;
    const transfer = transferOf(item, snapshot);
    return transfer?.state !== 'held' && !isOver(transfer);
  }

  /** `chosen`: by a press, for this one alone. */
  function offer(peer: string, offered: readonly OutboxItem[], chosen: boolean): void {
    const some = new Set(offered.map(({ id }) => id));
    store.setState(({ items }) => ({
      items: items.map((one) => {
        const { to = [FIRST] } = one;
        if (!some.has(one.id) || to.includes(peer)) return one;
        return { ...one, to: [...to, peer], ...(chosen ? { chosen } : {}) };
      }),
    }));
  }

  /** SHA-256 of what crosses; `soon`: a session is making it. */
  function digestOf(item: OutboxItem): Uint8Array | 'soon' | undefined {
    const { snapshot } = store.getState();
    // The first one's session makes it, where it has the picture.
    if (isForFirst(item) && find(snapshot, transferId(item)) === undefined) return 'soon';
    const shares = [snapshot, ...here().map(({ snapshot }) => snapshot)].flatMap(
      (one) => find(one, transferId(item)) ?? [],
    );
    const sha256 = shares.find((one) => one.sha256 !== undefined)?.sha256;
    if (sha256 !== undefined) return fromHex(sha256);
    const given = [...known.values()].some(({ given }) => given.get(item.id) === item.revision);
    return shares.some((one) => !isFinal(one)) || (given && shares.length === 0) ? 'soon' : undefined;
  }

  /** In the order picked, as the first one gets them. */
  function give({ peer, session, snapshot }: Person): void {
    const given = known.get(peer)?.given;
    if (given === undefined) return;
    const { items } = store.getState();
    const ids = new Set(items.map(({ id }) => id));
    for (const [id, revision] of given) {
      if (ids.has(id)) continue;
      given.delete(id);
      session.cancel(transferId({ id, revision }));
    }
    if (snapshot.connection !== 'connected') return;
    for (const item of items) {
      if (!item.to?.includes(peer)) continue;
      if (item.stage.at === 'waiting' || item.stage.at === 'preparing') return;
      const before = given.get(item.id);
      const ready = item.stage.at === 'sent' || (item.stage.at === 'ready' && !isForFirst(item));
      if (!ready || item.outgoing === undefined || before === item.revision) continue;
      if (
        before !== undefined &&
        find(snapshot, transferId({ id: item.id, revision: before }))?.state === 'done'
      )
        continue;
      const digest = digestOf(item);
      if (digest === 'soon') return;
      if (before !== undefined) session.cancel(transferId({ id: item.id, revision: before }));
      given.set(item.id, item.revision);
      const { expected, rests } = item;
      session.send([
        {
          ...item.outgoing,
          ...(expected === undefined ? {} : { expected }),
          ...(rests?.includes(peer) === true ? { rests: true } : {}),
          ...(digest === undefined ? {} : { digest }),
        },
      ]);
    }
  }

  /** What the person permits is for all together. */
  function limit(): void {
    const all = [
      { session: store.session(), snapshot: store.getState().snapshot },
      ...here().filter(isThere),
    ];
    const busy = all.filter(({ snapshot }) => snapshot?.transfers.some(isMoving)).length;
    const rate = rateLimit();
    const now = `${rate} ${busy} ${all.length}`;
    if (now === limited) return;
    limited = now;
    for (const { session } of all) session?.limitRate(rate / Math.max(1, busy));
  }

  /** Acts on whatever is different. */
  function look(): void {
    if (looking) return;
    looking = true;
    try {
      for (const one of here()) meet(one);
      const made = inviting;
      const invited = made?.session.snapshot().connection;
      if (made !== undefined && invited === 'connected') {
        inviting = undefined;
        add(made);
        people.setState({ invitation: undefined });
        for (const one of here()) meet(one);
      }
      if (inviting !== undefined || store.getState().inviting) invite();
      const { everyone, snapshot } = store.getState();
      const visitors = snapshot?.visitors ?? [];
      // It was permitted for the link of a room that is closed.
      if (everyone && snapshot?.canInvite !== true) store.setState({ everyone: false });
      else if (everyone)
        // A remembered device that has rung has no link.
        for (const visitor of visitors) if (snapshot?.callers?.[visitor] === undefined) letIn(visitor);
      if (everyone !== keptEveryone) {
        keptEveryone = everyone;
        store.session()?.keepEveryone(everyone);
      }
      if (asks !== here().some(isThere)) {
        asks = !asks;
        store.session()?.askFirst(asks);
      }
      for (const one of here()) give(one);
      // Each that may be looked for once more has a worker and a socket.
      const lost = here().filter((one) => !isThere(one));
      for (const { peer } of lost.slice(0, -MAX_PEOPLE)) forget(peer);
      limit();
    } finally {
      looking = false;
    }
  }

  function meet(one: Person): void {
    const { peer, session, snapshot } = one;
    const entry = known.get(peer);
    if (entry === undefined) return;
    if (!entry.met && snapshot.connection === 'connected') {
      entry.met = true;
      // What is still offered to those who are here.
      offer(peer, store.getState().items.filter(isStillOffered), false);
    } else if (!entry.met && !isThere(one)) {
      forget(peer);
      miss(snapshot.problem ?? 'gone');
    } else if (!entry.left && snapshot.connection === 'closed') {
      entry.left = true;
      session.leave();
    }
  }

  /** This one does not get it; a picture that nobody gets goes. */
  function remove({ peer, session }: Person, id: string): void {
    const given = known.get(peer)?.given;
    session.cancel(`${id}.${given?.get(id)}`);
    given?.delete(id);
    const to =
      store
        .getState()
        .items.find((one) => one.id === id)
        ?.to?.filter((one) => one !== peer) ?? [];
    if (to.length === 0) store.remove(id);
    else
      store.setState(({ items }) => ({ items: items.map((one) => (one.id === id ? { ...one, to } : one)) }));
  }

  /** As the list of pictures draws those of the first one. */
  function drawn(item: OutboxItem, { peer }: Person): OutboxItem {
    const entry = known.get(peer);
    const revision = entry?.given.get(item.id) ?? item.revision;
    const transfer = transferId({ id: item.id, revision });
    let one = entry?.drawn.get(item);
    // The same item is given anew where another choice has waited for its digest.
    if (one?.stage.at !== 'sent' || one.stage.transfer !== transfer) {
      one = { ...item, peer, stage: { at: 'sent', transfer } };
      entry?.drawn.set(item, one);
    }
    return one;
  }

  // Those of before a reload have been in the room already.
  for (const one of here()) {
    follow(one);
    const entry = known.get(one.peer);
    if (entry !== undefined) entry.met = true;
  }
  store.subscribe(look);
  look();

  return {
    ...people,
    letIn(visitor) {
      letIn(visitor);
      look();
    },
    refuse: (visitor) => store.session()?.refuse(visitor),
    letEveryoneIn(everyone) {
      store.setState({ everyone });
      look();
    },
    invite(on) {
      stopInviting();
      store.setState({ inviting: on });
    },
    continue(peer) {
      if (isFull()) return;
      here()
        .find((one) => one.peer === peer)
        ?.session.continue();
    },
    sendAway(peer) {
      // They have the link, too.
      store.setState({ everyone: false });
      if (peer === FIRST) store.session()?.sendAway();
      else {
        here()
          .find((one) => one.peer === peer)
          ?.session.sendAway();
        forget(peer);
      }
    },
    forget,
    setGets(peer, gets) {
      if (peer === FIRST) store.setState({ firstGets: gets });
      else update(peer, { gets });
    },
    others(peer) {
      const { items, snapshot } = store.getState();
      return items.filter(
        (one) =>
          !(one.to ?? [FIRST]).includes(peer) &&
          one.stage.at !== 'failed' &&
          transferOf(one, snapshot)?.state !== 'cancelled',
      );
    },
    offer(peer, items) {
      if (peer === FIRST) store.offerFirst(items.map(({ id }) => id));
      else offer(peer, items, true);
    },
    listOf(person) {
      const { given } = known.get(person.peer) ?? {};
      const { session } = person;
      const items = store.getState().items.filter(({ id }) => given?.has(id));
      const transfer = (id: string): string => `${id}.${given?.get(id)}`;
      return {
        items: items.map((item) => drawn(item, person)),
        store: {
          ...store,
          cancel: (id) => session.cancel(transfer(id)),
          pause: (id, paused) => session.pause(transfer(id), paused),
          retry: (id) => session.retry(transfer(id)),
          offerHeld: (id) => session.offerHeld(transfer(id)),
          remove: (id) => remove(person, id),
        },
      };
    },
    isFull,
  };
}

/** Those of the first one's pictures that are for whoever is the first one now. */
export function firstTransfers({ items, snapshot }: SendState): readonly TransferSnapshot[] {
  const mine = new Set(
    items.flatMap(({ stage, meeting }) =>
      stage.at === 'sent' && meeting === snapshot?.meeting ? [stage.transfer] : [],
    ),
  );
  return snapshot?.transfers.filter(({ id }) => mine.has(id)) ?? [];
}

const isOver = (transfer: TransferSnapshot | undefined): boolean =>
  transfer !== undefined && isFinal(transfer);
