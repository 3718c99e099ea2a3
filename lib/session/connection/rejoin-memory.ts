/** What a page keeps through a reload, in session storage: the way back to the other side. */
import type { Role } from '../model.ts';
import { decodeRejoin, encodeRejoin, type RejoinState } from '../pairing/rejoin.ts';

const KEY = 'tessera:rejoin:';

/** Storage may be switched off; then a reload ends the session. */
function storage(): Storage | undefined {
  try {
    return globalThis.sessionStorage;
  } catch {
    return undefined;
  }
}

export function keepRejoin(role: Role, state: RejoinState): void {
  try {
    storage()?.setItem(KEY + role, encodeRejoin(state));
  } catch {
    // Full: the same as switched off.
  }
}

/** Of this tab's last session in that role; `undefined` where there is none, or no session storage. */
export function recallRejoin(role: Role): RejoinState | undefined {
  const text = storage()?.getItem(KEY + role);
  return text == null ? undefined : decodeRejoin(text);
}

/** No page of this tab goes back to that session. */
export function forgetRejoin(role: Role): void {
  storage()?.removeItem(KEY + role);
}
