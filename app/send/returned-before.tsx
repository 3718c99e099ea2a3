'use client';
import { useCallback, useEffect, useState } from 'react';
import { holdTab, tabName } from '../../lib/session/page/tab.ts';
import { acceptedDigests } from '../../lib/store/receive-store.ts';
import { useStore } from '../../lib/store/use-store.ts';
import { KeptPictures } from '../receive/kept-pictures.tsx';
import { returns } from './sender-store.ts';

/** What was sent back to this tab before its page was loaded anew. */
export default function ReturnedBefore({ busy }: { busy: boolean }) {
  const [tab, setTab] = useState<string>();
  const [taken, setTaken] = useState(() => acceptedDigests());
  const stores = useStore(returns, (all) => all);
  useEffect(() => void holdTab().then(() => setTab(tabName())), []);
  useEffect(() => {
    const look = (): void => {
      const now = acceptedDigests(stores.flatMap(({ store }) => store.getState().snapshot?.transfers ?? []));
      setTaken((before) => (before.size === now.size ? before : now));
    };
    const ends = stores.map(({ store }) => store.subscribe(look));
    return () => {
      for (const end of ends) end();
    };
  }, [stores]);
  const accepted = useCallback(() => taken, [taken]);
  return tab === undefined ? null : <KeptPictures tab={tab} busy={busy} accepted={accepted} />;
}
