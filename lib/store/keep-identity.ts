import type { SessionSnapshot, TransferSnapshot } from '../session/model.ts';
import { sameFields } from './calm.ts';

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
      return old && sameTransfer(old, transfer) ? old : transfer;
    }),
  };
}

function sameTransfer(a: TransferSnapshot, b: TransferSnapshot): boolean {
  if (a === b) return true;
  const { figures: figuresA, ...restA } = a;
  const { figures: figuresB, ...restB } = b;
  return sameFields(restA, restB) && sameFields(figuresA, figuresB);
}
