/** Snapshots of one session after another: what did not change is the same object, and is found soon. */
import type { SessionSnapshot, TransferSnapshot } from '../session/model.ts';
import { sameFields, sameTransfer } from './calm.ts';

/**
 * A snapshot in which every transfer that did not change is the same object as before: with two hundred
 * pictures on the page, only the one that moves is drawn again.
 */
export function keepIdentity(before: SessionSnapshot | undefined, now: SessionSnapshot): SessionSnapshot {
  if (!before || before === now) return now;
  const find = finderIn(before.transfers);
  return {
    ...now,
    transfers: now.transfers.map((transfer, at) => {
      const old = find(transfer.id, at);
      const same =
        old &&
        sameTransfer(old, transfer) &&
        old.prepared === transfer.prepared &&
        sameFields(old.figures, transfer.figures);
      return same ? old : transfer;
    }),
  };
}

/** Finds a transfer of a long list by its id: nearly always at this place, and otherwise wherever it is. */
export function finderIn(
  transfers: readonly TransferSnapshot[],
): (id: string, at: number) => TransferSnapshot | undefined {
  let byId: ReadonlyMap<string, TransferSnapshot> | undefined;
  return (id, at) => {
    const there = transfers[at];
    if (there?.id === id) return there;
    byId ??= new Map(transfers.map((transfer) => [transfer.id, transfer]));
    return byId.get(id);
  };
}
