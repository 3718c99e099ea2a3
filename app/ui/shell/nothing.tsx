'use client';
/** What a page without content shows. */
import Link from 'next/link';
import { useText } from '../../text/text.tsx';
import ui from '../kit/ui.module.css';

export function Nothing() {
  const { t } = useText();
  return (
    <div className={ui.page}>
      <h1 className={ui.title}>{t.app.notFound}</h1>
      <Link href="/">{t.app.home}</Link>
    </div>
  );
}
