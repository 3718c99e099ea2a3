import type { SessionSnapshot } from '../../../lib/session/model.ts';

/** Whether two who are connected are asked to remember each other: a picture is over, or one has pressed. */
export function mayRemember({ remembered, transfers }: SessionSnapshot): boolean {
  if (remembered === undefined) return false;
  return remembered !== 'nobody' || transfers.some(({ state }) => state === 'done');
}
