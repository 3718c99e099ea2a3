'use client';
import { useCallback, useEffect, useRef, useState } from 'react';
import { parseLink } from '../../../lib/session/pairing/link.ts';
import { replaceAddress } from '../kit/address.ts';

/**
 * The link's secret: read once, then taken out of the address bar and the history, so that it is not shown,
 * shared or restored by accident. A page that was open already gets it through `hashchange`.
 */
export function useFragment(): [fragment: string | undefined, forget: () => void, holds: () => boolean] {
  const [fragment, setFragment] = useState<string>();
  const held = useRef(false);
  useEffect(() => {
    const take = () => {
      const { hash, pathname, search } = window.location;
      if (parseLink(hash) === undefined) return;
      replaceAddress(pathname + search);
      held.current = true;
      setFragment(hash);
    };
    take();
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);
  const forget = useCallback(() => setFragment(undefined), []);
  /** Whether the page was opened with a link: the person means that room, not the last one. */
  const holds = useCallback(() => held.current, []);
  return [fragment, forget, holds];
}
