/** The receiver's page as a plain store around one session. React only draws it. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type {
  DeviceCall,
  ReceiverSession,
  SessionOptions,
  SessionSnapshot,
  TransferSnapshot,
} from '../session/model.ts';
import { isFinal, isMoving } from '../session/transfer-state.ts';
import { callOver } from './call-over.ts';
import { calmPublisher, type CalmPublisher } from './calm.ts';
import { keepIdentity } from './keep-identity.ts';

export interface ReceiveState {
  /** Undefined until the person joined or opened a room. */
  snapshot: SessionSnapshot | undefined;
  joining: boolean;
  /** The session could not be made at all. */
  broken: boolean;
  /** Done pictures that the person has saved. */
  saved: ReadonlySet<string>;
}

/** State of the receiving page, and what the person can do there. `transfer` is an id of the snapshot. */
export interface ReceiveStore extends StoreApi<ReceiveState> {
  join(code: string, options: SessionOptions): Promise<void>;
  /** Shows a code instead, for a sender to join. */
  openRoom(options: SessionOptions): Promise<void>;
  closeRoom: () => void;
  /** Ends what goes on with the sender; what has arrived stays. */
  hangUp: () => void;
  /** Meets a remembered device, which is there. Resolves when that has led somewhere. */
  call(call: DeviceCall, options: SessionOptions): Promise<void>;
  remember: (wanted: boolean) => void;
  /** Goes back to the session that this tab was in before it was loaded anew, if there was one. */
  resume(options: SessionOptions): Promise<void>;
  accept(transfer: string): void;
  decline(transfer: string): void;
  setAutoAccept(on: boolean): void;
  cancel(transfer: string): void;
  cancelAll: () => void;
  pause(transfer: string, paused: boolean): void;
  /** Everything that is on its way. */
  pauseAll: (paused: boolean) => void;
  /** `readFor`: how long a download may still read the stored copies, ms; absent: none does. */
  markSaved: (transfers: readonly string[], readFor?: number) => void;
  noteRead(transfer: string, readFor: number): void;
  throwAway(transfer: string): void;
  session(): ReceiverSession | undefined;
  /** Shows this session, which was made elsewhere. */
  around(session: ReceiverSession): void;
  leave(): void;
}

export interface ReceiveStoreOptions {
  makeSession: (options: SessionOptions) => Promise<ReceiverSession>;
  /** Whether another room may not take the session away though it holds no pictures. */
  keeps?: () => boolean;
}

/**
 * @param makeSession called when the person joins, opens a room or resumes, so that a visit without one loads
 *   less
 */
export function createReceiveStore({ makeSession, keeps }: ReceiveStoreOptions): ReceiveStore {
  const store = createStore<ReceiveState>(() => ({
    snapshot: undefined,
    joining: false,
    broken: false,
    saved: new Set(),
  }));
  let session: ReceiverSession | undefined;
  let unsubscribe: (() => void) | undefined;
  let calm: CalmPublisher | undefined;

  /** Hears no more of the session. */
  function forget(): void {
    unsubscribe?.();
    calm?.stop();
  }

  async function freshSession(options: SessionOptions): Promise<ReceiverSession> {
    forget();
    session?.leave();
    session = undefined;
    return follow(await makeSession(options));
  }

  function follow(made: ReceiverSession): ReceiverSession {
    const publisher = calmPublisher(
      () => made.snapshot(),
      (now) => store.setState(({ snapshot }) => ({ snapshot: keepIdentity(snapshot, now) })),
    );
    calm = publisher;
    unsubscribe = made.subscribe(() => publisher.changed());
    session = made;
    publisher.changed();
    return made;
  }

  /** Holds pictures, so that another room does not take them away. */
  const keeping = (): ReceiverSession | undefined =>
    session && (session.snapshot().transfers.length > 0 || keeps?.()) ? session : undefined;

  let joining: Promise<void> | undefined;
  function withSession(
    options: SessionOptions,
    act: (session: ReceiverSession) => void,
    kept = keeping(),
  ): Promise<void> {
    if (!store.getState().joining) joining = actWith(options, act, kept);
    return joining ?? Promise.resolve();
  }

  async function actWith(
    options: SessionOptions,
    act: (session: ReceiverSession) => void,
    kept: ReceiverSession | undefined,
  ): Promise<void> {
    store.setState({ joining: true, broken: false });
    try {
      act(kept ?? (await freshSession(options)));
    } catch {
      store.setState({ broken: true });
    } finally {
      store.setState({ joining: false });
    }
  }

  return {
    ...store,
    session: () => session,
    around: (made) => void follow(made),
    join: (code, options) => withSession(options, (one) => one.join(code)),
    async call(call, options) {
      // The page may be about to open or to join a room.
      await joining;
      // The room that this page may have opened stays open.
      await withSession(options, (one) => one.call(call), session);
      if (session !== undefined) await callOver(session);
    },
    remember: (wanted) => session?.remember(wanted),
    closeRoom: () => session?.closeRoom(),
    hangUp: () => session?.hangUp(),
    openRoom: (options) => withSession(options, (one) => one.openRoom()),
    async resume(options) {
      if (session || store.getState().joining) return;
      store.setState({ joining: true });
      try {
        const made = await freshSession(options);
        if (!made.resume()) {
          forget();
          session = undefined;
          store.setState({ snapshot: undefined });
          made.leave();
        }
      } catch {
        // The way back is a convenience: the person still has the code field.
      } finally {
        store.setState({ joining: false });
      }
    },
    accept: (transfer) => session?.accept(transfer),
    decline: (transfer) => session?.decline(transfer),
    setAutoAccept: (on) => session?.setAutoAccept(on),
    markSaved(transfers, readFor = 0) {
      store.setState(({ saved }) => ({ saved: new Set([...saved, ...transfers]) }));
      session?.markSaved(transfers, readFor);
    },
    noteRead: (transfer, readFor) => session?.noteRead(transfer, readFor),
    throwAway: (transfer) => session?.throwAway(transfer),
    cancel: (transfer) => session?.cancel(transfer),
    pause: (transfer, paused) => session?.pause(transfer, paused),
    pauseAll(paused) {
      for (const one of store.getState().snapshot?.transfers ?? [])
        if (isMoving(one)) session?.pause(one.id, paused);
    },
    cancelAll() {
      for (const one of store.getState().snapshot?.transfers ?? []) {
        if (!isFinal(one)) session?.cancel(one.id);
      }
    },
    leave() {
      forget();
      session?.leave();
    },
  };
}

/** Of what was accepted: what is stored of it is the session's from then on. */
export const acceptedDigests = (
  transfers: readonly TransferSnapshot[] = [],
): ReadonlySet<string | undefined> =>
  new Set(
    transfers.filter(({ state }) => state !== 'offered' && state !== 'declined').map(({ sha256 }) => sha256),
  );

/** Something is arriving, or is not saved yet. */
export function isAtStake({ snapshot, saved }: ReceiveState): boolean {
  return (snapshot?.transfers ?? []).some(
    (transfer) => isMoving(transfer) || (transfer.state === 'done' && !saved.has(transfer.id)),
  );
}

export interface Totals {
  pictures: number;
  done: number;
  byteLength: number;
  bytesReceived: number;
}

/** Over everything that is not called off. */
export function totalsOf(transfers: readonly TransferSnapshot[]): Totals {
  const totals = { pictures: 0, done: 0, byteLength: 0, bytesReceived: 0 };
  for (const { state, byteLength, figures } of transfers) {
    if (state === 'cancelled' || state === 'declined') continue;
    totals.pictures += 1;
    if (state === 'done') totals.done += 1;
    totals.byteLength += byteLength;
    totals.bytesReceived += figures.bytesReceived;
  }
  return totals;
}
