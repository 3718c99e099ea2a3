/** What a session is made with, out of settings and address. */
import type { Role, SessionOptions } from '../../../lib/session/model.ts';
import { nameToSend } from '../../../lib/store/settings.ts';
import { basePath } from '../../base-path.ts';
import { restoreSettings, settings } from '../../settings.ts';

/**
 * Pages on a plain file host name their signaling server in a tag of their head (`finishExport`); otherwise
 * it is where they are themselves.
 */
export function sessionOptions(role: Role): SessionOptions {
  restoreSettings();
  const state = settings.getState();
  const here = window.location.origin + basePath;
  const elsewhere = document.querySelector<HTMLMetaElement>('meta[name="tessera-signaling"]')?.content;
  return {
    server: elsewhere ?? here,
    // Whoever follows a link does the other half.
    page: `${here}/${role === 'sender' ? 'receive' : 'send'}/`,
    name: nameToSend(state),
    relayOnly: state.relayOnly,
  };
}

/** A name from the other side keeps its writing direction to itself (Unicode first-strong isolate). */
export function isolate(name: string): string {
  return `\u2068${name}\u2069`;
}
