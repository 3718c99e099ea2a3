'use client';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useSyncExternalStore } from 'react';
import { useText } from '../../text/text.tsx';
import { getUnderway, subscribeUnderway } from '../../underway.ts';
import css from './shell.module.css';

/** On any other page than its own: what goes on, and the way back to it. */
export function UnderwayNotice() {
  const { t } = useText();
  const path = usePathname();
  const { sender, receiver } = useSyncExternalStore(subscribeUnderway, getUnderway, getUnderway);
  return (
    <>
      {sender.open && !path.startsWith('/send') && (
        <p className={css.underway} data-testid="underway-send">
          {t.app.sendingGoesOn} <Link href="/send/">{t.app.backToIt}</Link>
        </p>
      )}
      {receiver.open && !path.startsWith('/receive') && (
        <p className={css.underway} data-testid="underway-receive">
          {t.app.receivingGoesOn} <Link href="/receive/">{t.app.backToIt}</Link>
        </p>
      )}
    </>
  );
}
