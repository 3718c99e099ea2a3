'use client';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { lazy, type ReactNode, useEffect, useState, useSyncExternalStore } from 'react';
import { useStore } from '../../../lib/store/use-store.ts';
import { basePath } from '../../base-path.ts';
import { restoreSettings, settings } from '../../settings.ts';
import { LANGUAGES } from '../../text/languages.ts';
import { TextProvider, useText } from '../../text/text.tsx';
import { applyTheme } from '../../theme.ts';
import { getUnderway, subscribeUnderway } from '../../underway.ts';
import { Part } from '../kit/part.tsx';
import { keepFocus } from './keep-focus.ts';
import { Mark } from './mark.tsx';
import { UnderwayNotice } from './underway-notice.tsx';
import css from './shell.module.css';

const SettingsDialog = lazy(() =>
  import('./settings-dialog.tsx').then(({ SettingsDialog }) => ({ default: SettingsDialog })),
);

/** What is on every page: the way home, the two rooms, the language. */
export function Shell({ children }: { children: ReactNode }) {
  useEffect(() => {
    restoreSettings();
    void registerOfflineShell();
    void sweepLeftovers();
    return keepFocus(document);
  }, []);
  return (
    <TextProvider>
      <Frame>{children}</Frame>
    </TextProvider>
  );
}

function Frame({ children }: { children: ReactNode }) {
  const { t, language } = useText();
  const [settingsOpen, setSettingsOpen] = useState(false);
  const theme = useStore(settings, (state) => state.theme);
  useEffect(() => applyTheme(theme), [theme]);
  const path = usePathname();
  const here = (to: string) => (path.startsWith(to) ? 'page' : undefined);
  const { sender, receiver } = useSyncExternalStore(subscribeUnderway, getUnderway, getUnderway);
  // A first visit carries no neighbours. A session needs them at hand: a walk that a server which is gone
  // does not answer would load the page anew and end it.
  const prefetch = sender.open || receiver.open ? null : false;
  return (
    <>
      <a className={css.skip} href="#content">
        {t.app.skip}
      </a>
      <header className={css.header}>
        <Link href="/" className={css.brand} prefetch={prefetch}>
          <Mark />
          <span>Tessera</span>
        </Link>
        <nav className={css.nav}>
          <Link href="/send/" aria-current={here('/send')} prefetch={prefetch}>
            {t.app.send}
          </Link>
          <Link href="/receive/" aria-current={here('/receive')} prefetch={prefetch}>
            {t.app.receive}
          </Link>
          <Link href="/lab/" aria-current={here('/lab')} className={css.aside} prefetch={false}>
            {t.app.lab}
          </Link>
        </nav>
      </header>
      <UnderwayNotice />
      <main id="content" className={css.main}>
        {children}
      </main>
      <footer className={css.footer}>
        <p>
          {t.app.footer}{' '}
          <Link href="/#server" prefetch={false}>
            {t.home.honestyTitle}
          </Link>{' '}
          <Link href="/lab/" prefetch={false}>
            {t.app.lab}
          </Link>{' '}
          <Link href="/about/" prefetch={false}>
            {t.app.about}
          </Link>
        </p>
        <button
          type="button"
          className={css.settings}
          data-testid="open-settings"
          aria-haspopup="dialog"
          onClick={() => setSettingsOpen(true)}
        >
          {t.settings.open}
        </button>
        <label className={css.language}>
          <span>{t.app.language}</span>
          <select
            value={language}
            onChange={(event) => settings.setLanguage(event.target.value)}
            data-testid="language"
          >
            {Object.entries(LANGUAGES).map(([tag, name]) => (
              <option key={tag} value={tag} lang={tag}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </footer>
      {settingsOpen && (
        <Part>
          <SettingsDialog close={() => setSettingsOpen(false)} />
        </Part>
      )}
    </>
  );
}

/** Of earlier visits: what was saved, and what was left for a day. */
async function sweepLeftovers(): Promise<void> {
  try {
    const [{ sweepKept }, { otherOpenTabs }] = await Promise.all([
      import('../../../lib/storage/kept-files.ts'),
      import('../../../lib/session/page/tab.ts'),
    ]);
    await sweepKept(await otherOpenTabs());
    if ((await indexedDB.databases()).length === 0) return;
    const { sweepOutbox } = await import('../../../lib/storage/kept-outbox.ts');
    await sweepOutbox();
  } catch {
    // The next page does it.
  }
}

/** Only the exported pages have one; a developer's server would serve yesterday's code from it. */
async function registerOfflineShell(): Promise<void> {
  if (process.env.NODE_ENV !== 'production' || !('serviceWorker' in navigator)) return;
  try {
    await navigator.serviceWorker.register(`${basePath}/sw.js`, {
      updateViaCache: 'none',
    });
  } catch {
    // Plain http beyond localhost, or switched off: the page works, only not offline.
  }
}
