/**
 * Calls back when the page goes away (`forGood`: not into the back-forward cache, though it may be loaded
 * anew), and when it returns from there.
 *
 * @returns ends the watch
 */
export function watchPageLife(hides: (forGood: boolean) => void, returns: () => void): () => void {
  const onHide = ({ persisted }: PageTransitionEvent): void => hides(!persisted);
  const onShow = ({ persisted }: PageTransitionEvent): void => {
    if (persisted) returns();
  };
  addEventListener('pagehide', onHide);
  addEventListener('pageshow', onShow);
  return () => {
    removeEventListener('pagehide', onHide);
    removeEventListener('pageshow', onShow);
  };
}
