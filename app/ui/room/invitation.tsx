'use client';
import { lazy } from 'react';
import type { Room } from '../../../lib/session/model.ts';
import { useText } from '../../text/text.tsx';
import { Notice } from '../kit/notice.tsx';
import { Part } from '../kit/part.tsx';
import css from './room-card.module.css';
import ui from '../kit/ui.module.css';
import { useCopy } from '../kit/use-copy.ts';
import { useFact } from '../kit/use-fact.ts';

const Qr = lazy(() => import('./qr.tsx').then(({ Qr }) => ({ default: Qr })));

interface Props {
  room: Room;
  openRoom: () => void;
  closeRoom: () => void;
}

/** What is passed on to the other side: code, link and QR picture of a room. */
export function Invitation({ room, openRoom, closeRoom }: Props) {
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
      {here && <Notice kind="warn">{t.room.onlyHere}</Notice>}
      <div className={css.qr}>
        <div className={css.square}>
          <Part>
            <Qr text={room.link} label={t.room.qr(room.code)} />
          </Part>
        </div>
        <div>
          {!here && <p>{t.room.qrHint}</p>}
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
      <p className={`${ui.soft} ${ui.small}`}>{t.room.stays}</p>
      <div className={ui.row}>
        <button
          type="button"
          className={`${ui.button} ${ui.quiet}`}
          data-testid="new-code"
          onClick={openRoom}
        >
          {t.room.newCode}
        </button>
        <button
          type="button"
          className={`${ui.button} ${ui.quiet}`}
          data-testid="close-room"
          onClick={closeRoom}
        >
          {t.room.close}
        </button>
      </div>
    </div>
  );
}

/** A link that leads every device to itself (RFC 6761, RFC 1122). */
function isThisMachine(link: string): boolean {
  const { hostname } = new URL(link);
  return /(?:^|\.)localhost$|^127\.|^\[::1\]$/.test(hostname);
}
