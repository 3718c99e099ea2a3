/** Where the browser has it (Chromium): a change from Wi-Fi to mobile need not take the page offline. */
type NetworkInformation = EventTarget & { readonly type?: string };

/**
 * Calls back when this side's network is another one.
 *
 * @returns ends the watch
 */
export function watchNetwork(changed: () => void): () => void {
  const information = (navigator as Navigator & { connection?: NetworkInformation }).connection;
  let type = information?.type;
  // The event also fires when only the estimates of delay and rate are others.
  const onChange = (): void => {
    if (information?.type === type) return;
    type = information?.type;
    changed();
  };
  addEventListener('online', changed);
  information?.addEventListener('change', onChange);
  return () => {
    removeEventListener('online', changed);
    information?.removeEventListener('change', onChange);
  };
}
