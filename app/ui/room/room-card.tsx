'use client';
import { lazy } from 'react';
import { canConnect } from '../../../lib/session/can-connect.ts';
import type { Room, SessionSnapshot } from '../../../lib/session/model.ts';
import { useText } from '../../text/text.tsx';
import { Connection } from './connection.tsx';
import { NameField, RelayOnlyField } from '../kit/fields.tsx';
import { Notice, ProblemNotice } from '../kit/notice.tsx';
import { Part } from '../kit/part.tsx';
import css from './room-card.module.css';
import ui from '../kit/ui.module.css';
import { useCopy } from '../kit/use-copy.ts';
import { useFact } from '../kit/use-fact.ts';

const Qr = lazy(() => import('./qr.tsx').then(({ Qr }) => ({ default: Qr })));

interface Props {
  snapshot: SessionSnapshot | undefined;
  opening: boolean;
  broken: boolean;
  openRoom: () => void;
}

/** The sender's room: a name, then a code to pass on, then who joined. */
export function RoomCard({ snapshot, opening, broken, openRoom }: Props) {
  const { t } = useText();
  const state = snapshot?.connection;
  const able = useFact(canConnect, true);
  const over = state === 'closed' || state === 'failed';
  return (
    <section className={ui.card} aria-label={t.room.stepSend} tabIndex={-1} data-keeps-focus>
      <h2 className={`${ui.subtitle} ${ui.row}`}>
        <span className={ui.step} aria-hidden="true">
          1
        </span>
        {state === 'connected' || state === 'reconnecting' ? t.room.title : t.room.stepSend}
      </h2>
      <Connection snapshot={snapshot} idle={t.connection.closed} />
      {!able && <ProblemNotice problem={{ code: 'webrtc-missing' }} />}
      {!snapshot && able && (
        <form
          className={css.form}
          onSubmit={(event) => {
            event.preventDefault();
            openRoom();
          }}
        >
          <NameField />
          <RelayOnlyField />
          <button
            type="submit"
            className={`${ui.button} ${ui.primary} ${ui.wide}`}
            data-testid="open-room"
            disabled={opening}
          >
            {opening ? t.room.opening : t.room.open}
          </button>
          {broken && <Notice kind="bad">{t.app.broken}</Notice>}
        </form>
      )}
      {snapshot?.room && state === 'waiting' && <Invitation room={snapshot.room} openRoom={openRoom} />}
      {over && (
        <button
          type="button"
          className={`${ui.button} ${ui.primary} ${ui.wide}`}
          data-testid="new-code"
          onClick={openRoom}
        >
          {t.room.newCode}
        </button>
      )}
    </section>
  );
}

function Invitation({ room, openRoom }: { room: Room; openRoom: () => void }) {
  const { t, f } = useText();
  const { copy, said } = useCopy();
  const here = isThisMachine(room.link);
  const canShare = useFact(() => 'share' in navigator, false);

  return (
    <div className={css.invitation}>
      <p>{t.room.tellThem}</p>
      <output
        className={css.code}
        data-testid="room-code"
        aria-label={t.room.code}
        translate="no"
        tabIndex={-1}
        data-takes-focus
      >
        {room.code}
      </output>
      <p className={`${ui.soft} ${ui.small}`}>{t.room.expires(f.time(room.expiresAt))}</p>
      <div className={ui.row}>
        <button type="button" className={ui.button} onClick={() => copy(room.code)}>
          {t.room.copyCode}
        </button>
        <button type="button" className={ui.button} onClick={() => copy(room.link)}>
          {t.room.copyLink}
        </button>
        {canShare && (
          <button
            type="button"
            className={ui.button}
            onClick={() => void navigator.share({ url: room.link }).catch(() => undefined)}
          >
            {t.room.shareLink}
          </button>
        )}
      </div>
      <output className={`${ui.small} ${css.said}`}>{said}</output>
      <div className={css.qr}>
        <div className={css.square}>
          <Part>
            <Qr text={room.link} label={t.room.qr(room.code)} />
          </Part>
        </div>
        <div>
          {here ? <Notice kind="warn">{t.room.onlyHere}</Notice> : <p>{t.room.qrHint}</p>}
          <a
            className={`${ui.mono} ${css.link}`}
            data-testid="room-link"
            translate="no"
            href={room.link}
            target="_blank"
            rel="noopener noreferrer"
          >
            {room.link}
          </a>
        </div>
      </div>
      <button type="button" className={`${ui.button} ${ui.quiet}`} data-testid="new-code" onClick={openRoom}>
        {t.room.newCode}
      </button>
    </div>
  );
}

/** A link that leads every device to itself (RFC 6761, RFC 1122). */
function isThisMachine(link: string): boolean {
  const { hostname } = new URL(link);
  return /(?:^|\.)localhost$|^127\.|^\[::1\]$/.test(hostname);
}
