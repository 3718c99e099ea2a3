/** User Timing marks of a picture on the receiving page. */
import type { TransferSnapshot } from '../model.ts';

/** User Timing marks that benchmarks and tests read; listed in `docs/ARCHITECTURE.md`. */
export type MarkName =
  | 'tessera:accepted'
  | 'tessera:preview'
  | 'tessera:began'
  | 'tessera:first-picture'
  | 'tessera:complete';

/** Of one name: the browser keeps each with its detail, and an album has thousands. */
export const MAX_MARKS = 500;

const made = new Map<MarkName, number>();

/** The newest ones are kept. */
export function mark(name: MarkName, transfer: Pick<TransferSnapshot, 'id' | 'name' | 'byteLength'>): void {
  const count = made.get(name) ?? 0;
  if (count >= MAX_MARKS) performance.clearMarks(name);
  made.set(name, count >= MAX_MARKS ? 1 : count + 1);
  performance.mark(name, {
    detail: { transfer: transfer.id, name: transfer.name, bytes: transfer.byteLength },
  });
}
