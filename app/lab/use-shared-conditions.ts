'use client';
/** The experiment in the address, so that a link can share it. */
import { useEffect } from 'react';
import { decodeConditions, encodeConditions } from '../../lib/lab/conditions.ts';
import type { Laboratory } from '../../lib/lab/laboratory.ts';
import { replaceAddress } from '../ui/kit/address.ts';

/**
 * Browsers refuse more than a hundred changes of the address in half a minute; a dragged slider would make
 * them.
 */
const SETTLE_MS = 300;

/** The address always holds the experiment on view, and a link that holds one brings it back. */
export function useSharedConditions(lab: Laboratory): void {
  useEffect(() => {
    const take = () => {
      if (window.location.hash.length > 1) lab.change(decodeConditions(window.location.hash));
    };
    take();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let written = encodeConditions(lab.store.getState().conditions);
    const stop = lab.store.subscribe(({ conditions }) => {
      const fragment = encodeConditions(conditions);
      if (fragment === written) return;
      written = fragment;
      clearTimeout(timer);
      timer = setTimeout(() => replaceAddress(`#${fragment}`), SETTLE_MS);
    });
    window.addEventListener('hashchange', take);
    return () => {
      clearTimeout(timer);
      stop();
      window.removeEventListener('hashchange', take);
    };
  }, [lab]);
}

/** The address of the experiment on view, whatever the address bar shows. */
export function linkTo(lab: Laboratory): string {
  const { origin, pathname } = window.location;
  return `${origin}${pathname}#${encodeConditions(lab.store.getState().conditions)}`;
}
