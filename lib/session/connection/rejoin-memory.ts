/** What a page keeps through a reload, in session storage: the way back to the other side, and its room. */
import { formatFragment } from '../pairing/code.ts';
import { parseLink } from '../pairing/link.ts';
import { decodeRejoin, encodeRejoin, type RejoinState } from '../pairing/rejoin.ts';
import type { KeptRoom } from './invitation.ts';

const KEY = 'tessera:rejoin:';
/** Which remembered device the other side is. */
const DEVICE_KEY = 'tessera:rejoin-device:';
const ROOM_KEY = 'tessera:room:';
/** Whoever has the link of that room is let in. */
const EVERYONE_KEY = 'tessera:room-everyone:';

/** Storage may be switched off; then a reload ends the session. */
function storage(): Storage | undefined {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}

function keep(key: string, value: string | undefined): void {
  try {
    if (value === undefined) storage()?.removeItem(key);
    else storage()?.setItem(key, value);
  } catch {
    // Full: the same as switched off.
  }
}

/**
 * `name`: the role, and of several people in a room more than that. `device`: name of the other side in the
 * list of remembered devices, if it is one.
 */
export function keepRejoin(name: string, state: RejoinState, device?: string): void {
  keep(KEY + name, encodeRejoin(state));
  keep(DEVICE_KEY + name, device);
}

/** Of this tab's last session of that name; `undefined` where there is none, or no session storage. */
export function recallRejoin(name: string): RejoinState | undefined {
  const text = storage()?.getItem(KEY + name);
  return text == null ? undefined : decodeRejoin(text);
}

/** Which remembered device the other side of that session is; `undefined`: none. */
export function recallRejoinDevice(name: string): string | undefined {
  return storage()?.getItem(DEVICE_KEY + name) ?? undefined;
}

/** No page of this tab goes back to that session. */
export function forgetRejoin(name: string): void {
  storage()?.removeItem(KEY + name);
  storage()?.removeItem(DEVICE_KEY + name);
}

/** The names under which something is kept that begin with this. */
export function rejoinNames(prefix: string): string[] {
  const keys = Object.keys(storage() ?? {});
  return keys.filter((key) => key.startsWith(KEY + prefix)).map((key) => key.slice(KEY.length));
}

export function keepRoom(name: string, { link, token, guesses, sentAway }: KeptRoom): void {
  keep(ROOM_KEY + name, [formatFragment(link), token, guesses, Number(sentAway)].join(' '));
}

/** The room that this tab had open; `undefined` where there was none, or no session storage. */
export function recallRoom(name: string): KeptRoom | undefined {
  const text = storage()?.getItem(ROOM_KEY + name) ?? '';
  const [fragment = '', token = '', guesses, sentAway] = text.split(' ');
  const link = parseLink(fragment);
  return link && { link, token, guesses: Number(guesses), sentAway: Number(sentAway) > 0 };
}

/** Unless another room was kept since. */
export function forgetRoom(name: string, token: string): void {
  if (recallRoom(name)?.token !== token) return;
  keep(ROOM_KEY + name, undefined);
  keep(EVERYONE_KEY + name, undefined);
}

/** With the room of that name. */
export function keepEveryone(name: string, on: boolean): void {
  keep(EVERYONE_KEY + name, on ? '1' : undefined);
}

/** Whether it was so before this page was loaded anew. */
export const recallEveryone = (name: string): boolean => storage()?.getItem(EVERYONE_KEY + name) != null;
