/**
 * How a session that was dropped (reload, other network, server restarted) is joined again without a code.
 *
 * Both sides derive a secret from the session's root key, and from that secret a rendezvous id, which is all
 * the server gets, and a password, with which they run a pairing as before. Every rejoin that succeeds gives
 * new keys, hence a new secret and a new id: an id is used up by success, two ids have nothing in common to
 * anyone without the keys, and knowing an id admits to nothing but a failed attempt.
 *
 * The two sides cannot move on in the same instant. The host is confirmed first, by the guest's proof;
 * the guest afterwards, by the host's. If the network fails in between, the host has moved on and the
 * guest has not. So the host keeps the secret it used until it has opened a sealed message under the new
 * keys, which only a confirmed guest can make. A guest always has one id to go to; a host has one or,
 * for that moment, two:
 *
 *     settled: {current} → advance → {current: new, previous: the one used} → settle → {current: new}
 *
 * At an empty id, a host with two tries the other one, in turns. Keep the state (`encodeRejoin`, in
 * session storage) as soon as it changes and before anything more is sent.
 */
import type { Party } from '../model.ts';
import { fromBase64Url, toBase64Url } from './bytes.ts';
import { deriveKey } from './digest.ts';
import { KEY_BYTES, RENDEZVOUS_ID_BYTES } from './limits.ts';
import { type Password, rejoinPassword } from './password.ts';
import type { SessionKeys } from './session-keys.ts';

/** Secrets of the way back, `KEY_BYTES` each; as secret as the session's keys. */
export interface RejoinState {
  party: Party;
  current: Uint8Array;
  /** Only a host's, between its confirmation and the guest's first sealed message. */
  previous?: Uint8Array;
}

/** One place to meet at. */
export interface Rendezvous {
  /** 128 bits as 22 letters of base64url: what the server gets. */
  id: string;
  password: Password;
}

/** After the first pairing of a session. */
export function beginRejoin(party: Party, keys: SessionKeys): RejoinState {
  return { party, current: rejoinSecret(keys) };
}

/** Where to meet the other side: the likeliest first. */
export function rendezvousOf(state: RejoinState): Rendezvous[] {
  const secrets = state.previous ? [state.current, state.previous] : [state.current];
  return secrets.map(rendezvousAt);
}

/** After a pairing at `used` (one of `rendezvousOf`) was confirmed with these new keys. */
export function advanceRejoin(state: RejoinState, used: Rendezvous, keys: SessionKeys): RejoinState {
  const current = rejoinSecret(keys);
  if (state.party === 'guest') return { party: 'guest', current };
  const { previous } = state;
  // The guest is now either where it was met or at the new place; the third one is out of date.
  const met = previous && rendezvousAt(previous).id === used.id ? previous : state.current;
  return { party: 'host', current, previous: met };
}

/** When the first sealed message under the newest keys has been opened: the guest has moved on too. */
export function settleRejoin(state: RejoinState): RejoinState {
  return { party: state.party, current: state.current };
}

/**
 * One line of text for session storage. It holds secrets of this session and of no picture or earlier
 * session.
 */
export function encodeRejoin(state: RejoinState): string {
  const secrets = state.previous ? [state.current, state.previous] : [state.current];
  return ['rejoin2', state.party, ...secrets.map(toBase64Url)].join('.');
}

/** `undefined` for anything that `encodeRejoin` did not write. */
export function decodeRejoin(text: string): RejoinState | undefined {
  const [format, party, first, second, ...rest] = text.split('.');
  if (format !== 'rejoin2' || rest.length > 0 || first === undefined) return undefined;
  if (party !== 'host' && party !== 'guest') return undefined;
  const current = fromBase64Url(first, KEY_BYTES);
  if (!current) return undefined;
  if (second === undefined) return { party, current };
  const previous = fromBase64Url(second, KEY_BYTES);
  return previous && party === 'host' ? { party, current, previous } : undefined;
}

function rejoinSecret(keys: SessionKeys): Uint8Array {
  return deriveKey(keys.root, 'rejoin secret', KEY_BYTES);
}

/** The place that follows from a secret. */
export function rendezvousAt(secret: Uint8Array): Rendezvous {
  return {
    id: toBase64Url(deriveKey(secret, 'rendezvous id', RENDEZVOUS_ID_BYTES)),
    password: rejoinPassword(deriveKey(secret, 'rejoin password', KEY_BYTES)),
  };
}
