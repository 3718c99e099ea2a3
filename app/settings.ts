/** The person's settings, one store for all pages. */
import { createSettingsStore } from '../lib/store/settings.ts';

/** One for all pages; restored from the browser's storage once the page is mounted. */
export const settings = createSettingsStore();

let restored = false;

export function restoreSettings(): void {
  if (restored) return;
  restored = true;
  let storage: Storage | undefined;
  try {
    storage = window.localStorage;
  } catch {
    // Blocked by the browser: nothing is remembered, everything else works.
  }
  settings.restore(storage, navigator.userAgent);
}
