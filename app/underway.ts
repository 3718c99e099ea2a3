/**
 * What of the two rooms goes on while another page is shown. The rooms' stores are made once and kept above
 * the pages, so that the logo, a link or Back inside the app ends nothing; the frame around all pages shows
 * that they go on.
 */
import type { Role } from '../lib/session/model.ts';

export interface Underway {
  /** There is a session to go back to. */
  open: boolean;
  /** Leaving the app would lose or stop something: the browser asks first. */
  atStake: boolean;
}

const nothing: Underway = { open: false, atStake: false };
let now: Record<Role, Underway> = { sender: nothing, receiver: nothing };
const listeners = new Set<() => void>();

const ask = (event: BeforeUnloadEvent): void => event.preventDefault();

export function setUnderway(role: Role, { open, atStake }: Underway): void {
  if (now[role].open === open && now[role].atStake === atStake) return;
  now = { ...now, [role]: { open, atStake } };
  // Only while it is needed: a page that would ask is kept out of the back-forward cache by some browsers.
  if (now.sender.atStake || now.receiver.atStake) window.addEventListener('beforeunload', ask);
  else window.removeEventListener('beforeunload', ask);
  for (const listener of listeners) listener();
}

export function subscribeUnderway(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const getUnderway = (): Record<Role, Underway> => now;
