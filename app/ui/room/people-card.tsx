'use client';
import { lazy, useState } from 'react';
import type { SessionSnapshot } from '../../../lib/session/model.ts';
import { isFinal } from '../../../lib/session/transfer-state.ts';
import { firstTransfers, type People, peopleOf } from '../../../lib/store/people.ts';
import { totalsOf } from '../../../lib/store/receive-store.ts';
import { FIRST, isThere, type SendState, type SendStore } from '../../../lib/store/send-store.ts';
import { useStore } from '../../../lib/store/use-store.ts';
import { deviceStore } from '../../devices.ts';
import { settings } from '../../settings.ts';
import { useText } from '../../text/text.tsx';
import { Named } from '../kit/named.tsx';
import { Notice, ProblemNotice } from '../kit/notice.tsx';
import { Part } from '../kit/part.tsx';
import progress from '../transfer/progress.module.css';
import connection from './connection.module.css';
import { Invitation } from './invitation.tsx';
import css from './people-card.module.css';
import { mayRemember } from './may-remember.ts';
import { isolate } from './session-options.ts';
import ui from '../kit/ui.module.css';

const RememberDevice = lazy(() => import('./remember-device.tsx'));

interface Props {
  store: SendStore;
  state: SendState;
}

/** Who is in the room beside the first person, who wants to be, and the code for one more. */
export default function PeopleCard({ store, state }: Props) {
  const { t, f } = useText();
  const [people] = useState(() => peopleOf(store, () => settings.getState().rateLimit));
  const { invitation } = useStore(people, (all) => all);
  const { snapshot, people: guests, firstGets, everyone, missed } = state;
  const visitors = snapshot?.visitors ?? [];
  const [remembered] = useState(deviceStore);
  const devices = useStore(remembered, (all) => all.devices);
  const nameOf = (visitor: string): string | undefined =>
    devices.find(({ id }) => id === snapshot?.callers?.[visitor])?.name;
  const saidOf = (name: string | undefined): string =>
    name === undefined ? t.people.visitor : t.people.device(isolate(name.trim() || t.devices.unnamed));
  const ofSeveral = (label: string, at: number): string =>
    visitors.length > 1 ? `${label}: ${f.number(at + 1)}` : label;
  const full = people.isFull();
  const first = snapshot?.meeting === undefined ? undefined : snapshot;
  const canInvite = snapshot?.canInvite === true && first !== undefined;
  const room = canInvite ? invitation?.room : undefined;
  const several = guests.filter(isThere).length + (first === undefined ? 0 : 1) > 1;

  return (
    <section
      className={ui.card}
      aria-label={t.people.title}
      data-testid="people"
      tabIndex={-1}
      data-keeps-focus
    >
      <h2 className={ui.subtitle}>{t.people.title}</h2>
      {visitors.map((visitor, at) => (
        <div key={visitor} className={css.visitor} data-testid="visitor">
          <strong>{saidOf(nameOf(visitor))}</strong>
          <p className={`${ui.soft} ${ui.small}`}>{full ? t.people.full : t.people.latecomers}</p>
          <div className={ui.row}>
            <button
              type="button"
              className={`${ui.button} ${ui.primary}`}
              data-testid="let-in"
              aria-label={ofSeveral(t.people.letIn, at)}
              disabled={full}
              onClick={() => people.letIn(visitor)}
            >
              {t.people.letIn}
            </button>
            <button
              type="button"
              className={ui.button}
              data-testid="not-now"
              aria-label={ofSeveral(t.people.notNow, at)}
              onClick={() => people.refuse(visitor)}
            >
              {t.people.notNow}
            </button>
          </div>
        </div>
      ))}
      {missed === 'gone' && <Notice kind="plain">{t.people.missed}</Notice>}
      {missed !== undefined && missed !== 'gone' && <ProblemNotice problem={missed} />}
      <ul className={css.list}>
        {first && (
          <PersonRow
            peer={FIRST}
            snapshot={first}
            gets={firstGets}
            choosable={several}
            people={people}
            state={state}
          />
        )}
        {guests.map(({ peer, snapshot: one, gets }) => (
          <PersonRow
            key={peer}
            peer={peer}
            snapshot={one}
            gets={gets}
            choosable={several}
            people={people}
            state={state}
          />
        ))}
      </ul>
      {snapshot?.canInvite && (
        <label className={ui.check}>
          <input
            type="checkbox"
            data-testid="let-everyone-in"
            checked={everyone}
            onChange={(event) => people.letEveryoneIn(event.target.checked)}
          />
          <span className={ui.label}>{t.people.everyone}</span>
        </label>
      )}
      {invitation?.problem && <ProblemNotice problem={invitation.problem} />}
      {room && <Invitation room={room} openRoom={() => people.invite(true)} closeRoom={store.closeRoom} />}
      {canInvite && !full && (
        <button
          type="button"
          className={`${ui.button} ${ui.quiet}`}
          data-testid="invite"
          onClick={() => people.invite(room === undefined)}
        >
          {room === undefined ? t.people.invite : t.people.hideCode}
        </button>
      )}
    </section>
  );
}

interface RowProps {
  peer: string;
  snapshot: SessionSnapshot;
  gets: boolean;
  /** There are others, so that pictures may be picked for some. */
  choosable: boolean;
  people: People;
  /** Drawn anew with it: which pictures this one does not get yet depends on all of them. */
  state: SendState;
}

function PersonRow({ peer, snapshot, gets, choosable, people, state: all }: RowProps) {
  const { t, f } = useText();
  const { connection: state, peerName, problem } = snapshot;
  const transfers = peer === FIRST ? firstTransfers(all) : snapshot.transfers;
  const name = peerName === undefined ? t.people.unnamed : isolate(peerName);
  const named = (label: string): string => `${label}: ${name}`;
  const here = state !== 'closed' && state !== 'failed';
  const totals = totalsOf(transfers);
  const session = all.people.find((one) => one.peer === peer)?.session;
  const others = state === 'connected' ? people.others(peer) : [];
  return (
    <li className={css.person} data-testid="person" data-peer={peer} data-state={state}>
      <div className={connection.line} data-state={state} data-idle="false">
        <span className={connection.dot} aria-hidden="true" />
        <p>
          {name}
          <span className={`${ui.soft} ${ui.small} ${css.state}`}>{t.connection[state]}</span>
        </p>
      </div>
      {problem && <ProblemNotice problem={problem} />}
      {totals.pictures > 0 && (
        <div className={progress.progress} data-testid="person-progress" data-over={transfers.every(isFinal)}>
          <p className={`${ui.numbers} ${ui.small}`}>
            {t.transfer.totalFiles(f.number(totals.done), f.number(totals.pictures))}
          </p>
          <progress
            className={progress.bar}
            max={Math.max(1, totals.byteLength)}
            value={totals.bytesReceived}
            aria-label={named(t.transfer.progress)}
          />
        </div>
      )}
      {(choosable || !gets) && here && (
        <label className={ui.check}>
          <input
            type="checkbox"
            data-testid="gets"
            checked={gets}
            aria-label={named(t.people.gets)}
            onChange={(event) => people.setGets(peer, event.target.checked)}
          />
          <span className={ui.small}>{t.people.gets}</span>
        </label>
      )}
      {/* The first one's is on the card of the room. */}
      {session && mayRemember(snapshot) && (
        <Part>
          <Named name={name}>
            <RememberDevice snapshot={snapshot} remember={(wanted) => session.remember(wanted)} />
          </Named>
        </Part>
      )}
      <div className={ui.row}>
        {others.length > 0 && (
          <button
            type="button"
            className={ui.button}
            data-testid="offer-others"
            aria-label={named(t.people.offerOthers)}
            onClick={() => people.offer(peer, others)}
          >
            {t.people.offerOthers}
          </button>
        )}
        {snapshot.canContinue && !people.isFull() && (
          <button
            type="button"
            className={`${ui.button} ${ui.primary}`}
            data-testid="continue-person"
            aria-label={named(t.room.continue)}
            onClick={() => people.continue(peer)}
          >
            {t.room.continue}
          </button>
        )}
        <button
          type="button"
          className={`${ui.button} ${ui.quiet}`}
          data-testid={here ? 'send-away' : 'forget-person'}
          aria-label={named(here ? t.people.sendAway : t.people.forget)}
          onClick={() => (here ? people.sendAway(peer) : people.forget(peer))}
        >
          {here ? t.people.sendAway : t.people.forget}
        </button>
      </div>
    </li>
  );
}
