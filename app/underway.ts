/**
 * What of the two rooms goes on while another page is shown. The rooms' stores are made once and kept above
 * the pages, so that the logo, a link or Back inside the app ends nothing; the frame around all pages shows
 * that they go on.
 */
import type { Role } from '../lib/session/model.ts';

/** A room, or what goes the other way beside it. */
type Part = Role | `${Role}-companion`;

export interface Underway {
  /** There is a session to go back to. */
  open: boolean;
  /** Leaving the app would lose or stop something: the browser asks first. */
  atStake: boolean;
}

const nothing: Underway = { open: false, atStake: false };
let now: Record<Part, Underway> = {
  sender: nothing,
  receiver: nothing,
  'sender-companion': nothing,
  'receiver-companion': nothing,
};
const listeners = new Set<() => void>();

const ask = (event: BeforeUnloadEvent): void => event.preventDefault();

export function setUnderway(part: Part, { open, atStake }: Underway): void {
  if (now[part].open === open && now[part].atStake === atStake) return;
  now = { ...now, [part]: { open, atStake } };
  // Only while it is needed: a page that would ask is kept out of the back-forward cache by some browsers.
  if (Object.values(now).some((one) => one.atStake)) window.addEventListener('beforeunload', ask);
  else window.removeEventListener('beforeunload', ask);
  for (const listener of listeners) listener();
}

export function subscribeUnderway(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export const getUnderway = (): Record<Part, Underway> => now;
