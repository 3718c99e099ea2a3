'use client';
import { lazy, useCallback, useEffect, useMemo, useState } from 'react';
import type { DeviceCall, SessionSnapshot } from '../../lib/session/model.ts';
import type { OutboxItem } from '../../lib/store/outbox.ts';
import { FIRST, isForFirst, isThere, type Person } from '../../lib/store/send-store.ts';
import { isMoving } from '../../lib/session/transfer-state.ts';
import { useStore } from '../../lib/store/use-store.ts';
import { aboutToJoin, notJoining, warmSession } from '../make-session.ts';
import { useText } from '../text/text.tsx';
import { ChoiceDetails } from '../ui/pick/choice-control.tsx';
import { ImageInput } from '../ui/pick/image-input.tsx';
import { RoomCard } from '../ui/room/room-card.tsx';
import { SenderList } from '../ui/transfer/sender-list.tsx';
import { isolate, sessionOptions } from '../ui/room/session-options.ts';
import { Part } from '../ui/kit/part.tsx';
import { hadReturns, queue, returns, returnToRoom, senderStore } from './sender-store.ts';
import { Totals } from '../ui/transfer/totals.tsx';
import ui from '../ui/kit/ui.module.css';
import { useAnnouncement, useWakeLock } from '../ui/room/use-device.ts';
import { useFact } from '../ui/kit/use-fact.ts';
import { useFragment } from '../ui/room/use-fragment.ts';
import { useTidings } from '../ui/room/use-tidings.ts';

const EnterForm = lazy(() =>
  import('../ui/room/enter-form.tsx').then(({ EnterForm }) => ({ default: EnterForm })),
);
const PeopleCard = lazy(() => import('../ui/room/people-card.tsx'));
const PersonTransfers = lazy(() => import('../ui/transfer/person-transfers.tsx'));
const ReturnedBefore = lazy(() => import('./returned-before.tsx'));
const ReturnedPictures = lazy(() => import('./returned-pictures.tsx'));
const SaveArrivals = lazy(() => import('../receive/save-arrivals.tsx'));
const ReturnedFiles = lazy(() => import('../ui/pick/returned-files.tsx'));

/** What goes on with all people of the room, for those who look elsewhere. */
function everyones(first: SessionSnapshot | undefined, people: readonly Person[]) {
  if (first === undefined || people.length === 0) return first;
  // Each of them has the same pictures.
  const others = people.flatMap(({ peer, snapshot }) =>
    snapshot.transfers.map((one) => ({ ...one, id: `${peer} ${one.id}` })),
  );
  return { ...first, transfers: [...first.transfers, ...others] };
}

/** Pictures for others are drawn with theirs, unless none of them is there. */
const isShown = (item: OutboxItem, people: readonly Person[]): boolean =>
  isForFirst(item) || !people.some((one) => isThere(one) && item.to?.includes(one.peer));

/** The sender's login room: who I am, the code to pass on, the pictures. */
export function SenderRoom() {
  const { t } = useText();
  const [store] = useState(senderStore);
  const state = useStore(store, (all) => all);
  const { items, snapshot, people } = state;
  const returned = useStore(returns, (all) => all);
  const lists = useMemo(() => returned.map((one) => one.store), [returned]);
  const before = useFact(hadReturns, false);
  const transfers = snapshot?.transfers ?? [];
  const several = people.length > 0;
  const card = several || state.inviting || state.everyone || state.missed !== undefined;
  const asked = snapshot?.visitors !== undefined;
  const canInvite = snapshot?.canInvite === true && snapshot.meeting !== undefined;
  const all = useMemo(() => everyones(snapshot, people), [snapshot, people]);
  const moving = all?.transfers.some(isMoving) ?? false;
  const held = transfers.filter(({ state }) => state === 'held').length;
  const awake = useWakeLock(moving);
  const announcement = useAnnouncement(all);
  useTidings(all);
  const visitors = snapshot?.visitors?.length ?? 0;
  const add = useCallback((files: Iterable<File>) => store.addFiles(files), [store]);

  const [fragment, forgetFragment, holdsLink] = useFragment();
  const warm = useCallback(() => aboutToJoin(sessionOptions('sender').server), []);

  const call = useCallback((one: DeviceCall) => store.call(one, sessionOptions('sender')), [store]);

  useEffect(() => {
    warmSession();
    // A page that cannot look for its old session is a page without one.
    if (!holdsLink()) returnToRoom(() => sessionOptions('sender')).catch(() => undefined);
    return notJoining;
  }, [holdsLink]);

  const session = store.session();
  const peer = snapshot?.connection === 'connected' ? snapshot.peerName : undefined;
  const present = [
    ...(peer === undefined ? [] : [{ name: peer, gets: state.firstGets }]),
    ...people.filter(isThere).map(({ snapshot, gets }) => ({ name: snapshot.peerName, gets })),
  ].flatMap(({ name, gets }) => (name === undefined ? [] : [{ name: isolate(name), gets }]));
  const chosen = present.filter(({ gets }) => gets);
  const getting = (chosen.length > 0 ? chosen : present).map(({ name }) => name);
  return (
    <div className={ui.page}>
      <h1 className={ui.title}>{t.home.send}</h1>
      <div className={ui.rooms}>
        <div className={ui.side}>
          <RoomCard
            side="sender"
            snapshot={snapshot}
            busy={state.opening}
            broken={state.broken}
            fragment={fragment}
            forgetFragment={forgetFragment}
            aboutToJoin={warm}
            goOn={() => store.session()?.continue()}
            closeRoom={store.closeRoom}
            hangUp={card || asked ? undefined : store.hangUp}
            openRoom={() => void store.openRoom(sessionOptions('sender'))}
            join={(code) => {
              forgetFragment();
              void store.join(code, sessionOptions('sender'));
            }}
            call={call}
            remember={store.remember}
            Enter={EnterForm}
          />
          {card || asked ? (
            <Part>
              <PeopleCard store={store} state={state} />
            </Part>
          ) : (
            canInvite && (
              <button
                type="button"
                className={`${ui.button} ${ui.quiet}`}
                data-testid="invite"
                onClick={() => store.setState({ inviting: true })}
              >
                {t.people.invite}
              </button>
            )
          )}
        </div>
        <div className={ui.main}>
          {returned.some(({ main }) => main.snapshot().meeting !== undefined) && (
            <Part>
              <SaveArrivals stores={lists} />
            </Part>
          )}
          {returned.map((one) => (
            <Part key={one.id}>
              <ReturnedPictures of={one} meeting={one.main.snapshot().meeting} />
            </Part>
          ))}
          <section className={ui.main} aria-label={t.pick.step}>
            <h2 className={`${ui.subtitle} ${ui.row}`}>
              <span className={ui.step} aria-hidden="true">
                2
              </span>
              {t.pick.step}
            </h2>
            <ImageInput
              add={add}
              addText={store.addText}
              hint={getting.length > 0 ? t.pick.goNow(getting.join(', ')) : t.pick.goWhenJoined}
            />
            <ChoiceDetails choice={state.choice} change={store.setChoice} />
          </section>
          {state.missing.length > 0 && (
            <Part>
              <ReturnedFiles store={store} missing={state.missing} openAgain={queue.openAgain} />
            </Part>
          )}
          {items.length > 0 && (
            <section
              className={ui.main}
              aria-label={t.transfer.list}
              tabIndex={-1}
              data-testid="way-there"
              data-keeps-focus
              data-peer={several ? FIRST : undefined}
            >
              {returned.length > 0 && !several && <h2 className={ui.subtitle}>{t.companion.yours}</h2>}
              {several && peer && <h3>{t.people.for(isolate(peer))}</h3>}
              <Totals transfers={transfers} cancelAll={store.cancelAll} pauseAll={store.pauseAll} />
              {moving && !awake && <p className={`${ui.soft} ${ui.small}`}>{t.device.wakeLockMissing}</p>}
              {held > 1 && (
                <button
                  type="button"
                  className={`${ui.button} ${ui.primary}`}
                  data-testid="offer-all-held"
                  onClick={store.offerAllHeld}
                >
                  {t.transfer.offerAllHeld}
                </button>
              )}
              <SenderList
                items={several ? items.filter((one) => isShown(one, people)) : items}
                snapshot={snapshot}
                session={session}
                store={store}
              />
            </section>
          )}
          {several && (
            <Part>
              <PersonTransfers store={store} people={people} />
            </Part>
          )}
        </div>
      </div>
      {before && (
        <Part>
          <ReturnedBefore busy={snapshot?.connection === 'reconnecting'} />
        </Part>
      )}
      <output className={ui.unseen}>{announcement}</output>
      <output className={ui.unseen}>{visitors > 0 ? t.tidings.visitor : ''}</output>
    </div>
  );
}
