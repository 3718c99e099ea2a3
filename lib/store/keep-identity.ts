import type { SessionSnapshot } from '../session/model.ts';
import { sameFields, sameTransfer } from './calm.ts';

/**
 * A snapshot in which every transfer that did not change is the same object as before: with two hundred
 * pictures on the page, only the one that moves is drawn again.
 */
export function keepIdentity(before: SessionSnapshot | undefined, now: SessionSnapshot): SessionSnapshot {
  if (!before || before === now) return now;
  const known = new Map(before.transfers.map((transfer) => [transfer.id, transfer]));
  return {
    ...now,
    transfers: now.transfers.map((transfer) => {
      const old = known.get(transfer.id);
      const same =
        old &&
        sameTransfer(old, transfer) &&
        old.prepared === transfer.prepared &&
        sameFields(old.figures, transfer.figures);
      return same ? old : transfer;
    }),
  };
}
