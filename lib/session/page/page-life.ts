/**
 * Calls back when the page goes away, perhaps into the back-forward cache, and when it returns from there.
 *
 * @returns ends the watch
 */
export function watchPageLife(hides: () => void, returns: () => void): () => void {
  const onShow = ({ persisted }: PageTransitionEvent): void => {
    if (persisted) returns();
  };
  addEventListener('pagehide', hides);
  addEventListener('pageshow', onShow);
  return () => {
    removeEventListener('pagehide', hides);
    removeEventListener('pageshow', onShow);
  };
}
