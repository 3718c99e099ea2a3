/** The page's colours for what is painted on a canvas. */

/** A colour of tokens.css as it is now: `light-dark()` and variables resolved. */
export function colourOf(name: `--${string}`): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Calls back when the colours change, by the system or by the setting. Returns what stops it. */
export function onColoursChange(changed: () => void): () => void {
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', changed);
  const setting = new MutationObserver(changed);
  setting.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    system.removeEventListener('change', changed);
    setting.disconnect();
  };
}
