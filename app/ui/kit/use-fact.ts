'use client';
import { useSyncExternalStore } from 'react';

const never = () => () => undefined;

/** A fact of this browser, unknown in the prerendered page: `before` is used until the page runs. */
export function useFact<T extends boolean | string>(ask: () => T, before: T): T {
  return useSyncExternalStore(never, ask, () => before);
}
