'use client';
import { lazy, useCallback, useEffect, useMemo, useState } from 'react';
import type { TransferSnapshot } from '../../lib/session/model.ts';
import { isMoving } from '../../lib/session/transfer-state.ts';
import { useStore } from '../../lib/store/use-store.ts';
import { aboutToJoin, canResume, notJoining } from '../make-session.ts';
import { useText } from '../text/text.tsx';
import { Named } from '../ui/kit/named.tsx';
import { labelsOf } from '../ui/kit/labels.ts';
import { Part } from '../ui/kit/part.tsx';
import { EnterForm } from '../ui/room/enter-form.tsx';
import { RoomCard } from '../ui/room/room-card.tsx';
import { ReceiverTransfer } from '../ui/transfer/receiver-transfer.tsx';
import { isolate, sessionOptions } from '../ui/room/session-options.ts';
import { Totals } from '../ui/transfer/totals.tsx';
import ui from '../ui/kit/ui.module.css';
import { useAnnouncement, useWakeLock } from '../ui/room/use-device.ts';
import { useTidings } from '../ui/room/use-tidings.ts';
import css from './receiver-room.module.css';
import { receiverStore } from './receiver-store.ts';
import { holdTab, tabName } from '../../lib/session/page/tab.ts';
import { useFragment } from '../ui/room/use-fragment.ts';

const Viewer = lazy(() => import('../ui/picture/viewer.tsx').then(({ Viewer }) => ({ default: Viewer })));
const KeptPictures = lazy(() =>
  import('./kept-pictures.tsx').then(({ KeptPictures }) => ({ default: KeptPictures })),
);
const SaveArrivals = lazy(() => import('./save-arrivals.tsx'));
const SaveAll = lazy(() =>
  import('../ui/transfer/save-all.tsx').then(({ SaveAll }) => ({ default: SaveAll })),
);

/**
 * Offers that are drawn at a time. A sender may have two thousand waiting before anyone has pressed anything,
 * and the cards of all of them stop a page for seconds.
 */
const MAX_OFFERS_DRAWN = 100;

/** What is stored of it is the session's from then on. */
const isAccepted = ({ state }: TransferSnapshot): boolean => state !== 'offered' && state !== 'declined';

/** The receiver's login room: who I am, the code, then the pictures as they arrive. */
export function ReceiverRoom() {
  const { t, f } = useText();
  const [store] = useState(receiverStore);
  const state = useStore(store, (all) => all);
  const [fragment, forgetFragment, holdsLink] = useFragment();
  const [viewed, setViewed] = useState<string>();
  const { snapshot } = state;
  const [tab, setTab] = useState<string>();
  const [returned, setReturned] = useState(false);
  useEffect(() => {
    // Not before the page is mounted: the prerendered page knows no tab.
    void holdTab().then(() => setTab(tabName()));
  }, []);
  const known = snapshot?.transfers;
  const transfers = known ?? [];
  const moving = transfers.some(isMoving);
  const awake = useWakeLock(moving);
  const announcement = useAnnouncement(snapshot);
  useTidings(snapshot);
  const warm = useCallback(() => aboutToJoin(sessionOptions('receiver').server), []);
  const open = useCallback((id: string) => setViewed(id), []);

  useEffect(() => {
    let here = true;
    const resume = async () => {
      await holdTab();
      if ((await canResume()) && here && !holdsLink()) await store.resume(sessionOptions('receiver'));
    };
    // A page that cannot look for its old session is a page without one.
    resume().catch(() => undefined);
    return () => {
      here = false;
      notJoining();
    };
  }, [store, holdsLink]);

  const labels = useMemo(() => labelsOf(known ?? []), [known]);
  const taken = useMemo(() => new Set(known?.filter(isAccepted).map(({ sha256 }) => sha256)), [known]);

  const session = store.session();
  const connected = snapshot?.connection === 'connected' || snapshot?.connection === 'reconnecting';
  const searching = snapshot?.connection === 'connecting' || snapshot?.connection === 'reconnecting';
  const peer = snapshot?.peerName ? isolate(snapshot.peerName) : t.join.someone;
  const done = transfers.filter((transfer) => transfer.state === 'done');
  const offered = transfers.filter((transfer) => transfer.state === 'offered');
  const hidden = new Set(offered.slice(MAX_OFFERS_DRAWN));
  // Pictures that returned are below: nothing above them says that there are none yet.
  const list = transfers.length > 0 || (connected && !returned);
  return (
    <div className={ui.page}>
      <h1 className={ui.title}>{t.home.receive}</h1>
      <div className={list ? ui.rooms : css.alone}>
        <div className={ui.side}>
          <RoomCard
            side="receiver"
            snapshot={snapshot}
            busy={state.joining}
            broken={state.broken}
            fragment={fragment}
            forgetFragment={forgetFragment}
            aboutToJoin={warm}
            join={(code) => {
              forgetFragment();
              void store.join(code, sessionOptions('receiver'));
            }}
            goOn={() => store.session()?.continue()}
            closeRoom={store.closeRoom}
            openRoom={() => void store.openRoom(sessionOptions('receiver'))}
            Enter={EnterForm}
          />
          {connected && (
            <Part>
              <SaveArrivals store={store} />
            </Part>
          )}
          {connected && (
            <label className={ui.check}>
              <input
                type="checkbox"
                data-testid="accept-all"
                checked={snapshot?.autoAccept ?? false}
                onChange={(event) => store.setAutoAccept(event.target.checked)}
              />
              <span className={ui.label}>{t.transfer.acceptAll(peer)}</span>
            </label>
          )}
        </div>
        <section
          className={ui.main}
          aria-label={t.transfer.list}
          hidden={!list}
          tabIndex={-1}
          data-keeps-focus
        >
          {transfers.length === 0 && (
            <div className={css.waiting}>
              <p>{t.join.waitingForOffer(peer)}</p>
              <p className={ui.soft}>{t.join.waitingHint}</p>
            </div>
          )}
          <Totals transfers={transfers} cancelAll={store.cancelAll} pauseAll={store.pauseAll} />
          {offered.length > 0 && snapshot?.memoryLimit !== undefined && (
            <p className={`${ui.soft} ${ui.small}`} data-testid="memory-only">
              {t.part.memory(f.bytes(snapshot.memoryLimit))}
            </p>
          )}
          {offered.length > 1 && (
            <button
              type="button"
              className={`${ui.button} ${ui.primary}`}
              data-testid="accept-offered"
              onClick={() => {
                for (const { id } of offered) store.accept(id);
              }}
            >
              {t.transfer.acceptAllNow}
            </button>
          )}
          {session && done.length > 1 && (
            <Part>
              <SaveAll session={session} transfers={done} saved={store.markSaved} />
            </Part>
          )}
          {moving && !awake && <p className={`${ui.soft} ${ui.small}`}>{t.device.wakeLockMissing}</p>}
          {session &&
            snapshot &&
            transfers.map((transfer, at) =>
              hidden.has(transfer) ? null : (
                <Named key={transfer.id} name={labels[at] ?? transfer.name}>
                  <ReceiverTransfer
                    transfer={transfer}
                    snapshot={snapshot}
                    session={session}
                    store={store}
                    open={open}
                  />
                </Named>
              ),
            )}
          {hidden.size > 0 && <p data-testid="more-offers">{t.transfer.moreOffers(hidden.size)}</p>}
        </section>
      </div>
      {session && viewed !== undefined && (
        <Part>
          <Viewer
            session={session}
            transfers={done}
            at={viewed}
            show={setViewed}
            close={() => setViewed(undefined)}
          />
        </Part>
      )}
      {tab !== undefined && (
        <Part>
          <KeptPictures tab={tab} busy={searching} taken={taken} shows={setReturned} />
        </Part>
      )}
      <output className={ui.unseen}>{announcement}</output>
    </div>
  );
}
