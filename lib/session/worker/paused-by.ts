import type { Pauses } from '../../protocol/pauses.ts';
import type { PausedBy } from '../model.ts';

/** @param pauses `undefined`: of no transfer that the core knows */
export function pausedBy(pauses: Pauses | undefined): PausedBy {
  if (pauses === undefined || !pauses.any) return 'nobody';
  if (pauses.here && pauses.there) return 'both';
  return pauses.here ? 'here' : 'there';
}
