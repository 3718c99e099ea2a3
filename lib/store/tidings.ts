/** What a page has to say to a person who looks elsewhere: in its tab's title, its icon, and by a signal. */
import type { Role, TransferSnapshot } from '../session/model.ts';
import { isMoving } from '../session/transfer-state.ts';

/** All transfers in a word, for the tab's title and icon. */
export type Tidings =
  | { kind: 'nothing' }
  /** People who wait to be let in; said before anything of pictures. */
  | { kind: 'visitors'; count: number }
  /** Waiting for an answer, here or on the other side. */
  | { kind: 'offered'; count: number }
  | { kind: 'moving'; percent: number }
  | { kind: 'done'; count: number };

/** What moves counts before what waits, and that before what is done. */
export function tidingsOf(transfers: readonly TransferSnapshot[]): Tidings {
  const moving = transfers.filter((one) => isMoving(one) || one.state === 'queued');
  if (moving.some(isMoving)) {
    const counted = [...moving, ...transfers.filter(({ state }) => state === 'done')];
    const byteLength = counted.reduce((sum, one) => sum + one.byteLength, 0);
    const here = counted.reduce((sum, one) => sum + Math.min(one.byteLength, one.figures.bytesReceived), 0);
    return { kind: 'moving', percent: byteLength === 0 ? 0 : Math.floor((100 * here) / byteLength) };
  }
  const offered = transfers.filter(({ state }) => state === 'offered').length;
  if (offered > 0) return { kind: 'offered', count: offered };
  const done = transfers.filter(({ state }) => state === 'done').length;
  return done > 0 ? { kind: 'done', count: done } : { kind: 'nothing' };
}

/** For the tab's icon, which has room for three letters. */
export function badgeOf(tidings: Tidings): string {
  if (tidings.kind === 'nothing') return '';
  if (tidings.kind === 'visitors') return '?';
  if (tidings.kind === 'moving') return `${tidings.percent}`;
  if (tidings.kind === 'offered') return `${Math.min(999, tidings.count)}`;
  return tidings.count > 99 ? '✓' : `✓${tidings.count}`;
}

/** Worth a signal: a question to this person, or that nothing is left to wait for. */
export function signalOf(role: Role, before: Tidings, now: Tidings): 'offered' | 'done' | undefined {
  const more = (kind: 'offered' | 'done') =>
    now.kind === kind && (before.kind !== kind || now.count > before.count);
  if (role === 'receiver' && more('offered')) return 'offered';
  // A page that shows what was here before says nothing of it.
  return more('done') && before.kind !== 'nothing' ? 'done' : undefined;
}
