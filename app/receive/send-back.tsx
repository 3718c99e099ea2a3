'use client';
import { lazy, type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import type { ProblemCode } from '../../lib/session/model.ts';
import { isMoving } from '../../lib/session/transfer-state.ts';
import { useStore } from '../../lib/store/use-store.ts';
import { useText } from '../text/text.tsx';
import { Part } from '../ui/kit/part.tsx';
import { Notice } from '../ui/kit/notice.tsx';
import ui from '../ui/kit/ui.module.css';
import css from './send-back.module.css';
import { ChoiceDetails } from '../ui/pick/choice-control.tsx';
import { ImageInput } from '../ui/pick/image-input.tsx';
import { useAnnouncement, useWakeLock } from '../ui/room/use-device.ts';
import { useTidings } from '../ui/room/use-tidings.ts';
import { SenderList } from '../ui/transfer/sender-list.tsx';
import { Totals } from '../ui/transfer/totals.tsx';
import { queue, sendBack, sendBackStore } from './send-back-store.ts';

const ReturnedFiles = lazy(() => import('../ui/pick/returned-files.tsx'));

/** Nobody was there. */
const NO_ANSWER: ReadonlySet<ProblemCode> = new Set(['connection-lost', 'peer-left']);

/** Whether some of it is on the screen: on a phone it is below all that was received. */
function useSeen(element: RefObject<HTMLElement | null>): boolean {
  const [seen, setSeen] = useState(true);
  useEffect(() => {
    if (element.current === null) return undefined;
    // Its first line at the lower edge is too little to be of use.
    const watch = new IntersectionObserver((entries) => setSeen(entries.at(-1)?.isIntersecting !== false), {
      rootMargin: '0px 0px -30% 0px',
    });
    watch.observe(element.current);
    return () => watch.disconnect();
  }, [element]);
  return seen;
}

interface Props {
  /** The sender is here, and its page takes pictures. */
  open: boolean;
  /** Its name, kept to its own writing direction. */
  peer: string;
}

/** Pictures for the sender of this page, and what has become of them. */
export default function SendBack({ open, peer }: Props) {
  const { t } = useText();
  const [store] = useState(sendBackStore);
  const [broken, setBroken] = useState(false);
  const { items, missing, snapshot, choice } = useStore(store, (all) => all);
  const transfers = snapshot?.transfers ?? [];
  const moving = transfers.some(isMoving);
  useWakeLock(moving);
  const announcement = useAnnouncement(snapshot);
  useTidings(snapshot);
  const begin = useCallback(() => {
    setBroken(false);
    sendBack().catch(() => setBroken(true));
  }, []);
  useEffect(() => {
    // Held for another person, from before a reload.
    if (open && store.getState().items.length > 0) sendBack().catch(() => undefined);
  }, [open, store]);
  const add = useCallback(
    (files: Iterable<File>) => {
      store.addFiles(files);
      begin();
    },
    [store, begin],
  );
  const addText = useCallback(
    (text: string) => {
      store.addText(text);
      begin();
    },
    [store, begin],
  );
  const failed = broken || (open && snapshot?.connection === 'failed');
  const code = broken ? undefined : snapshot?.problem?.code;
  /** The other page did answer; there is no way to it. */
  const cause = code === undefined || NO_ANSWER.has(code) ? undefined : code;
  const section = useRef<HTMLElement>(null);
  const seen = useSeen(section);
  return (
    <section
      ref={section}
      className={ui.main}
      aria-label={t.companion.title(peer)}
      data-testid="way-back"
      tabIndex={-1}
      data-keeps-focus
    >
      {open && !seen && (
        <button
          type="button"
          className={`${ui.button} ${ui.primary} ${css.jump}`}
          data-testid="to-way-back"
          onClick={() => {
            section.current?.scrollIntoView();
            section.current?.focus({ preventScroll: true });
          }}
        >
          {t.companion.title(peer)}
        </button>
      )}
      {open && (
        <>
          <h2 className={ui.subtitle}>{t.companion.title(peer)}</h2>
          <ImageInput add={add} addText={addText} hint={t.pick.goNow(peer)} />
          <ChoiceDetails choice={choice} change={store.setChoice} />
        </>
      )}
      {failed && (
        <Notice kind="bad">
          <p>{cause === undefined ? t.companion.failed : t.problems[cause]}</p>
          <button type="button" className={ui.button} data-testid="send-back-again" onClick={begin}>
            {t.companion.again}
          </button>
        </Notice>
      )}
      {missing.length > 0 && (
        <Part>
          <ReturnedFiles store={store} missing={missing} openAgain={queue.openAgain} />
        </Part>
      )}
      {items.length > 0 && (
        <>
          <h2 className={ui.subtitle}>{t.companion.yours}</h2>
          <Totals transfers={transfers} cancelAll={store.cancelAll} pauseAll={store.pauseAll} />
          <SenderList items={items} snapshot={snapshot} session={store.session()} store={store} />
        </>
      )}
      <output className={ui.unseen}>{announcement}</output>
    </section>
  );
}
