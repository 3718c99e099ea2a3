/** The React binding: everything else in this folder runs without React. */
import { useSyncExternalStore } from 'react';
import type { StoreApi } from 'zustand/vanilla';

/** Re-renders when the selected part changes identity; select values, do not build new ones. */
export function useStore<S, T>(store: StoreApi<S>, select: (state: S) => T): T {
  return useSyncExternalStore(
    store.subscribe,
    () => select(store.getState()),
    () => select(store.getInitialState()),
  );
}
