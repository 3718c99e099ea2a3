'use client';
import { useSyncExternalStore } from 'react';

const never = () => () => undefined;

/** Something true of this browser, unknown in the prerendered page: `before` is used until the page runs. */
export function useFact(ask: () => boolean, before = false): boolean {
  return useSyncExternalStore(never, ask, () => before);
}
