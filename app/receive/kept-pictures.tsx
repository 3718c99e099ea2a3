'use client';
import { lazy, useCallback, useEffect, useMemo, useState } from 'react';
import { rememberAccepted } from '../../lib/session/page/accepted-memory.ts';
import { otherOpenTabs } from '../../lib/session/page/tab.ts';
import { type Kept, listKept, removeKept } from '../../lib/storage/kept-files.ts';
import { senderOf } from '../../lib/storage/kept-names.ts';
import { Part } from '../ui/kit/part.tsx';

/** Most visits find nothing. */
const KeptList = lazy(() => import('./kept-list.tsx'));

const nothing: Kept = { finished: [], unfinished: [] };

/** As it was when this page was loaded: what a session receives meanwhile is the session's. */
let atLoad: Promise<Kept> | undefined;

/** What another open tab received is still shown there, and so is whatever it is receiving: no leftovers. */
async function leftBehind(): Promise<Kept> {
  const [kept, open] = await Promise.all([listKept(), otherOpenTabs()]);
  const closed = ({ tab }: { tab: string }): boolean => !open.has(tab);
  return { finished: kept.finished.filter(closed), unfinished: kept.unfinished.filter(closed) };
}

/**
 * Pictures that were received before this page was loaded. Those of this tab are back at once; of others,
 * which another person at this computer may have received, there is a line and two buttons.
 */
export function KeptPictures({
  tab,
  busy,
  accepted,
  removed,
  shows,
}: {
  tab: string;
  /** A session of this tab is looking for its sender: what it goes on with is no leftover. */
  busy: boolean;
  /** Digests of what was accepted in the session: parts of it are the session's. */
  accepted: () => ReadonlySet<string | undefined>;
  /** Some were: there is more room. */
  removed?: () => void;
  /** Whether pictures are shown, at each change. */
  shows?: (any: boolean) => void;
}) {
  const [kept, setKept] = useState(nothing);
  const [all, setAll] = useState(false);

  useEffect(() => {
    let current = true;
    atLoad ??= leftBehind();
    void atLoad.then((found) => current && setKept(found));
    return () => {
      current = false;
    };
  }, []);

  const change = useCallback((how: (kept: Kept) => Kept) => {
    atLoad = (atLoad ?? leftBehind()).then(how);
    void atLoad.then(setKept);
  }, []);
  const throwAway = useCallback(
    async (ids: readonly string[]) => {
      for (const part of kept.unfinished)
        // Offered again, it is another question.
        if (ids.includes(part.id)) rememberAccepted({ ...part, from: senderOf(part.id) }, false);
      // Another tab may have gone on with a part, and made it whole: then it is that tab's.
      const whole = new Set((await listKept()).finished.map(({ id }) => id));
      const grown = kept.unfinished.filter(({ id }) => whole.has(id)).map(({ id }) => id);
      await removeKept(ids.filter((id) => !grown.includes(id)));
      removed?.();
      const { finished, unfinished } = await listKept();
      const left = new Set([...finished, ...unfinished].map(({ id }) => id));
      change((before) => ({
        finished: before.finished.filter(({ id }) => left.has(id)),
        unfinished: before.unfinished.filter(({ id }) => left.has(id)),
      }));
    },
    [change, kept, removed],
  );
  const parted = kept.unfinished.length > 0;
  const taken = useMemo(() => (parted ? accepted() : new Set()), [parted, accepted]);
  const goesOn = kept.unfinished.some(({ sha256 }) => taken.has(sha256));
  useEffect(() => {
    if (!goesOn) return;
    change(({ finished, unfinished }) => ({
      finished,
      unfinished: unfinished.filter(({ sha256 }) => !taken.has(sha256)),
    }));
  }, [goesOn, taken, change]);

  const shown = kept.finished.filter((one) => all || one.tab === tab);
  const any = shown.length > 0;
  useEffect(() => shows?.(any), [shows, any]);
  const others = kept.finished.filter((one) => !all && one.tab !== tab);
  const left = kept.unfinished.filter((one) => !(busy && one.tab === tab));
  const parts = left.filter((one) => all || one.tab === tab);
  const otherParts = left.filter((one) => !all && one.tab !== tab);
  if (!any && others.length + left.length === 0) return null;
  return (
    <Part>
      <KeptList
        shown={shown}
        parts={parts}
        others={others}
        otherParts={otherParts}
        throwAway={throwAway}
        showAll={() => setAll(true)}
      />
    </Part>
  );
}
