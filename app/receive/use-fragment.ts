'use client';
import { useEffect, useState } from 'react';
import { parseCode } from '../../lib/session/pairing/code.ts';

/**
 * The link's secret: read once, then taken out of the address bar and the history, so that it is not shown, shared or
 * restored by accident. A page that was open already gets it through `hashchange`.
 */
export function useFragment(): [fragment: string | undefined, forget: () => void] {
  const [fragment, setFragment] = useState<string>();
  useEffect(() => {
    const take = () => {
      const { hash, pathname, search } = window.location;
      if (parseCode(hash).kind !== 'link') return;
      window.history.replaceState(window.history.state, '', pathname + search);
      setFragment(hash);
    };
    take();
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);
  return [fragment, () => setFragment(undefined)];
}
