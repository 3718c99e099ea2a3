/**
 * A pressed button often goes away with what it was for, and the focus with it: a keyboard would begin again
 * at the top of the page, and a screen reader would say nothing. Then the nearest part of the page that is
 * still there takes it.
 */

/** A part that may take the focus; inside it `data-takes-focus` marks what is to have it instead. */
const KEEPER = '[data-keeps-focus]';
const TAKER = '[data-takes-focus]';

/** @returns ends it */
export function keepFocus(page: Document): () => void {
  let last: HTMLElement | undefined;
  let keepers: HTMLElement[] = [];
  /** The one that took it: what is to have the focus may come into it only later. */
  let keeper: HTMLElement | undefined;

  const give = (to: HTMLElement) =>
    (to.querySelector<HTMLElement>(TAKER) ?? to).focus({ preventScroll: true });

  const remember = ({ target }: FocusEvent) => {
    if (!(target instanceof HTMLElement)) return;
    last = target;
    keepers = [];
    for (let at = target.closest<HTMLElement>(KEEPER); at; at = at.parentElement?.closest(KEEPER) ?? null)
      keepers.push(at);
  };
  // The person left it; a button that is gone, or switched off while it works, was not left. One that is
  // being taken away says so while it is still there (Chromium).
  const forget = ({ target }: FocusEvent) => {
    queueMicrotask(() => {
      if (last === target && last?.isConnected && !last.matches(':disabled')) last = undefined;
    });
  };
  const changes = new MutationObserver(() => {
    if (keeper !== undefined && page.activeElement === keeper) give(keeper);
    if (last === undefined || page.activeElement !== page.body) return;
    if (last.isConnected) {
      if (!last.matches(':disabled')) last.focus({ preventScroll: true });
      return;
    }
    keeper = keepers.find(({ isConnected }) => isConnected);
    last = undefined;
    if (keeper) give(keeper);
  });
  page.addEventListener('focusin', remember);
  page.addEventListener('focusout', forget);
  changes.observe(page.body, {
    childList: true,
    subtree: true,
    attributeFilter: ['disabled', 'data-takes-focus'],
  });
  return () => {
    page.removeEventListener('focusin', remember);
    page.removeEventListener('focusout', forget);
    changes.disconnect();
  };
}
