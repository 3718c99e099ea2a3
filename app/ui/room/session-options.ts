import type { SessionOptions } from '../../../lib/session/model.ts';
import { nameToSend } from '../../../lib/store/settings.ts';
import { restoreSettings, settings } from '../../settings.ts';

/**
 * Pages on a plain file host name their signaling server at build time; otherwise it is the page's own
 * origin.
 */
export function sessionOptions(): SessionOptions {
  restoreSettings();
  const state = settings.getState();
  return {
    server: process.env.NEXT_PUBLIC_TESSERA_SERVER ?? window.location.origin,
    name: nameToSend(state),
    relayOnly: state.relayOnly,
  };
}

/** A name from the other side keeps its writing direction to itself (Unicode first-strong isolate). */
export function isolate(name: string): string {
  return `\u2068${name}\u2069`;
}
