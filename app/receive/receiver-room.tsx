'use client';
import { lazy, useCallback, useEffect, useMemo, useState } from 'react';
import type { DeviceCall } from '../../lib/session/model.ts';
import { acceptedDigests } from '../../lib/store/receive-store.ts';
import { useStore } from '../../lib/store/use-store.ts';
import { aboutToJoin, notJoining } from '../make-session.ts';
import { useText } from '../text/text.tsx';
import { Part } from '../ui/kit/part.tsx';
import { EnterForm } from '../ui/room/enter-form.tsx';
import { RoomCard } from '../ui/room/room-card.tsx';
import { isOfSeveral, ReceivedList } from '../ui/transfer/received-list.tsx';
import { isolate, sessionOptions } from '../ui/room/session-options.ts';
import ui from '../ui/kit/ui.module.css';
import { useAnnouncement } from '../ui/room/use-device.ts';
import { useTidings } from '../ui/room/use-tidings.ts';
import css from './receiver-room.module.css';
import { receiverStore, returnToSender, sendingBack } from './receiver-store.ts';
import { holdTab, tabName } from '../../lib/session/page/tab.ts';
import { useFragment } from '../ui/room/use-fragment.ts';

const KeptPictures = lazy(() =>
  import('./kept-pictures.tsx').then(({ KeptPictures }) => ({ default: KeptPictures })),
);
const SaveArrivals = lazy(() => import('./save-arrivals.tsx'));
const SendBack = lazy(() => import('./send-back.tsx'));

/** The receiver's login room: who I am, the code, then the pictures as they arrive. */
export function ReceiverRoom() {
  const { t } = useText();
  const [store] = useState(receiverStore);
  const state = useStore(store, (all) => all);
  const [fragment, forgetFragment, holdsLink] = useFragment();
  const { snapshot } = state;
  const stores = useMemo(() => [store], [store]);
  const [tab, setTab] = useState<string>();
  const [returned, setReturned] = useState(false);
  const { begun } = useStore(sendingBack, (all) => all);
  useEffect(() => {
    // Not before the page is mounted: the prerendered page knows no tab.
    void holdTab().then(() => setTab(tabName()));
  }, []);
  const known = snapshot?.transfers;
  const transfers = known ?? [];
  const announcement = useAnnouncement(snapshot);
  useTidings(snapshot);
  const warm = useCallback(() => aboutToJoin(sessionOptions('receiver').server), []);
  const removed = useCallback(() => store.session()?.roomMade(), [store]);
  const call = useCallback((one: DeviceCall) => store.call(one, sessionOptions('receiver')), [store]);

  useEffect(() => {
    let here = true;
    // A page that cannot look for its old session is a page without one.
    returnToSender(
      () => sessionOptions('receiver'),
      () => here && !holdsLink(),
    ).catch(() => undefined);
    return () => {
      here = false;
      notJoining();
    };
  }, [holdsLink]);

  const accepted = useCallback(() => acceptedDigests(known), [known]);
  const connected = snapshot?.connection === 'connected' || snapshot?.connection === 'reconnecting';
  const searching = snapshot?.connection === 'connecting' || snapshot?.connection === 'reconnecting';
  const peer = snapshot?.peerName ? isolate(snapshot.peerName) : t.join.someone;
  // Pictures that returned are below: nothing above them says that there are none yet.
  const list = transfers.length > 0 || (connected && !returned);
  const sends = snapshot?.invited === true || begun;
  return (
    <div className={ui.page}>
      <h1 className={ui.title}>{t.home.receive}</h1>
      <div className={list || sends ? ui.rooms : css.alone}>
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
            hangUp={store.hangUp}
            openRoom={() => void store.openRoom(sessionOptions('receiver'))}
            call={call}
            remember={store.remember}
            Enter={EnterForm}
          />
          {connected && (
            <Part>
              <SaveArrivals stores={stores} />
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
        <div className={css.ways}>
          <section
            className={ui.main}
            aria-label={t.transfer.list}
            hidden={!list}
            tabIndex={-1}
            data-testid="way-there"
            data-keeps-focus
          >
            {sends && transfers.length > 0 && !isOfSeveral(transfers) && (
              <h2 className={ui.subtitle}>
                {t.companion.from(transfers[0]?.sender ? isolate(transfers[0].sender) : peer)}
              </h2>
            )}
            {transfers.length === 0 && (
              <div className={css.waiting}>
                <p>{t.join.waitingForOffer(peer)}</p>
                <p className={ui.soft}>{t.join.waitingHint}</p>
              </div>
            )}
            <ReceivedList store={store} snapshot={snapshot} transfers={transfers} />
          </section>
          {sends && (
            <Part>
              <SendBack open={snapshot?.invited === true} peer={peer} />
            </Part>
          )}
        </div>
      </div>
      {tab !== undefined && (
        <Part>
          <KeptPictures
            tab={tab}
            busy={searching}
            accepted={accepted}
            removed={removed}
            shows={setReturned}
          />
        </Part>
      )}
      <output className={ui.unseen}>{announcement}</output>
    </div>
  );
}
