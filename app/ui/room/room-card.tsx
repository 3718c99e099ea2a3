'use client';
import { type ComponentType, lazy, useState } from 'react';
import { canConnect } from '../../../lib/session/can-connect.ts';
import { hasDevices } from '../../../lib/session/devices/has-devices.ts';
import type { DeviceCall, Role, SessionSnapshot } from '../../../lib/session/model.ts';
import { useText } from '../../text/text.tsx';
import { Connection } from './connection.tsx';
import type { EnterFormProps } from './enter-form.tsx';
import { Invitation } from './invitation.tsx';
import { mayRemember } from './may-remember.ts';
import { NameField, RelayOnlyField } from '../kit/fields.tsx';
import { Notice, ProblemNotice } from '../kit/notice.tsx';
import { Part } from '../kit/part.tsx';
import css from './room-card.module.css';
import ui from '../kit/ui.module.css';
import { useFact } from '../kit/use-fact.ts';

const Devices = lazy(() => import('./devices.tsx'));
const RememberDevice = lazy(() => import('./remember-device.tsx'));

/** Ends an address of the receiving page whose visitor wants to show a code there. */
const SHOW = '#show';

interface Props {
  side: Role;
  snapshot: SessionSnapshot | undefined;
  /** The session's code is still loading. */
  busy: boolean;
  broken: boolean;
  /** From the address the page was opened with; nothing is sent before Join is pressed. */
  fragment: string | undefined;
  forgetFragment: () => void;
  /** They are about to press Join; called as often as one likes. */
  aboutToJoin: () => void;
  /** Looks once more for the other side of a session that was given up. */
  goOn: () => void;
  openRoom: () => void;
  closeRoom: () => void;
  /** Ends what goes on with the other side; `undefined`: that is done elsewhere. */
  hangUp: (() => void) | undefined;
  join: (code: string) => void;
  /** A remembered device is there. */
  call: (call: DeviceCall) => Promise<void>;
  remember: (wanted: boolean) => void;
  /** Where a code is entered: loaded with the page that begins with it, later by the other. */
  Enter: ComponentType<EnterFormProps>;
}

/**
 * Meets the other side: a name, then a code to pass on or one to enter, then who is there. Either page can do
 * either; a sender begins with showing a code, a receiver with entering one.
 */
export function RoomCard(props: Props) {
  const { side, snapshot, busy, broken, fragment, openRoom, Enter } = props;
  const { t } = useText();
  const [chosen, setChosen] = useState<'show' | 'enter'>();
  const state = snapshot?.connection;
  const able = useFact(canConnect, true);
  const shows = useFact(() => window.location.hash === SHOW, false);
  const over = state === 'closed' || state === 'failed';
  const asks = state === undefined || over;
  const met = state === 'connected' || state === 'reconnecting';
  const remembers = useFact(hasDevices, false);
  const room = met ? undefined : snapshot?.room;
  // A room that is open is shown, also where another page of this tab has opened it.
  const showsFirst = side === 'sender' || shows || room !== undefined;
  const way = fragment === undefined ? (chosen ?? (showsFirst ? 'show' : 'enter')) : 'enter';
  const show = () => {
    props.forgetFragment();
    setChosen('show');
    if (room === undefined) openRoom();
  };
  const title = met ? t.room.title : way === 'show' ? t.room.stepSend : t.room.stepJoin;
  return (
    <section className={ui.card} aria-label={title} tabIndex={-1} data-keeps-focus>
      <h2 className={`${ui.subtitle} ${ui.row}`}>
        {side === 'sender' && (
          <span className={ui.step} aria-hidden="true">
            1
          </span>
        )}
        {title}
      </h2>
      <Connection
        snapshot={snapshot}
        idle={t.connection.closed}
        goOn={props.goOn}
        leave={met || snapshot?.waitsAtDoor ? props.hangUp : undefined}
      />
      {snapshot && mayRemember(snapshot) && (
        <Part>
          <RememberDevice snapshot={snapshot} remember={props.remember} />
        </Part>
      )}
      {!able && <ProblemNotice problem={{ code: 'webrtc-missing' }} />}
      {able && remembers && (
        <Part fallback={<div className={css.devices} />}>
          <Devices side={side} call={props.call} busy={met || state === 'connecting'} />
        </Part>
      )}
      {asks && !room && able && way === 'show' && (
        <form
          className={css.form}
          onSubmit={(event) => {
            event.preventDefault();
            openRoom();
          }}
        >
          {!over && (
            <>
              <NameField />
              <RelayOnlyField />
            </>
          )}
          <button
            type="submit"
            className={`${ui.button} ${ui.primary} ${ui.wide}`}
            data-testid={over ? 'new-code' : 'open-room'}
            disabled={busy}
          >
            {busy ? t.room.opening : over ? t.room.newCode : t.room.open}
          </button>
        </form>
      )}
      {able && way === 'enter' && !met && (
        <Part>
          <Enter
            asks={(asks && !busy) || room !== undefined}
            fragment={fragment}
            forgetFragment={props.forgetFragment}
            aboutToJoin={props.aboutToJoin}
            join={props.join}
          />
        </Part>
      )}
      {room && way === 'show' && <Invitation room={room} openRoom={openRoom} closeRoom={props.closeRoom} />}
      {able && !busy && (asks || room) && (
        <button
          type="button"
          className={`${ui.button} ${ui.quiet}`}
          data-testid={way === 'show' ? 'enter-code' : 'show-code'}
          onClick={way === 'show' ? () => setChosen('enter') : show}
        >
          {way === 'show' ? t.room.enterCode : t.room.showCode}
        </button>
      )}
      {broken && <Notice kind="bad">{t.app.broken}</Notice>}
    </section>
  );
}
