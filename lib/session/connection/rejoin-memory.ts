/** What a page keeps through a reload, in session storage: the way back to the other side. */
import { decodeRejoin, encodeRejoin, type RejoinState } from '../pairing/rejoin.ts';

const KEY = 'tessera:rejoin:';
/** Which remembered device the other side is. */
const DEVICE_KEY = 'tessera:rejoin-device:';

/** Storage may be switched off; then a reload ends the session. */
function storage(): Storage | undefined {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}

/**
 * `name`: the role, and of several people in a room more than that. `device`: name of the other side in the
 * list of remembered devices, if it is one.
 */
export function keepRejoin(name: string, state: RejoinState, device?: string): void {
  try {
    storage()?.setItem(KEY + name, encodeRejoin(state));
    if (device === undefined) storage()?.removeItem(DEVICE_KEY + name);
    else storage()?.setItem(DEVICE_KEY + name, device);
  } catch {
    // Full: the same as switched off.
  }
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
