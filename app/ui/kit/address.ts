/** The address bar, changed without a navigation. */

/**
 * Puts `url` in place of the page's address. Next's router keeps the address that it last knew, and writes it
 * back at its next change, a link's secret included. It learns of this one from a call whose state is not its
 * own (https://nextjs.org/docs/app/getting-started/linking-and-navigating#native-history-api), and listens
 * once its effects have run, which is after those of the page.
 */
export function replaceAddress(url: string): void {
  window.history.replaceState(window.history.state, '', url);
  queueMicrotask(() => window.history.replaceState(null, '', url));
}
