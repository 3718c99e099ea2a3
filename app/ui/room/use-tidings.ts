'use client';
import { useEffect, useMemo, useRef } from 'react';
import type { SessionSnapshot } from '../../../lib/session/model.ts';
import { badgeOf, signalOf, type Tidings, tidingsOf } from '../../../lib/store/tidings.ts';
import { settings } from '../../settings.ts';
import { useText } from '../../text/text.tsx';

/** Until the icon of an installed app counts what is offered (ms). */
const SETTLED_MS = 200;

const canMark = (): boolean => 'setAppBadge' in navigator;

/** Says in the tab's title and icon how far it is, and gives the signals that the person asked for. */
export function useTidings(snapshot: SessionSnapshot | undefined): void {
  const { t, f } = useText();
  const transfers = snapshot?.transfers;
  const pictures = useMemo(() => tidingsOf(transfers ?? []), [transfers]);
  const visitors = snapshot?.visitors?.length ?? 0;
  const tidings: Tidings = visitors > 0 ? { kind: 'visitors', count: visitors } : pictures;
  const before = useRef<Tidings>({ kind: 'nothing' });
  const said =
    tidings.kind === 'visitors'
      ? t.tidings.visitor
      : tidings.kind === 'offered'
        ? t.tidings.offered(tidings.count)
        : tidings.kind === 'moving'
          ? f.percent(tidings.percent)
          : tidings.kind === 'done'
            ? `✓ ${f.number(tidings.count)}`
            : '';
  const badge = badgeOf(tidings);

  useEffect(() => {
    if (said === '') return undefined;
    const mark = `${said} · `;
    document.title = mark + document.title;
    return () => {
      // Another page may have put its own title there meanwhile, and the other way its own mark before this.
      document.title = document.title.replace(mark, '');
    };
  }, [said]);

  useEffect(() => {
    if (badge === '') return undefined;
    let current = true;
    let undo: (() => void) | undefined;
    void import('./tab-icon.ts').then(
      ({ markIcon }) => {
        if (current) undo = markIcon(badge);
      },
      () => undefined,
    );
    return () => {
      current = false;
      undo?.();
    };
  }, [badge]);

  const count = tidings.kind === 'offered' || tidings.kind === 'visitors' ? tidings.count : 0;
  const marks = count > 0 && canMark();
  useEffect(() => {
    if (!marks) return undefined;
    // An album's offers arrive one by one, and each change of the icon costs the page milliseconds.
    const timer = setTimeout(() => void navigator.setAppBadge(count).catch(() => undefined), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [marks, count]);
  useEffect(() => {
    if (!marks) return undefined;
    return () => void navigator.clearAppBadge().catch(() => undefined);
  }, [marks]);

  const role = snapshot?.role;
  useEffect(() => {
    const signal = role && signalOf(role, before.current, pictures);
    before.current = pictures;
    if (signal === 'offered' && pictures.kind === 'offered') give(t.tidings.offered(pictures.count));
    else if (signal === 'done') give(role === 'sender' ? t.tidings.sent : t.tidings.received);
  }, [role, pictures, t]);

  const waited = useRef(0);
  useEffect(() => {
    if (visitors > waited.current) give(t.tidings.visitor);
    waited.current = visitors;
  }, [visitors, t]);
}

/** The signals that the person asked for, if any. */
function give(words: string): void {
  const { notify, sound, vibrate } = settings.getState();
  if (!(notify || sound || vibrate)) return;
  void import('./signals.ts').then(
    (signals) => signals.give({ notify, sound, vibrate }, words),
    () => undefined,
  );
}
