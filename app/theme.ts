/**
 * Light or dark, where a person wants another than the system's. The colours follow `data-theme` in
 * tokens.css.
 */
import type { Theme } from '../lib/store/settings.ts';

/**
 * Runs before the first paint, so that the other colours are never seen. Inline: its hash is in the content
 * policy.
 */
export const THEME_SCRIPT =
  "try{var t=JSON.parse(localStorage.getItem('tessera.settings')||'{}').theme;if(t==='light'||t==='dark')document.documentElement.dataset.theme=t}catch(e){}";

export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
