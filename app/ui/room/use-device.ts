'use client';
/** What a page asks of the device while pictures cross: the screen, the tab, notifications. */
import { useEffect, useRef, useState } from 'react';
import type { SessionSnapshot, TransferSnapshot } from '../../../lib/session/model.ts';
import { useText } from '../../text/text.tsx';
import { receiverWords } from '../transfer/state-words.ts';
import { isolate } from './session-options.ts';
import { useFact } from '../kit/use-fact.ts';

/**
 * Keeps the screen on while pictures move: by a wake lock, or where there is none (plain http, old browsers)
 * by a film that plays unseen. Returns false where the browser does neither, so that the page can say so.
 */
export function useWakeLock(active: boolean): boolean {
  const able = useFact(() => 'wakeLock' in navigator, true);
  const [plays, setPlays] = useState(true);
  useEffect(() => {
    if (!active || 'wakeLock' in navigator) return undefined;
    let over = false;
    let end: (() => void) | undefined;
    const play = async () => {
      const { playStill } = await import('./still-film.ts');
      end = await playStill();
      if (over) end();
    };
    play().then(
      () => setPlays(true),
      () => setPlays(false),
    );
    return () => {
      over = true;
      end?.();
    };
  }, [active]);
  useEffect(() => {
    if (!active || !('wakeLock' in navigator)) return undefined;
    let lock: WakeLockSentinel | undefined;
    let over = false;
    const take = async () => {
      if (document.visibilityState !== 'visible') return;
      try {
        const taken = await navigator.wakeLock.request('screen');
        if (over) void taken.release();
        else lock = taken;
      } catch {
        // Low battery or a policy: the transfer itself does not depend on it.
      }
    };
    // The browser takes the lock away when the page is hidden.
    const again = () => void take();
    document.addEventListener('visibilitychange', again);
    void take();
    return () => {
      over = true;
      document.removeEventListener('visibilitychange', again);
      void lock?.release();
    };
  }, [active]);
  return able || plays;
}

/**
 * What a screen reader should hear: each picture's change of state, once. The connection has a live region of
 * its own.
 */
export function useAnnouncement(snapshot: SessionSnapshot | undefined): string {
  const { t } = useText();
  const known = useRef(new Map<string, string>());
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (!snapshot) return;
    let last: TransferSnapshot | undefined;
    for (const transfer of snapshot.transfers) {
      const { id, state } = transfer;
      if (known.current.get(id) === state) continue;
      known.current.set(id, state);
      // Of two hundred pictures at once, the last one represents all.
      if (state !== 'verifying') last = transfer;
    }
    if (last === undefined) return;
    const words = snapshot.role === 'sender' ? t.senderStates[last.state] : receiverWords(t, last);
    // A change has to be compared with what was said before: that is what the effect is for.
    // oxlint-disable-next-line react/set-state-in-effect
    setSaid(t.announce.transfer(isolate(last.name), words));
  }, [snapshot, t]);
  return said;
}
